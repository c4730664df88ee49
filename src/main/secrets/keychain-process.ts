/**
 * Keytar in a process of its own. A call that waits for a person holds a thread, and a process does not end before its threads have: here it is ended
 * from outside. What libsecret remembers of a secret service that was started anew is gone with the process as well. It costs a process of 45 MB and its
 * start at the first question after a quiet while; keys pass through it, so it does not outlive its last answer by more than 10 s.
 */
import { z } from 'zod';
import type { Clock } from '../base/clock';
import type { KeychainModule } from './keytar';

/** The process as main sees it. */
export interface KeychainHost {
  readonly post: (call: KeychainCall) => void;
  readonly onMessage: (listener: (message: unknown) => void) => void;
  readonly onExit: (listener: () => void) => void;
  readonly kill: () => void;
}

/** What main asks: a function of keytar's and its arguments. */
export interface KeychainCall {
  readonly id: number;
  readonly call: Exclude<keyof KeychainModule, 'started'>;
  readonly args: readonly string[];
}

const listens = z.strictObject({ listens: z.literal(true) });
const keychainReply = z.union([
  z.object({ id: z.number().int(), value: z.union([z.string(), z.boolean(), z.null()]) }),
  z.object({ id: z.number().int(), error: z.string() }),
]);
export type KeychainReply = z.infer<typeof keychainReply>;

const IDLE_MS = 10_000;
/** A busy computer starts a process within seconds; one that has not begun by then is as good as silent. */
const START_MS = 10_000;

export interface KeychainProcess extends KeychainModule {
  /** Ends the process, whatever it waits for; nothing is asked any more. */
  readonly end: () => void;
}

type Waiting = (reply: KeychainReply) => void;

/** Nothing is started before the first question; what ended is started again at the next. */
export function createKeychainProcess(start: () => KeychainHost, clock: Pick<Clock, 'after'>): KeychainProcess {
  let host: KeychainHost | null = null;
  /** The process that runs now has talked with a keychain. */
  let hasTalked = false;
  let ended = false;
  let ids = 0;
  const waiting = new Map<number, Waiting>();
  let cancelIdle = (): void => undefined;
  /** The process that runs now listens, or has ended. */
  let begun: Promise<void> = Promise.resolve();
  let hasBegun = (): void => undefined;

  const stop = (): void => {
    cancelIdle();
    const leaving = host;
    host = null;
    leaving?.kill();
    hasBegun();
    for (const [id, answer] of [...waiting]) answer({ id, error: 'The process that asks the keychain has ended.' });
  };
  const running = (): KeychainHost => {
    if (host !== null) return host;
    const made = start();
    begun = new Promise((resolve) => {
      const cancel = clock.after(START_MS, resolve);
      hasBegun = () => {
        cancel();
        resolve();
      };
    });
    made.onMessage((message) => {
      if (host === made && listens.safeParse(message).success) hasBegun();
      const reply = keychainReply.safeParse(message);
      if (reply.success) waiting.get(reply.data.id)?.(reply.data);
    });
    made.onExit(() => {
      if (host === made) stop();
    });
    host = made;
    hasTalked = false;
    return made;
  };

  const call = (name: KeychainCall['call'], args: readonly string[]): Promise<string | boolean | null> =>
    new Promise((resolve, reject) => {
      if (ended) {
        reject(new Error('Ringfence is ending.'));
        return;
      }
      const id = (ids += 1);
      cancelIdle();
      waiting.set(id, (reply) => {
        waiting.delete(id);
        const failed = 'error' in reply;
        if (failed) reject(new Error(reply.error));
        else resolve(reply.value);
        // The keychain that it has talked with may have gone away: only a new process finds the one that comes after it.
        if (waiting.size === 0) cancelIdle = clock.after(failed && hasTalked ? 0 : IDLE_MS, stop);
        hasTalked ||= !failed;
      });
      running().post({ id, call: name, args });
    });

  return {
    started: () => {
      if (ended) return Promise.resolve();
      running();
      return begun;
    },
    getPassword: async (...args) => {
      const value = await call('getPassword', args);
      return typeof value === 'string' ? value : null;
    },
    setPassword: async (...args) => {
      await call('setPassword', args);
    },
    deletePassword: async (...args) => (await call('deletePassword', args)) === true,
    end: () => {
      ended = true;
      stop();
    },
  };
}
