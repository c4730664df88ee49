/** What the small window for the admin's passphrase knows and does. A passphrase passes through and is kept nowhere. */
import type { RingfenceApi } from '../../contracts/ipc/ipc';
import type { AdminState } from '../../contracts/locks/locks';
import type { Result } from '../../contracts/base/result';
import { createStore, type Store } from '../base/store';

/** Null until main has answered for the first time. */
export interface UnlockStore extends Store<AdminState | null> {
  /** Subscribes, then asks. Call once. */
  readonly start: () => Promise<void>;
  /** Main closes the window when the passphrase fits. */
  readonly unlock: (passphrase: string) => Promise<Result<AdminState>>;
  /** `wanted` null removes the lock. */
  readonly setPassphrase: (current: string | null, wanted: string | null) => Promise<Result<AdminState>>;
}

/** Makes the store over `api`. */
export function createUnlockStore(api: RingfenceApi): UnlockStore {
  const store = createStore<AdminState | null>(null);
  return {
    get: store.get,
    subscribe: store.subscribe,
    start: async () => {
      api.subscribe('admin.changed', store.set);
      const result = await api.invoke('admin.state');
      if (result.ok) store.set(result.value);
    },
    unlock: (passphrase) => api.invoke('admin.unlock', { passphrase }),
    setPassphrase: (current, wanted) => api.invoke('admin.setPassphrase', { current, wanted }),
  };
}
