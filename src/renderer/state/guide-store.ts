/** The guide for the first run: a line, its key, a test call. Where it is, and what became of the call. */
import type { Call, CallId } from '../../contracts/call/call';
import { fail, type Failure, type Result } from '../../contracts/base/result';
import type { Settings } from '../../contracts/settings';
import type { PhoneStore } from './phone-store';
import type { SettingsStore } from './settings-store';
import { createListeners, type Store } from '../base/store';

export type GuideStep = 'line' | 'key' | 'call';

export interface Guide {
  readonly open: boolean;
  readonly step: GuideStep;
  /** The test call: as it is now, or as it ended; null: none was placed. */
  readonly call: Call | null;
  /** Why it could not be placed, or null. */
  readonly failure: Failure | null;
}

export interface GuideStore extends Store<Guide> {
  readonly go: (step: GuideStep) => void;
  readonly place: (typed: string) => Promise<Result<CallId>>;
  /** Finished or skipped: it is not shown by itself any more. */
  readonly close: () => void;
  /** From the start, because somebody asked for it. */
  readonly reopen: () => void;
}

export interface GuideParts {
  readonly phone: Pick<PhoneStore, 'get' | 'subscribe' | 'place'>;
  readonly settings: Pick<SettingsStore, 'get' | 'subscribe'> & {
    readonly change: (part: Partial<Settings>) => unknown;
  };
}

/** Makes the store; it follows the settings and its own call. */
export function createGuideStore({ phone, settings }: GuideParts): GuideStore {
  const listeners = createListeners();
  let reopened = false;
  let value: Guide = { open: false, step: 'line', call: null, failure: null };
  const set = (to: Partial<Guide>): void => {
    value = { ...value, ...to };
    listeners.tell();
  };
  const follow = (): void => {
    const open = reopened || !settings.get().guideDone;
    if (open !== value.open) set({ open });
  };
  settings.subscribe(follow);
  phone.subscribe(() => {
    const { call } = value;
    if (call === null || call.phase === 'ended') return;
    const now = phone.get().calls.find(({ id }) => id === call.id);
    if (now !== undefined && now !== call) set({ call: now });
  });

  return {
    get: () => value,
    subscribe: listeners.add,
    go: (step) => set({ step, call: null, failure: null }),
    place: async (typed) => {
      set({ call: null, failure: null });
      const placed = await phone.place(typed);
      const call = placed.ok ? phone.get().calls.find(({ id }) => id === placed.value) : undefined;
      if (!placed.ok) set({ failure: placed.failure });
      else if (call === undefined)
        set({ failure: fail('cancelled', 'The call was over before it began. Try again.', 'retry').failure });
      else set({ call });
      return placed;
    },
    close: () => {
      reopened = false;
      if (!settings.get().guideDone) void settings.change({ guideDone: true });
      follow();
    },
    reopen: () => {
      reopened = true;
      set({ open: true, step: 'line', call: null, failure: null });
    },
  };
}
