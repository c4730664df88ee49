/** Where the agent is in the window; nothing here outlives it. */
import type { Failure } from '../../contracts/base/result';
import { createStore, type Store } from '../base/store';

export type Screen = 'phone' | 'live' | 'settings';
export type SettingsTab = 'profiles' | 'keys' | 'audit' | 'appearance' | 'keyboard' | 'about';

/** A profile's form as it stands, so that looking elsewhere in between loses nothing. */
export interface OpenForm {
  /** Null adds one. */
  readonly profileId: string | null;
  /** What stands in each field, by its path; null while nothing was typed. */
  readonly typed: Readonly<Record<string, string | readonly Readonly<Record<string, string>>[]>> | null;
  /** What it began with, or null. */
  readonly presetId: string | null;
}

export interface View {
  readonly screen: Screen;
  readonly settingsTab: SettingsTab;
  /** The profile that a pasted key goes to, or null for the first one that lacks a key. */
  readonly keyProfileId: string | null;
  readonly form: OpenForm | null;
  /** The profile whose rotation is on show, or null. */
  readonly rotationProfileId: string | null;
  /** The field of the dialler. */
  readonly typed: string;
  /** Why the last number could not be dialled, or null. */
  readonly dialFailure: Failure | null;
  /** The call whose keypad is open, or null. */
  readonly keypadCallId: string | null;
  readonly devicesOpen: boolean;
  readonly shortcutsOpen: boolean;
  /** A new key is being chosen in the settings: no press means a call. */
  readonly choosingKey: boolean;
}

export interface ViewStore extends Store<View> {
  readonly change: (change: Partial<View>) => void;
  /** Goes to a tab of the settings. */
  readonly openSettings: (tab: SettingsTab, keyProfileId?: string) => void;
}

const START: View = {
  screen: 'phone',
  settingsTab: 'profiles',
  keyProfileId: null,
  form: null,
  rotationProfileId: null,
  typed: '',
  dialFailure: null,
  keypadCallId: null,
  devicesOpen: false,
  shortcutsOpen: false,
  choosingKey: false,
};

/** Makes the store; `first` overrides where it starts. */
export function createViewStore(first: Partial<View> = {}): ViewStore {
  const store = createStore<View>({ ...START, ...first });
  const change = (next: Partial<View>): void => store.set({ ...store.get(), ...next });
  return {
    get: store.get,
    subscribe: store.subscribe,
    change,
    openSettings: (settingsTab, keyProfileId) =>
      change({ screen: 'settings', settingsTab, ...(keyProfileId === undefined ? {} : { keyProfileId }) }),
  };
}
