/** The states of the window that are worth looking at, by name. */
import type { Call, EndCause } from '../../../src/contracts/call/call';
import type { LiveCategory, LiveKind } from '../../../src/contracts/call/event';
import {
  profile as profileSchema,
  type KeyStatus,
  type Profile,
  type ProfilesSnapshot,
} from '../../../src/contracts/profile/profile';
import type { Settings } from '../../../src/contracts/settings';
import type { EngineEvent } from '../../../src/renderer/phone/port/user-agent';
import type { View } from '../../../src/renderer/state/view-store';
import { EXAMPLE_PROFILES } from '../app/example-profiles';
import { facts, party, type FakeStart } from './fake-user-agent';

export interface Scene extends FakeStart {
  readonly view: Partial<View>;
  readonly snapshot: ProfilesSnapshot;
  readonly settings: Settings;
  /** The keychain asks the person before it takes a key. */
  readonly keychainAsks?: boolean;
  /** An admin passphrase: `none` (left out) nobody set one; `wanted`: the admin's file wants one first. */
  readonly admin?: 'none' | 'wanted' | 'locked' | 'unlocked';
}

const now = Date.now();
const asha = party('+254722000001', 'Asha Njeri');
const kamau = party('+254733123456', 'Kamau Njoroge');

function profile(id: string, name: string, environment: Profile['environment'], host: string): Profile {
  return profileSchema.parse({
    id,
    name,
    environment,
    provider: { kind: 'local-jwt', issuer: 'ringfence', audience: host },
    identity: `1001@${host}`,
    displayName: '',
    gatewayUrl: environment === 'practice' ? 'ws://127.0.0.1:8088/sip' : `wss://${host}/ws`,
    presentation: environment === 'production' ? { kind: 'main-injected' } : { kind: 'query', parameter: 'token' },
    policy: { tokenLifeS: 300, purposes: ['sip'] },
    iceServers: environment === 'practice' ? [] : [{ urls: ['stun:stun.example.com:3478'] }],
  });
}

const day = 86_400_000;
const SNAPSHOT: ProfilesSnapshot = {
  profiles: [
    profile('production', 'Support line', 'production', 'pbx.example.com'),
    profile('staging', 'Staging', 'staging', 'staging.example.com'),
    profile('practice', 'Practice line', 'practice', 'ringfence.local'),
  ],
  activeProfileId: 'production',
  keys: [
    {
      profileId: 'production',
      state: 'in-keychain',
      active: { fingerprint: '9b1e04aa', addedAt: now - 18 * day, origin: 'file' },
      next: null,
      retired: null,
      lastMintAt: now - 108_000,
    },
    {
      profileId: 'staging',
      state: 'in-keychain',
      active: { fingerprint: '44d20c7f', addedAt: now - 33 * day, origin: 'clipboard' },
      next: { fingerprint: 'e07c1b95', addedAt: now - 60_000, origin: 'clipboard' },
      retired: null,
      lastMintAt: now - 216_000,
    },
    {
      profileId: 'practice',
      state: 'in-keychain',
      active: { fingerprint: '0a77e3d1', addedAt: now - 3_600_000, origin: 'generated' },
      next: null,
      retired: null,
      lastMintAt: now - 6_000_000,
    },
  ],
  notice: null,
  keychain: { available: true, advice: null },
};
/** The lines with an example of each provider among them. */
const WITH_EXAMPLES: ProfilesSnapshot = {
  ...SNAPSHOT,
  profiles: [
    ...SNAPSHOT.profiles,
    ...EXAMPLE_PROFILES.map((example) => ({ ...example, name: `Example ${example.provider.kind}` })),
  ],
};
/** A key of a pair, and one that another system issues. */
const WITH_EXAMPLE_KEYS: ProfilesSnapshot = {
  ...WITH_EXAMPLES,
  profiles: WITH_EXAMPLES.profiles.filter(({ id }) => ['production', 'example-0', 'example-2'].includes(id)),
  keys: [
    ...SNAPSHOT.keys,
    {
      profileId: 'example-0',
      state: 'in-keychain',
      active: { fingerprint: '9b1e04aa', addedAt: now - 3 * day, origin: 'generated' },
      next: null,
      retired: null,
      lastMintAt: now - 9000,
    },
    {
      profileId: 'example-2',
      state: 'in-keychain',
      active: { fingerprint: '5c0de11a', addedAt: now - 3 * day, origin: 'clipboard' },
      next: null,
      retired: null,
      lastMintAt: now - 9000,
    },
  ],
};
/** The line in use, in another environment or with another provider. */
const using = (change: Partial<Profile>): ProfilesSnapshot => ({
  ...SNAPSHOT,
  profiles: SNAPSHOT.profiles.map((each) => (each.id === 'production' ? { ...each, ...change } : each)),
});
const PROMOTED: Partial<KeyStatus> = {
  active: { fingerprint: 'e07c1b95', addedAt: now - 500_000, origin: 'clipboard' },
  next: null,
};
/** The staging line's keys in the middle of a rotation. */
const rotated = (change: Partial<KeyStatus>): ProfilesSnapshot => ({
  ...SNAPSHOT,
  keys: SNAPSHOT.keys.map((key) => (key.profileId === 'staging' ? { ...key, ...change } : key)),
});
const SETTINGS: Settings = {
  theme: 'system',
  doNotDisturb: false,
  microphoneId: null,
  speakerId: null,
  ringerId: null,
  guideDone: true,
};

