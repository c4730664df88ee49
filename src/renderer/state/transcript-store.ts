/** What was said in the calls that are on the screen. Nothing of it outlives them. */
import type { CallId } from '../../contracts/call/call';
import type { TranscriptLine } from '../../contracts/call/transcript';
import { createStore, type Store } from '../base/store';

export interface TranscriptStore extends Store<ReadonlyMap<CallId, readonly TranscriptLine[]>> {
  /** All that was said so far; an empty list forgets the call. */
  readonly put: (callId: CallId, lines: readonly TranscriptLine[]) => void;
}

/** Makes an empty store. */
export function createTranscriptStore(): TranscriptStore {
  const store = createStore<ReadonlyMap<CallId, readonly TranscriptLine[]>>(new Map());
  return {
    get: store.get,
    subscribe: store.subscribe,
    put: (callId, lines) => {
      if (lines.length === 0 && !store.get().has(callId)) return;
      const next = new Map(store.get());
      if (lines.length === 0) next.delete(callId);
      else next.set(callId, lines);
      store.set(next);
    },
  };
}
