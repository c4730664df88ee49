/** A window.ringfence for unit tests: it records what is invoked, answers from a script, and tells notifications by hand. */
import type { RingfenceApi } from '../../../src/contracts/ipc/ipc';

export interface ScriptedApi {
  readonly api: RingfenceApi;
  /** Channel and input of each call, in order. */
  readonly invoked: [channel: string, input: unknown][];
  readonly tell: (name: string, payload: unknown) => void;
  /** How many listeners a notification has. */
  readonly listeners: (name: string) => number;
}

/** Makes one; a channel without an answer gets `{ ok: true, value: null }`. */
export function createScriptedApi(answers: Readonly<Record<string, (input: unknown) => unknown>> = {}): ScriptedApi {
  const invoked: [string, unknown][] = [];
  const listening = new Map<string, Set<(payload: unknown) => void>>();
  const of = (name: string): Set<(payload: unknown) => void> => {
    const found = listening.get(name) ?? new Set();
    listening.set(name, found);
    return found;
  };
  const api = {
    invoke: (channel: string, input: unknown) => {
      invoked.push([channel, input]);
      return Promise.resolve(answers[channel]?.(input) ?? { ok: true, value: null });
    },
    subscribe: (name: string, listener: (payload: unknown) => void) => {
      of(name).add(listener);
      return () => of(name).delete(listener);
    },
  };
  // The table's types hold for the real bridge; a script answers what a test wants to see.
  return {
    api: api as unknown as RingfenceApi,
    invoked,
    tell: (name, payload) => of(name).forEach((listener) => listener(payload)),
    listeners: (name) => of(name).size,
  };
}
