/** The two locks as main tells them: the phone's, under which no line is in use, and the admin's over the settings. */
import type { RingfenceApi } from '../../contracts/ipc/ipc';
import type { AdminQuestion, AdminState, PhoneLockState } from '../../contracts/locks/locks';
import type { Result } from '../../contracts/base/result';
import { createStore, type Store } from '../base/store';

/** Null until main has answered for the first time. */
export interface PhoneLockStore extends Store<PhoneLockState | null> {
  /** Subscribes, then asks. Call once. */
  readonly start: () => Promise<void>;
  readonly lock: () => Promise<Result<PhoneLockState>>;
  readonly unlock: () => Promise<Result<PhoneLockState>>;
  readonly signOut: () => Promise<Result<PhoneLockState>>;
  /** The sockets are closed, as main asked. */
  readonly closed: () => void;
}

/** Makes the store over `api`. Main alone says whether the phone is locked. */
export function createPhoneLockStore(api: RingfenceApi): PhoneLockStore {
  const store = createStore<PhoneLockState | null>(null);
  return {
    get: store.get,
    subscribe: store.subscribe,
    start: async () => {
      api.subscribe('phone.locked', store.set);
      const result = await api.invoke('phone.state');
      // What came meanwhile is newer.
      if (result.ok && store.get() === null) store.set(result.value);
    },
    lock: () => api.invoke('phone.lock'),
    unlock: () => api.invoke('phone.unlock'),
    signOut: () => api.invoke('phone.signOut'),
    closed: () => void api.invoke('phone.closed'),
  };
}

/** Null until somebody asked: the settings do when they open. */
export interface AdminStore extends Store<AdminState | null> {
  /** Whether keys and profiles look locked: until main has said so, they do. What is shown follows it; what may be done main decides. */
  readonly seemsLocked: Store<boolean>;
  /** Main tells of changes from now on. Call once. */
  readonly start: () => Promise<void>;
  /** Asks how it stands. */
  readonly refresh: () => Promise<void>;
  /** Opens main's small window and waits until it is closed. */
  readonly ask: (question: AdminQuestion) => Promise<Result<AdminState>>;
  readonly lock: () => Promise<Result<AdminState>>;
}

/** Makes the store over `api`. */
export function createAdminStore(api: RingfenceApi): AdminStore {
  const store = createStore<AdminState | null>(null);
  const seemsLocked = createStore(true);
  store.subscribe(() => {
    const state = store.get();
    if (state !== null) seemsLocked.set(state.configured && !state.unlocked);
  });
  const stateFrom = async (answer: Promise<Result<AdminState>>): Promise<Result<AdminState>> => {
    const result = await answer;
    if (result.ok) store.set(result.value);
    return result;
  };
  return {
    get: store.get,
    subscribe: store.subscribe,
    seemsLocked: { get: seemsLocked.get, subscribe: seemsLocked.subscribe },
    start: async () => {
      api.subscribe('admin.changed', store.set);
      const glance = await api.invoke('admin.glance');
      // What came meanwhile is newer, and was asked of the keychain.
      if (glance.ok && store.get() === null) seemsLocked.set(glance.value.locked);
    },
    refresh: async () => {
      await stateFrom(api.invoke('admin.state'));
    },
    ask: (question) => stateFrom(api.invoke('admin.ask', { question })),
    lock: () => stateFrom(api.invoke('admin.lock')),
  };
}
