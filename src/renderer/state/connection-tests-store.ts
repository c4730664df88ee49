/** Tests of connections: one a line, step by step, each with its time and, where it failed, the reason. */
import type { AuditEntry } from '../../contracts/audit/audit';
import type { ConnectionTest } from '../../contracts/profile/connection-test';
import type { EventsGrant, Grant } from '../../contracts/profile/grant';
import type { RingfenceApi } from '../../contracts/ipc/ipc';
import type { Profile } from '../../contracts/profile/profile';
import type { Failure, Result } from '../../contracts/base/result';
import type { ChannelTrialPorts } from '../events/channel-trial';
import { iceLeftOutInWords } from '../phone/port/messages';
import type { LineTrial, TrialPorts } from '../phone/agent/line-trial';
import { createStore, type Store } from '../base/store';

export type TestStepName = 'mint' | 'open' | 'register' | 'options' | 'join';

export interface TestStep {
  readonly name: TestStepName;
  /** `skipped`: a step before it failed. */
  readonly state: 'waiting' | 'running' | 'passed' | 'failed' | 'skipped';
  /** How long it took, ms; null before its end. */
  readonly ms: number | null;
  /** What came of it: the token's fingerprint, the gateway's answer. */
  readonly detail: string;
  readonly failure: Failure | null;
}

export interface TestRun {
  readonly profileId: string;
  readonly running: boolean;
  readonly steps: readonly TestStep[];
}

/** By profile id. */
export interface ConnectionTestsStore extends Store<ReadonlyMap<string, TestRun>> {
  /** Begins anew; a test of this line that is under way is stopped first. Resolves at its end. */
  readonly start: (profile: Profile) => Promise<void>;
  /** Stops and forgets it. */
  readonly close: (profileId: string) => void;
  readonly stopAll: () => void;
}

export interface ConnectionTestParts {
  readonly api: RingfenceApi;
  readonly tryLine: (grant: Grant, ports: TrialPorts) => LineTrial;
  readonly tryChannel: (
    grant: EventsGrant,
    ports: Pick<ChannelTrialPorts, 'mainsWord'>,
  ) => { readonly done: Promise<Result<string>>; readonly stop: () => void };
  readonly after: (ms: number, task: () => void) => () => void;
  /** Milliseconds from an arbitrary origin. */
  readonly monotonic: () => number;
}

/** Main's word and the end of a socket come by different roads. */
const WORD_WITHIN_MS = 400;
/** What is elsewhere main looks at before it says why nobody answers, for 5 s at most. */
const LOOK_WITHIN_MS = 6_000;

/** The steps that a line's test has. */
export function stepsFor({ policy }: Pick<Profile, 'policy'>): readonly TestStepName[] {
  if (policy.purposes.includes('sip')) return ['mint', 'open', 'register', 'options'];
  return policy.purposes.includes('events') ? ['mint', 'join'] : ['mint'];
}

/** Some systems fix the life of their tokens: then the line's own rule is a wish, which an admin should know. A few seconds are the clocks'. */
const OWN_LIFE_BEYOND_S = 10;

/** A token that got so far was accepted. */
const ACCEPTED_AT: ReadonlySet<TestStepName> = new Set(['register', 'join']);

const minutes = (s: number): string => `${Math.floor(s / 60)}:${String(Math.round(s % 60)).padStart(2, '0')}`;
const lifeWords = (lifeS: number, askedS: number): string =>
  `lives ${minutes(lifeS)}${lifeS > askedS + OWN_LIFE_BEYOND_S ? `, which its system fixes: the line's rule is ${minutes(askedS)}` : ''}`;

/** Another active key, or other settings: what the line's last test told is not true of them. */
export function testIsStale(entry: AuditEntry): boolean {
  if (entry.what === 'profile') return true;
  if (entry.what !== 'key') return false;
  // What a test itself brings about, and what touches no active key, leaves it.
  if (entry.change === 'accepted' || entry.change === 'finished' || entry.change === 'copied') return false;
  return entry.slot === 'active' || entry.change === 'promoted' || entry.change === 'back';
}

