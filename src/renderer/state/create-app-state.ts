/** Puts the stores together and lets them follow each other; main.tsx gives it the real parts, a test others. */
import type { RingfenceApi } from '../../contracts/ipc/ipc';
import type { Profile } from '../../contracts/profile/profile';
import type { Failure, Result } from '../../contracts/base/result';
import { createEventLog } from '../events/event-log';
import { tryChannel } from '../events/channel-trial';
import type { ChannelSocket } from '../events/event-channel';
import type { Ringer } from '../media/ringer';
import type { GrantSource, UserAgent } from '../phone/port/user-agent';
import { createConnectionTestsStore, testIsStale, type ConnectionTestParts } from './connection-tests-store';
import { followObstacles } from './follow-obstacles';
import { createGuideStore } from './guide-store';
import type { VoiceLine } from '../voice/voice-line';
import type { AppState, LevelSource } from './app-state';
import { createQualityStore } from './call-quality';
import { soundFor } from './call-views';
import { createDevicesStore, type DevicePort } from './devices-store';
import { createGrantSource } from './grant-source';
import { NO_HEALTH, afterAudit, afterCalls, afterConnection, afterNote } from './health';
import { followIncoming } from './incoming-window';
import { createLineEventsStore } from './line-events-store';
import { followLineTranscripts } from './line-transcripts';
import { createLiveStore } from './live-store';
import { createLongestCall } from './longest-call';
import { createAdminStore, createPhoneLockStore } from './lock-store';
import { createLostCallsStore } from './lost-calls-store';
import { createPhoneStore } from './phone-store';
import { activeProfile, createProfilesStore, hasSip } from './profiles-store';
import { createSettingsStore } from './settings-store';
import { createStore } from '../base/store';
import { createTranscriptStore, type TranscriptStore } from './transcript-store';
import { createViewStore, type View } from './view-store';
import { createVoiceLine } from './voice-line';

export interface AppParts {
  readonly api: RingfenceApi;
  readonly createUserAgent: (
    profile: Profile,
    grants: GrantSource,
    mayCall: (target: string) => Promise<Result<unknown>>,
  ) => UserAgent;
  /** The phone of a line without SIP: it has an assistant, or nobody to call. */
  readonly createVoiceUserAgent: (profile: Profile, line: VoiceLine, onTranscript: TranscriptStore['put']) => UserAgent;
  /** Opens the WebSocket of live events. */
  readonly openSocket: (url: string) => ChannelSocket;
  /** Tries a line beside the one in use. */
  readonly tryLine: ConnectionTestParts['tryLine'];
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
  const transcripts = createTranscriptStore();
  const authorize = (profileId: string, target: string) => api.invoke('calls.authorize', { profileId, target });
  const createUserAgent = (profile: Profile): UserAgent =>
    hasSip(profile)
      ? parts.createUserAgent(profile, createGrantSource(api, profile.id, grantFailure.set), (target) =>
          authorize(profile.id, target),
        )
      : parts.createVoiceUserAgent(profile, createVoiceLine(api, profile.id), transcripts.put);
  const health = createStore(NO_HEALTH);
  const phone = createPhoneStore({
    createUserAgent,
    authorize,
    onEvent: (event) => {
      health.set(afterConnection(health.get(), event.kind));
      live.append(event);
    },
  });
  const lineEvents = createLineEventsStore({
    api,
    openSocket: parts.openSocket,
    after: (ms, task) => {
      const timer = setTimeout(task, ms);
      return () => clearTimeout(timer);
    },
    random: Math.random,
    onEvent: live.append,
    onNote: (note) => health.set(afterNote(health.get(), note)),
  });
  const phoneLock = createPhoneLockStore(api);
  const lostCalls = createLostCallsStore(api, phone);
  const admin = createAdminStore(api);
  const devices = createDevicesStore(parts.devices);
  const quality = createQualityStore(phone.stats);
  const after = (ms: number, task: () => void): (() => void) => {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  };
  const tests = createConnectionTestsStore({
    api,
    tryLine: parts.tryLine,
    tryChannel: (grant, ports) => tryChannel(grant, { open: parts.openSocket, after, ...ports }),
    after,
    monotonic: () => performance.now(),
  });
  const guide = createGuideStore({ phone, settings });
  const view = createViewStore(parts.view);

