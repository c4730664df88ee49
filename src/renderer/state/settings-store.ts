/** The agent's preferences. A change shows at once and is taken back if main refuses it. */
import type { RingfenceApi } from '../../contracts/ipc/ipc';
import type { Result } from '../../contracts/base/result';
import type { Settings } from '../../contracts/settings';
import { createStore, type Store } from '../base/store';

/** What holds until main has answered. */
export const DEFAULT_SETTINGS: Settings = {
  theme: 'system',
  doNotDisturb: false,
  microphoneId: null,
  speakerId: null,
  ringerId: null,
  guideDone: true,
  zoom: 100,
  shortcutsOn: true,
  shortcuts: {},
};

export interface SettingsStore extends Store<Settings> {
  /** Subscribes, then asks. Call once. */
  readonly start: () => Promise<Result<Settings>>;
  readonly change: (change: Partial<Settings>) => Promise<Result<Settings>>;
}

/** Makes the store over `api`. */
export function createSettingsStore(api: RingfenceApi): SettingsStore {
  const store = createStore<Settings>(DEFAULT_SETTINGS);
  return {
    get: store.get,
    subscribe: store.subscribe,
    start: async () => {
      api.subscribe('settings.changed', store.set);
      const result = await api.invoke('settings.get');
      if (result.ok) store.set(result.value);
      return result;
    },
    change: async (change) => {
      const before = store.get();
      const shown = { ...before, ...change };
      store.set(shown);
      const result = await api.invoke('settings.set', change);
      if (result.ok) store.set(result.value);
      else if (store.get() === shown) store.set(before);
      return result;
    },
  };
}
