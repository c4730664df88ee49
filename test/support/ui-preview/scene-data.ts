/** What the scenes of the window are made of: lines, keys, people, calls, events. */
import type { Call, EndCause } from '../../../src/contracts/call/call';
import type { LostCalls } from '../../../src/contracts/call/lost-calls';
import type { LiveCategory, LiveKind } from '../../../src/contracts/call/event';
import { type KeyStatus, type Profile, type ProfilesSnapshot } from '../../../src/contracts/profile/profile';
import type { Settings } from '../../../src/contracts/settings';
import type { EngineEvent } from '../../../src/renderer/phone/port/user-agent';
import { DEFAULT_SETTINGS } from '../../../src/renderer/state/settings-store';
import type { View } from '../../../src/renderer/state/view-store';
import { EXAMPLE_PROFILES } from '../app/example-profiles';
import { facts, party, type FakeStart } from './fake-user-agent';
import { exampleProfile } from '../app/example-profile';

export interface Scene extends FakeStart {
  readonly view: Partial<View>;
  readonly snapshot: ProfilesSnapshot;
  readonly settings: Settings;
  /** The keychain asks the person before it takes a key. */
  readonly keychainAsks?: boolean;
  /** Calls that the run before lost. */
  readonly lost?: LostCalls;
  /** An admin passphrase: `none` (left out) nobody set one; `wanted`: the admin's file wants one first. */
  readonly admin?: 'none' | 'wanted' | 'locked' | 'unlocked';
}

export const now = Date.now();
export const asha = party('+254722000001', 'Asha Njeri');
export const kamau = party('+254733123456', 'Kamau Njoroge');

export function profile(id: string, name: string, environment: Profile['environment'], host: string): Profile {
  return exampleProfile({
    id,
    name,
    environment,
    provider: { kind: 'local-jwt', issuer: 'ringfence', audience: host },
    identity: `1001@${host}`,
    gatewayUrl: environment === 'practice' ? 'ws://127.0.0.1:8088/sip' : `wss://${host}/ws`,
    presentation: environment === 'production' ? { kind: 'main-injected' } : { kind: 'query', parameter: 'token' },
    policy: { tokenLifeS: 300, purposes: ['sip'] },
    iceServers: environment === 'practice' ? [] : [{ urls: ['stun:stun.example.com:3478'] }],
  });
}

const day = 86_400_000;
export const SNAPSHOT: ProfilesSnapshot = {
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
      former: null,
      lastMintAt: now - 108_000,
    },
    {
      profileId: 'staging',
      state: 'in-keychain',
      active: { fingerprint: '44d20c7f', addedAt: now - 33 * day, origin: 'clipboard' },
      next: { fingerprint: 'e07c1b95', addedAt: now - 60_000, origin: 'clipboard' },
      retired: null,
      former: null,
      lastMintAt: now - 216_000,
    },
    {
      profileId: 'practice',
      state: 'in-keychain',
      active: { fingerprint: '0a77e3d1', addedAt: now - 3_600_000, origin: 'generated' },
      next: null,
      retired: null,
      former: null,
      lastMintAt: now - 6_000_000,
    },
  ],
  notice: null,
  auditNotice: null,
  keychain: { available: true, advice: null },
};
/** The lines with an example of each provider among them. */
export const WITH_EXAMPLES: ProfilesSnapshot = {
  ...SNAPSHOT,
  profiles: [
    ...SNAPSHOT.profiles,
    ...EXAMPLE_PROFILES.map((example) => ({ ...example, name: `Example ${example.provider.kind}` })),
  ],
};
/** A key of a pair, and one that another system issues. */
export const WITH_EXAMPLE_KEYS: ProfilesSnapshot = {
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
      former: null,
      lastMintAt: now - 9000,
    },
    {
      profileId: 'example-2',
      state: 'in-keychain',
      active: { fingerprint: '5c0de11a', addedAt: now - 3 * day, origin: 'clipboard' },
      next: null,
      retired: null,
      former: null,
      lastMintAt: now - 9000,
    },
  ],
};
/** The line in use, in another environment or with another provider. */
export const using = (change: Partial<Profile>): ProfilesSnapshot => ({
  ...SNAPSHOT,
  profiles: SNAPSHOT.profiles.map((each) => (each.id === 'production' ? { ...each, ...change } : each)),
});
export const PROMOTED: Partial<KeyStatus> = {
  active: { fingerprint: 'e07c1b95', addedAt: now - 500_000, origin: 'clipboard' },
  next: null,
};
/** The staging line's keys in the middle of a rotation. */
export const rotated = (change: Partial<KeyStatus>): ProfilesSnapshot => ({
  ...SNAPSHOT,
  keys: SNAPSHOT.keys.map((key) => (key.profileId === 'staging' ? { ...key, ...change } : key)),
});
/** The line in use was given a key that its gateway does not know. */
export const unknownKey: ProfilesSnapshot = {
  ...SNAPSHOT,
  keys: SNAPSHOT.keys.map((key) =>
    key.profileId === 'production'
      ? {
          ...key,
          active: { fingerprint: 'e07c1b95', addedAt: now - 500_000, origin: 'clipboard' },
          retired: { fingerprint: '9b1e04aa', retiredAt: now - 100_000 },
          former: { fingerprint: '9b1e04aa', addedAt: now - 18 * day, origin: 'file' },
        }
      : key,
  ),
};
export const SETTINGS: Settings = DEFAULT_SETTINGS;