const event = (category: LiveCategory, kind: LiveKind, title: string, detail: string): EngineEvent => ({
  category,
  kind,
  title,
  detail,
});
const EVENTS: readonly EngineEvent[] = [
  event('registration', 'connection-lost', 'Connection lost', 'found by probe after 3 s'),
  event('registration', 'registered', 'Registered', 'sip:1001@pbx.example.com · 84 ms'),
  event('tokens', 'token-minted', 'Token minted', 'lives 5:00 · c01d77ae · for calls'),
  event('calls', 'call-ended', 'Call ended', '+254 733 123 456 · 4:07'),
  event('calls', 'call-missed', 'Missed call', '+44 20 7946 0018 · rang 24 s'),
  event('calls', 'call-held', 'On hold', 'Kamau Njoroge'),
  event('tokens', 'token-minted', 'Token minted', 'lives 5:00 · 5f3a91c2 · for calls'),
  event('calls', 'call-incoming', 'Incoming call', '+254 722 000 001 -> 1001'),
  event('calls', 'call-answered', 'Answered', '+254 722 000 001 · after 2.1 s'),
];

const active: Call = { ...facts('c1', asha, { muted: true }), phase: 'active', answeredAt: now - 762_000 };
const held: Call = {
  ...facts('c2', kamau),
  phase: 'held',
  answeredAt: now - 211_000,
  hold: { byUs: true, byPeer: false },
};
const incoming: Call = { ...facts('c3', asha, { direction: 'incoming' }), phase: 'ringing', earlyMedia: false };
const ended = (cause: EndCause, details: string): Call => ({
  ...facts('c1', asha),
  phase: 'ended',
  answeredAt: null,
  endedAt: now,
  cause,
  details,
});

const BASE: Scene = {
  registration: { phase: 'registered', since: now - 500_000, expiresAt: now + 100_000, tookMs: 84 },
  calls: [],
  activeCallId: null,
  events: EVENTS,
  view: {},
  snapshot: SNAPSHOT,
  settings: SETTINGS,
};
const practice: ProfilesSnapshot = { ...SNAPSHOT, activeProfileId: 'practice' };
const failure = {
  reason: 'invalid-input',
  sentence: 'This is no number that can be called: check it.',
  action: 'check-number',
  details: 'malformed-number',
} as const;
const settingsView = (settingsTab: View['settingsTab']): Partial<View> => ({ screen: 'settings', settingsTab });