export function createConnectionTestsStore({
  api,
  tryLine,
  tryChannel,
  after,
  monotonic,
}: ConnectionTestParts): ConnectionTestsStore {
  const store = createStore<ReadonlyMap<string, TestRun>>(new Map());
  const stops = new Map<string, () => void>();
  const words = new Map<string, Failure>();
  const waiting = new Map<string, (failure: Failure) => void>();
  let listening = false;

  function listen(): void {
    if (listening) return;
    listening = true;
    api.subscribe('profiles.testRefused', ({ testId, failure }) => {
      if (!words.has(testId)) words.set(testId, failure);
      waiting.get(testId)?.(failure);
    });
  }
  const mainsWord = (testId: string, url: string): Promise<Failure | null> =>
    new Promise((resolve) => {
      const known = words.get(testId);
      if (known !== undefined) {
        resolve(known);
        return;
      }
      const cancel = after(url.startsWith('wss:') ? LOOK_WITHIN_MS : WORD_WITHIN_MS, () => {
        waiting.delete(testId);
        resolve(null);
      });
      waiting.set(testId, (failure) => {
        cancel();
        waiting.delete(testId);
        resolve(failure);
      });
    });

  function put(run: TestRun): void {
    store.set(new Map([...store.get(), [run.profileId, run]]));
  }

  async function start(profile: Profile): Promise<void> {
    listen();
    const { id } = profile;
    stops.get(id)?.();
    const turn = { isOver: false };
    let stopTrial = (): void => undefined;
    stops.set(id, () => {
      turn.isOver = true;
      stopTrial();
    });
    let began = monotonic();
    let run: TestRun = {
      profileId: id,
      running: true,
      steps: stepsFor(profile).map((name) => ({ name, state: 'waiting', ms: null, detail: '', failure: null })),
    };
    const change = (name: TestStepName, to: Partial<TestStep>): void => {
      if (turn.isOver) return;
      run = { ...run, steps: run.steps.map((step) => (step.name === name ? { ...step, ...to } : step)) };
      put(run);
    };
    const begin = (name: TestStepName): void => {
      began = monotonic();
      change(name, { state: 'running' });
    };
    const end = (name: TestStepName, outcome: Result<string>): void =>
      change(name, {
        ms: Math.round(monotonic() - began),
        ...(outcome.ok ? { state: 'passed', detail: outcome.value } : { state: 'failed', failure: outcome.failure }),
      });

    const tryIt = async ({ testId, grant }: ConnectionTest): Promise<void> => {
      const word = (): Promise<Failure | null> => mainsWord(testId, grant?.url ?? '');
      if (grant?.purpose === 'sip') {
        const trial = tryLine(grant, { onBegin: begin, onEnd: end, mainsWord: word });
        stopTrial = trial.stop;
        await trial.done;
      } else if (grant?.purpose === 'events') {
        begin('join');
        const trial = tryChannel(grant, { mainsWord: word });
        stopTrial = trial.stop;
        end('join', await trial.done);
      }
    };

    /** Somebody may have stopped it while something was waited for. */
    const stopped = (): boolean => turn.isOver;
    begin('mint');
    const minted = await api.invoke('profiles.test', { profileId: id });
    end(
      'mint',
      minted.ok
        ? {
            ok: true,
            value: [
              minted.value.fingerprint,
              lifeWords(minted.value.lifeS, profile.policy.tokenLifeS),
              minted.value.grant?.purpose === 'sip' ? iceLeftOutInWords(minted.value.grant) : '',
            ]
              .filter((part) => part !== '')
              .join(', '),
          }
        : minted,
    );
    if (minted.ok) {
      if (!stopped()) await tryIt(minted.value);
      const key = minted.value.grant?.untriedKey;
      if (key !== undefined && run.steps.some(({ name, state }) => ACCEPTED_AT.has(name) && state === 'passed'))
        void api.invoke('grants.accepted', { profileId: id, key });
      void api.invoke('profiles.testDone', { testId: minted.value.testId });
      words.delete(minted.value.testId);
    }
    if (stopped()) return;
    stops.delete(id);
    put({
      ...run,
      running: false,
      steps: run.steps.map((step) => (step.state === 'waiting' ? { ...step, state: 'skipped' } : step)),
    });
  }

  return {
    get: store.get,
    subscribe: store.subscribe,
    start,
    close: (profileId) => {
      stops.get(profileId)?.();
      stops.delete(profileId);
      store.set(new Map([...store.get()].filter(([id]) => id !== profileId)));
    },
    stopAll: () => {
      for (const stop of stops.values()) stop();
      stops.clear();
      store.set(new Map());
    },
  };
}
