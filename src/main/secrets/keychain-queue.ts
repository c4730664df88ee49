/**
 * One question at a time for a keychain that may ask a person: whoever wants the same shares it, whoever wants something else waits behind it. A
 * question that is not answered in time is given up by those who wait, not by the keychain: its answer is kept a moment for whoever asks next.
 */
import type { Result } from '../../contracts/base/result';
import type { Clock } from '../base/clock';
import { asks } from './keychain-failures';

/** How long the app waits, ms: a keychain that is open answers within 50. */
export const PATIENCE_MS = 2_000;
/** How long a late answer is kept, ms. Whoever waits for it is told at once and fetches it; nothing of it stays longer. */
export const LATE_ANSWER_MS = 10_000;

/** One question. */
export interface Question<T> {
  /** Questions of one name are the same question. */
  readonly name: string;
  /** What it is about: an answer that was kept is forgotten when this is changed. */
  readonly account: string;
  /** A change is never shared, and once it has begun whoever wants it waits for its end. */
  readonly isChange: boolean;
  /** Resolves when it can be asked: patience is for its answer alone. Never rejects. */
  readonly started?: () => Promise<void>;
  /** Never rejects. */
  readonly ask: () => Promise<Answer<T>>;
}

export interface Answer<T> {
  readonly result: Result<T>;
  /** Only a keychain that is open answers so. */
  readonly provesOpen: boolean;
}

/** What those hear who follow it. */
export type KeychainNews =
  /** It has not answered in time. */
  | 'silent'
  /** It has answered, and gives out what it holds. */
  | 'open'
  /** It has answered, and that is all that is known: to ask for something else might be another dialog. */
  | 'answered';

interface LateAnswer {
  readonly account: string;
  readonly result: Result<unknown>;
  readonly cancel: () => void;
}

interface Job {
  readonly question: Question<unknown>;
  waiting: ((answer: Result<unknown>) => void)[];
}

export interface KeychainQueue {
  readonly put: <T>(question: Question<T>) => Promise<Result<T>>;
  /** Whether nothing is under way any more within so many ms. */
  readonly settles: (withinMs: number) => Promise<boolean>;
  /** It has not been answered in time, and is not answered yet. */
  readonly isSilent: () => boolean;
  /** Calls `listener` when the keychain falls silent, and when it answers after that. */
  readonly follow: (listener: (news: KeychainNews) => void) => void;
  /** The keychain gives out what it had refused: its followers hear `open`, unless a late answer tells them. */
  readonly opened: () => void;
}

export interface KeychainQueueOptions {
  /** How long everybody waits, ms. */
  readonly patienceMs: number;
  /** Nobody waits longer for a change either: for a process that ends then, and its change with it. */
  readonly endsThen: boolean;
}

export function createKeychainQueue(clock: Clock, { patienceMs, endsThen }: KeychainQueueOptions): KeychainQueue {
  const listeners: ((news: KeychainNews) => void)[] = [];
  const late = new Map<string, LateAnswer>();
  const waiting: Job[] = [];
  const onIdle: (() => void)[] = [];
  let current: Job | null = null;
  let silent = false;

  const say = (news: KeychainNews): void => listeners.forEach((listener) => listener(news));
  const forgetLate = (name: string): void => {
    late.get(name)?.cancel();
    late.delete(name);
  };
  const tell = (job: Job, answer: Result<unknown>): void => job.waiting.splice(0).forEach((resolve) => resolve(answer));

  /** Nobody waits any longer, but whoever wants a change that has begun. */
  const giveUp = (job: Job): void => {
    if (!job.question.isChange || endsThen) tell(job, asks());
    for (const each of waiting.splice(0)) tell(each, asks());
    silent = true;
    say('silent');
  };

  const run = async (job: Job): Promise<void> => {
    const { question } = job;
    if (question.isChange) for (const [name, { account }] of late) if (account === question.account) forgetLate(name);
    await question.started?.();
    const cancel = clock.after(patienceMs, () => giveUp(job));
    const { result, provesOpen } = await question.ask();
    cancel();
    current = null;
    if (job.waiting.length === 0 && !question.isChange) {
      const { name, account } = question;
      late.set(name, { account, result, cancel: clock.after(LATE_ANSWER_MS, () => late.delete(name)) });
    }
    tell(job, result);
    if (silent) {
      silent = false;
      say(provesOpen ? 'open' : 'answered');
    }
    next();
  };
  const next = (): void => {
    if (current !== null) return;
    const job = waiting.shift();
    if (job === undefined) {
      onIdle.splice(0).forEach((tell) => tell());
      return;
    }
    current = job;
    void run(job);
  };

  /** The newest question about the same account, if it is this one: a change in between makes it another one. */
  const sameAs = ({ name, account, isChange }: Question<unknown>): Job | undefined => {
    const newest = [...(current === null ? [] : [current]), ...waiting].findLast(
      ({ question }) => question.account === account,
    );
    return !isChange && newest?.question.name === name ? newest : undefined;
  };

  return {
    put: <T>(question: Question<T>) =>
      // The type of an answer is that of its question's name.
      new Promise<Result<unknown>>((resolve) => {
        const kept = question.isChange ? undefined : late.get(question.name);
        if (kept !== undefined) {
          forgetLate(question.name);
          resolve(kept.result);
        } else if (silent) resolve(asks());
        else {
          const same = sameAs(question);
          if (same === undefined) waiting.push({ question, waiting: [resolve] });
          else same.waiting.push(resolve);
          next();
        }
      }) as Promise<Result<T>>,
    settles: (withinMs) =>
      new Promise((resolve) => {
        if (current === null) {
          resolve(true);
          return;
        }
        const cancel = clock.after(withinMs, () => resolve(false));
        onIdle.push(() => {
          cancel();
          resolve(true);
        });
      }),
    isSilent: () => silent,
    follow: (listener) => void listeners.push(listener),
    opened: () => {
      if (!silent) say('open');
    },
  };
}