export const event = (category: LiveCategory, kind: LiveKind, title: string, detail: string): EngineEvent => ({
  category,
  kind,
  title,
  detail,
});
export const EVENTS: readonly EngineEvent[] = [
  event('registration', 'connection-lost', 'Connection lost', 'the gateway gave no answer for 3 s'),
  event('registration', 'registered', 'Registered', 'sip:1001@pbx.example.com · 84 ms'),
  event('tokens', 'token-minted', 'Token minted', 'lives 5:00 · c01d77ae · for calls'),
  event('calls', 'call-ended', 'Call ended', '+254 733 123 456 · 4:07'),
  event('calls', 'call-missed', 'Missed call', '+44 20 7946 0018 · rang 24 s'),
  event('calls', 'call-held', 'On hold', 'Kamau Njoroge'),
  event('tokens', 'token-minted', 'Token minted', 'lives 5:00 · 5f3a91c2 · for calls'),
  event('calls', 'call-incoming', 'Incoming call', '+254 722 000 001 -> 1001'),
  event('calls', 'call-answered', 'Answered', '+254 722 000 001 · after 2.1 s'),
];

export const active: Call = { ...facts('c1', asha, { muted: true }), phase: 'active', answeredAt: now - 762_000 };
export const held: Call = {
  ...facts('c2', kamau),
  phase: 'held',
  answeredAt: now - 211_000,
  hold: { byUs: true, byPeer: false, since: now - 34_000 },
};
export const incoming: Call = { ...facts('c3', asha, { direction: 'incoming' }), phase: 'ringing', earlyMedia: false };
export const ended = (cause: EndCause, details: string): Call => ({
  ...facts('c1', asha),
  phase: 'ended',
  answeredAt: null,
  endedAt: now,
  cause,
  details,
});

export const BASE: Scene = {
  registration: { phase: 'registered', since: now - 500_000, expiresAt: now + 100_000, tookMs: 84 },
  calls: [],
  activeCallId: null,
  events: EVENTS,
  view: {},
  snapshot: SNAPSHOT,
  settings: SETTINGS,
};
export const practice: ProfilesSnapshot = { ...SNAPSHOT, activeProfileId: 'practice' };
export const failure = {
  reason: 'invalid-input',
  sentence: 'This is no number that can be called: check it.',
  action: 'check-number',
  details: 'malformed-number',
} as const;
export const settingsView = (settingsTab: View['settingsTab']): Partial<View> => ({ screen: 'settings', settingsTab });

export function failureEvent(): EngineEvent {
  return event('errors', 'problem', 'Problem', '');
}
