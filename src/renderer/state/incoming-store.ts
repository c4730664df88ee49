/** What the small incoming window shows. */
import type { IncomingNotice } from '../../contracts/call/call';
import type { RingfenceApi } from '../../contracts/ipc/ipc';
import { createStore, type Store } from '../base/store';

export interface IncomingStore extends Store<readonly IncomingNotice[]> {
  /** Subscribes, then asks. Call once. */
  readonly start: () => Promise<void>;
  readonly act: (callId: string, action: 'answer' | 'decline') => void;
}

/** Makes the store over `api`. A call that was acted on goes at once; main's next list says how it stands. */
export function createIncomingStore(api: RingfenceApi): IncomingStore {
  const store = createStore<readonly IncomingNotice[]>([]);
  return {
    get: store.get,
    subscribe: store.subscribe,
    start: async () => {
      api.subscribe('incoming.changed', store.set);
      const result = await api.invoke('incoming.current');
      if (result.ok) store.set(result.value);
    },
    act: (callId, action) => {
      store.set(store.get().filter((notice) => notice.callId !== callId));
      void api.invoke('incoming.act', { callId, action });
    },
  };
}
