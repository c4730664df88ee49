/** The states of the window that are worth looking at, by name. */
import {
  type Scene,
  now,
  asha,
  kamau,
  SNAPSHOT,
  WITH_EXAMPLES,
  WITH_EXAMPLE_KEYS,
  using,
  PROMOTED,
  rotated,
  SETTINGS,
  event,
  EVENTS,
  active,
  held,
  incoming,
  ended,
  BASE,
  practice,
  failure,
  settingsView,
  failureEvent,
  unknownKey,
} from './scene-data';
import { facts, party } from './fake-user-agent';

export type { Scene } from './scene-data';

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
  'key-unknown': {
    ...BASE,
    calls: [active],
    activeCallId: 'c1',
    registration: {
      phase: 'registered',
      since: now - 500_000,
      expiresAt: now + 100_000,
      tookMs: 84,
      unknownKey: 'e07c1b95',
    },
    snapshot: unknownKey,
    events: [
      event('errors', 'token-refused', 'Key not known yet', 'e07c1b95 · 3 tokens were refused · 5f3a91c2'),
      event('tokens', 'key-changed', 'Key promoted to active', 'production · active key · e07c1b95'),
      ...EVENTS.slice(0, 3),
    ],
  },
  'key-unknown-waiting': {
    ...BASE,
    registration: {
      phase: 'waiting',
      retryAt: now + 8_900,
      attempt: 2,
      problem: 'key-unknown',
      sentence: 'The gateway does not know key e07c1b95 yet.',
      unknownKey: 'e07c1b95',
    },
    snapshot: unknownKey,
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
  'rotation-untried': {
    ...BASE,
    view: { ...settingsView('keys'), rotationProfileId: 'production' },
    snapshot: unknownKey,
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
          former: null,
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