  let lineInUse: string | undefined;
  function followProfile(): void {
    if (activeProfile(profiles.get())?.id !== lineInUse) grantFailure.set(null);
    lineInUse = activeProfile(profiles.get())?.id;
    // Until main has said that the phone is not locked, no line is opened.
    if (phoneLock.get()?.lockedBy !== null) return;
    void phone.use(activeProfile(profiles.get()));
    lineEvents.use(activeProfile(profiles.get()));
  }
  function followLock(): void {
    if (phoneLock.get()?.lockedBy === null) {
      followProfile();
      return;
    }
    lineEvents.use(null);
    tests.stopAll();
    void phone.use(null).then(phoneLock.closed);
  }
  function followHealth(): void {
    let before = phone.get().calls;
    phone.subscribe(() => {
      const after = phone.get().calls;
      health.set(afterCalls(health.get(), before, after));
      before = after;
    });
    api.subscribe('audit.appended', (entry) => health.set(afterAudit(health.get(), entry)));
  }
  const longestCall = createLongestCall({
    now: parts.now,
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    end: (id) => phone.act(id, { verb: 'end', how: 'time-limit' }),
    say: (sentence) => {
      phone.notice.set(sentence);
      live.append({ category: 'calls', kind: 'problem', title: 'Call ended by policy', detail: sentence });
    },
    warn: (sentence) => {
      phone.notice.set(sentence);
      return () => {
        if (phone.notice.get() === sentence) phone.notice.set(null);
      };
    },
  });
  function followLongestCall(): void {
    longestCall.follow(
      phone.get().calls,
      (profileId) => profiles.get()?.profiles.find(({ id }) => id === profileId)?.policy.maxCallS ?? null,
    );
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
      if (
        entry.what === 'key' &&
        entry.change !== 'removed' &&
        entry.profileId === profiles.get()?.activeProfileId &&
        waits
      )
        phone.reconnectNow();
    });
  }

  /** A test says what its key and its line's settings did: with others, it says nothing any more. */
  function followTested(): void {
    api.subscribe('audit.appended', (entry) => {
      if (testIsStale(entry)) tests.close(entry.profileId);
    });
  }

  return {
    state: {
      phone,
      grantFailure,
      phoneLock,
      lostCalls,
      admin,
      profiles,
      settings,
      live,
      lineEvents,
      health,
      devices,
      view,
      quality,
      transcripts,
      tests,
      guide,
      audit: {
        query: (query) => api.invoke('audit.query', query),
        exportFile: (filter, format) => api.invoke('audit.export', { filter, format }),
        onAppended: (listener) => api.subscribe('audit.appended', listener),
      },
      microphoneLevel: parts.microphoneLevel,
      onDialAsked: (listener) => api.subscribe('calls.dialAsked', ({ text }) => listener(text)),
      appInfo: () => api.invoke('app.info'),
    },
    start: async () => {
      live.start(api);
      followKeys();
      followTested();
      followObstacles({ profiles, phone, grantFailure, lineEvents });
      profiles.subscribe(followProfile);
      phoneLock.subscribe(followLock);
      void lostCalls.start();
      void admin.start();
      followHealth();
      lineEvents.start();
      followLineTranscripts({ phone, lineEvents, transcripts });
      phone.subscribe(followSound);
      phone.subscribe(followLongestCall);
      profiles.subscribe(followLongestCall);
      settings.subscribe(followSound);
      followIncoming({ api, phone, settings, line: () => activeProfile(profiles.get()) });
      api.subscribe('power.resumed', () => {
        phone.reconnectNow();
        lineEvents.reconnectNow();
      });
      api.subscribe('network.changed', (change) => {
        phone.networkChanged(change);
        if (change.lost && change.connected) lineEvents.reconnectNow();
      });
      const [asked] = await Promise.all([profiles.start(), settings.start(), phoneLock.start()]);
      const notice = profiles.get()?.notice ?? null;
      if (notice !== null)
        live.append({ category: 'errors', kind: 'problem', title: 'A file needs attention', detail: notice });
      if (!asked.ok)
        live.append({ category: 'errors', kind: 'problem', title: 'No profiles', detail: asked.failure.sentence });
    },
  };
}