/** Every scene; the address bar's `?scene=` names one. */
export const SCENES: Readonly<Record<string, Scene>> = {
  idle: BASE,
  practice: { ...BASE, snapshot: practice },
  active: { ...BASE, calls: [held, active], activeCallId: 'c1', view: { typed: '+254 733 12' } },
  incoming: { ...BASE, calls: [incoming], view: { typed: '+254 733 12' } },
  'incoming-in-call': {
    ...BASE,
    calls: [{ ...active, id: 'c9', peer: kamau }, incoming, { ...incoming, id: 'c4', peer: party('+442079460018') }],
    activeCallId: 'c9',
  },
  'active-staging': {
    ...BASE,
    snapshot: using({ environment: 'staging', name: 'Staging line' }),
    calls: [held, active],
    activeCallId: 'c1',
  },
  'active-development': {
    ...BASE,
    snapshot: using({ environment: 'development' }),
    calls: [active],
    activeCallId: 'c1',
  },
  'ended-practice': { ...BASE, snapshot: using({ environment: 'practice' }), calls: [ended('busy', '486 Busy Here')] },
  'incoming-staging': { ...BASE, snapshot: using({ environment: 'staging' }), calls: [incoming] },
  'no-emergency-calls': {
    ...BASE,
    snapshot: using({
      provider: {
        kind: 'sautikit',
        baseUrl: 'https://api.sautikit.com',
        generation: 'sip',
        path: '',
        clientName: '',
        role: '',
        tenantNumberId: '',
        phoneNumber: '',
      },
    }),
  },
  examples: { ...BASE, view: settingsView('profiles'), snapshot: WITH_EXAMPLES },
  'late-incoming': { ...BASE, later: [incoming] },
  quiet: { ...BASE, calls: [incoming], settings: { ...SETTINGS, doNotDisturb: true } },
  held: { ...BASE, calls: [held] },
  dialing: { ...BASE, calls: [{ ...facts('c1', party('echo')), phase: 'dialing' }] },
  ringing: { ...BASE, calls: [{ ...facts('c1', kamau), phase: 'ringing', earlyMedia: false }] },
  recovering: {
    ...BASE,
    registration: { phase: 'connecting', attempt: 2 },
    calls: [
      {
        ...facts('c1', asha),
        phase: 'recovering',
        answeredAt: now - 62_000,
        since: now - 1000,
        hold: { byUs: false, byPeer: false },
      },
    ],
    activeCallId: 'c1',
  },
  ended: { ...BASE, calls: [ended('busy', '486 Busy Here')] },
  'ended-calm': {
    ...BASE,
    calls: [
      {
        ...facts('c1', asha),
        phase: 'ended',
        answeredAt: now - 762_000,
        endedAt: now,
        cause: 'hung-up-by-peer',
        details: '',
      },
    ],
  },
  digits: {
    ...BASE,
    calls: [{ ...active, muted: false, sentDigits: '4711#' }, held],
    activeCallId: 'c1',
    view: { keypadCallId: 'c1' },
  },
  problem: { ...BASE, calls: [{ ...active, muted: false, problem: 'microphone-busy' }], activeCallId: 'c1' },
  'dial-failure': { ...BASE, view: { typed: '+12', dialFailure: failure } },
  offline: {
    ...BASE,
    registration: {
      phase: 'waiting',
      retryAt: now + 2900,
      attempt: 4,
      problem: 'gateway-unreachable',
      sentence: 'The gateway does not answer: Ringfence keeps trying.',
    },
    events: [event('errors', 'problem', 'Gateway does not answer', 'wss://pbx.example.com/ws'), ...EVENTS.slice(0, 2)],
  },
  empty: { ...BASE, events: [], registration: { phase: 'connecting', attempt: 1 } },
  live: { ...BASE, view: { screen: 'live' } },
  'many-events': {
    ...BASE,
    events: Array.from({ length: 12_000 }, (_, index) => EVENTS[index % EVENTS.length] ?? failureEvent()),
  },
  devices: { ...BASE, view: { devicesOpen: true } },
  shortcuts: { ...BASE, view: { shortcutsOpen: true } },
  'long-names': {
    ...BASE,
    calls: [
      {
        ...held,
        peer: party(
          'wilhelmina.featherstonehaugh-cholmondeley',
          '<img src=x onerror=alert(1)> Wilhelmina Featherstonehaugh-Cholmondeley',
        ),
      },
      { ...active, peer: party('+442079460018', 'Wilhelmina Featherstonehaugh-Cholmondeley of Marjoribanks') },
    ],
    activeCallId: 'c1',
  },
  keys: { ...BASE, view: settingsView('keys') },
  'keys-asking': {
    ...BASE,
    view: { ...settingsView('keys'), keyProfileId: 'staging', rotationProfileId: 'staging' },
    snapshot: rotated({ active: null, next: null, state: 'absent' }),
    keychainAsks: true,
  },
  'keys-locked': { ...BASE, view: settingsView('keys'), snapshot: rotated({ state: 'locked' }) },
  'rotation-add': { ...BASE, view: { ...settingsView('keys'), rotationProfileId: 'production' } },
  'rotation-wait': {
    ...BASE,
    view: { ...settingsView('keys'), rotationProfileId: 'staging' },
    snapshot: rotated({ next: { fingerprint: 'e07c1b95', addedAt: now - 139_000, origin: 'generated' } }),
  },
  'rotation-promote': {
    ...BASE,
    view: { ...settingsView('keys'), rotationProfileId: 'staging' },
    snapshot: rotated({ next: { fingerprint: 'e07c1b95', addedAt: now - 400_000, origin: 'clipboard' } }),
  },
  'rotation-remove': {
    ...BASE,
    view: { ...settingsView('keys'), rotationProfileId: 'staging' },
    snapshot: rotated({ ...PROMOTED, retired: { fingerprint: '44d20c7f', retiredAt: now - 100_000 } }),
  },
  'rotation-removable': {
    ...BASE,
    view: { ...settingsView('keys'), rotationProfileId: 'staging' },
    snapshot: rotated({ ...PROMOTED, retired: { fingerprint: '44d20c7f', retiredAt: now - 400_000 } }),
  },
  'rotation-replaced': {
    ...BASE,
    view: { ...settingsView('keys'), rotationProfileId: 'staging' },
    snapshot: rotated({ ...PROMOTED, retired: { fingerprint: '44d20c7f', retiredAt: now - 500_000 } }),
  },
  'rotation-practice': {
    ...BASE,
    view: { ...settingsView('keys'), rotationProfileId: 'practice' },
    snapshot: practice,
  },
  'keys-absent': {
    ...BASE,
    view: settingsView('keys'),
    snapshot: {
      ...practice,
      keys: [
        {
          profileId: 'practice',
          state: 'in-memory',
          active: { fingerprint: '0a77e3d1', addedAt: now, origin: 'generated' },
          next: null,
          retired: null,
          lastMintAt: now - 1000,
        },
      ],
      keychain: {
        available: false,
        advice:
          'This computer has no keychain: install gnome-keyring and log in again. Until then the Practice line works with a key in memory, and other lines have none.',
      },
    },
  },
  profiles: {
    ...BASE,
    view: settingsView('profiles'),
    snapshot: {
      ...SNAPSHOT,
      notice: 'The profile file was damaged and was set aside as profiles.damaged.json; the Practice line works.',
    },
  },
  appearance: { ...BASE, view: settingsView('appearance') },
  about: { ...BASE, view: settingsView('about') },
  audit: { ...BASE, view: settingsView('audit') },
  'admin-wanted': { ...BASE, view: settingsView('profiles'), admin: 'wanted' },
  'admin-locked': { ...BASE, view: settingsView('profiles'), admin: 'locked' },
  'admin-unlocked': { ...BASE, view: settingsView('keys'), admin: 'unlocked' },
  'keys-issued': {
    ...BASE,
    view: { ...settingsView('keys'), keyProfileId: 'example-2', rotationProfileId: 'example-2' },
    snapshot: WITH_EXAMPLE_KEYS,
  },
  'public-key': { ...BASE, view: { ...settingsView('keys'), keyProfileId: 'example-0' }, snapshot: WITH_EXAMPLE_KEYS },
  guide: { ...BASE, snapshot: practice, settings: { ...SETTINGS, guideDone: false } },
};

function failureEvent(): EngineEvent {
  return event('errors', 'problem', 'Problem', '');
}
