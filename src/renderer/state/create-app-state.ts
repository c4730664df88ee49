/** Puts the stores together and lets them follow each other; main.tsx gives it the real parts, a test others. */
import type { RingfenceApi } from '../../contracts/ipc';
import type { Profile } from '../../contracts/profile';
import type { Failure } from '../../contracts/result';
import { createEventLog } from '../events/event-log';
import type { Ringer } from '../media/ringer';
import type { GrantSource, UserAgent } from '../phone/user-agent';
import type { AppState, LevelSource } from './app-state';
import { createQualityStore } from './call-quality';
import { soundFor } from './call-views';
import { createDevicesStore, type DevicePort } from './devices-store';
import { createGrantSource } from './grant-source';
import { followIncoming } from './incoming-window';
import { createLiveStore } from './live-store';
import { createPhoneStore } from './phone-store';
import { activeProfile, createProfilesStore } from './profiles-store';
import { createSettingsStore } from './settings-store';
import { createStore } from './store';
import { createViewStore, type View } from './view-store';

export interface AppParts {
  readonly api: RingfenceApi;
  readonly createUserAgent: (profile: Profile, grants: GrantSource) => UserAgent;
  readonly devices: DevicePort;
  readonly ringer: Ringer;
  readonly microphoneLevel: LevelSource;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Where the window starts; the phone screen without it. */
  readonly view?: Partial<View>;
}

export interface App {
  readonly state: AppState;
  /** Asks main for its snapshots and starts the phone of the line in use. Call once. */
  readonly start: () => Promise<void>;
}

/** Makes the state; nothing happens before `start`. */
export function createAppState(parts: AppParts): App {
  const { api, ringer } = parts;
  const profiles = createProfilesStore(api);
  const settings = createSettingsStore(api);
  const live = createLiveStore(createEventLog(parts.now));
  const grantFailure = createStore<Failure | null>(null);
  const phone = createPhoneStore({ createUserAgent: (profile) => parts.createUserAgent(profile, createGrantSource(api, profile.id, grantFailure.set)), onEvent: live.append });
  const devices = createDevicesStore(parts.devices);
  const quality = createQualityStore(phone.stats);
  const view = createViewStore(parts.view);

  let lineInUse: string | undefined;
  function followProfile(): void {
    if (activeProfile(profiles.get())?.id !== lineInUse) grantFailure.set(null);
    lineInUse = activeProfile(profiles.get())?.id;
    void phone.use(activeProfile(profiles.get()));
  }
  function followSound(): void {
    const { doNotDisturb, ringerId, speakerId } = settings.get();
    const sound = soundFor(phone.get().calls, doNotDisturb);
    // A ring is for the room, the ringback for the ear.
    ringer.play(sound, sound === 'ringback' ? speakerId : ringerId);
  }
  /** A key that came in may be what the phone was waiting for. */
  function followKeys(): void {
    api.subscribe('audit.appended', (entry) => {
      const waits = phone.get().registration.phase === 'waiting';
      if (entry.what === 'key' && entry.change !== 'removed' && entry.profileId === profiles.get()?.activeProfileId && waits) phone.reconnectNow();
    });
  }

  return {
    state: { phone, grantFailure, profiles, settings, live, devices, view, quality, microphoneLevel: parts.microphoneLevel, appInfo: () => api.invoke('app.info') },
    start: async () => {
      live.start(api);
      followKeys();
      profiles.subscribe(followProfile);
      phone.subscribe(followSound);
      settings.subscribe(followSound);
      followIncoming({ api, phone, settings, line: () => activeProfile(profiles.get())?.name ?? '' });
      api.subscribe('power.resumed', phone.reconnectNow);
      api.subscribe('network.changed', phone.networkChanged);
      const [asked] = await Promise.all([profiles.start(), settings.start()]);
      const notice = profiles.get()?.notice ?? null;
      if (notice !== null) live.append({ category: 'errors', kind: 'problem', title: 'A file was set aside', detail: notice });
      if (!asked.ok) live.append({ category: 'errors', kind: 'problem', title: 'No profiles', detail: asked.failure.sentence });
    },
  };
}
