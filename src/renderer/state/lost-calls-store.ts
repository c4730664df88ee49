/** Tells main how many calls are up, and says what became of calls that the window or the run before lost. */
import { MOST_CALLS_UNDER_WAY, type LostCalls } from '../../contracts/call/lost-calls';
import type { RingfenceApi } from '../../contracts/ipc/ipc';
import { createStore, type Store } from '../base/store';
import { isLive } from './call-views';
import type { PhoneStore } from './phone-store';

/** Null: nothing was lost, or somebody has read it. */
export interface LostCallsStore extends Store<LostCalls | null> {
  /** Call once. */
  readonly start: () => Promise<void>;
  /** The agent has read it. */
  readonly read: () => void;
}

export function createLostCallsStore(api: RingfenceApi, phone: Pick<PhoneStore, 'get' | 'subscribe'>): LostCallsStore {
  const store = createStore<LostCalls | null>(null);
  let told = 0;
  const tell = (): void => {
    // A call that rings is up for its caller, too.
    const calls = Math.min(MOST_CALLS_UNDER_WAY, phone.get().calls.filter(isLive).length);
    if (calls === told) return;
    told = calls;
    void api.invoke('calls.underWay', { calls });
  };
  return {
    get: store.get,
    subscribe: store.subscribe,
    start: async () => {
      phone.subscribe(tell);
      const lost = await api.invoke('calls.lost');
      if (lost.ok) store.set(lost.value);
    },
    read: () => {
      store.set(null);
      void api.invoke('calls.lostRead');
    },
  };
}
