/** What an attacker in the phone window tries at each channel, and what that is worth to him. */
import { randomUUID } from 'node:crypto';
import type { ChannelName } from '../../../src/contracts/ipc/ipc-names';
import type { FailureReason } from '../../../src/contracts/base/result';
import { lineTo } from '../app/phone-driver';

/** The attacked line: its key is a secret, its grants are the window's own. */
export const OWN = 'line-1001';
const OFFER = 'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=fingerprint:sha-256 00\r\n';
const NOBODY = 'no-such-line';
const ID = randomUUID();

/** One input, and what comes of it. */
export interface Try {
  readonly input?: unknown;
  /** `pending`: a person would have to act first. */
  readonly gets: 'ok' | 'pending' | FailureReason;
}
interface Verb {
  /** What an attacker may get by it while the admin lock is locked. */
  readonly may: string;
  readonly tries: readonly Try[];
}

const NOTHING = 'nothing';
export const own = { profileId: OWN };
const slot = { ...own, slot: 'active' };
const forbidden = (input?: unknown): readonly Try[] => [{ input, gets: 'forbidden-sender' }];
/** An admin's verb is refused whatever is in it. */
const lockedAway = (...inputs: readonly unknown[]): Verb => ({
  may: NOTHING,
  tries: inputs.map((input) => ({ input, gets: 'admin-locked' as const })),
});

/** A new channel has no entry here, and this file does not compile until somebody has said what an attacker may get by it. */
export const VERBS: Readonly<Record<ChannelName, Verb>> = {
  'app.info': { may: 'versions', tries: [{ gets: 'ok' }] },
  'settings.get': { may: "the agent's preferences", tries: [{ gets: 'ok' }] },
  'settings.set': {
    may: "change the agent's preferences",
    tries: [
      { input: { theme: 'dark' }, gets: 'ok' },
      { input: { theme: 'dark', admin: true }, gets: 'invalid-input' },
      { input: { zoom: 5 }, gets: 'invalid-input' },
      { input: { shortcuts: { mute: 'x'.repeat(50) } }, gets: 'invalid-input' },
      { input: { shortcuts: { quit: 'F8' } }, gets: 'invalid-input' },
    ],
  },
  'profiles.snapshot': { may: 'profiles and fingerprints', tries: [{ gets: 'ok' }] },
  'profiles.save': lockedAway(lineTo('wss://evil.example/', '1001', { identity: 'boss@practice.ringfence.local' }), {
    ...lineTo('wss://evil.example/', '6666'),
    id: 'evil',
  }),
  'profiles.remove': lockedAway(own, { profileId: 'assistant' }),
  'profiles.select': {
    may: 'choose a line that is there',
    tries: [
      { input: own, gets: 'ok' },
      { input: { profileId: NOBODY }, gets: 'unknown-profile' },
      { input: { profileId: '../../etc/passwd' }, gets: 'invalid-input' },
    ],
  },
  'profiles.test': lockedAway(own, { ...own, url: 'wss://evil.example/' }),
  'profiles.testDone': {
    may: NOTHING,
    tries: [
      { input: { testId: ID }, gets: 'ok' },
      { input: { testId: 'all' }, gets: 'invalid-input' },
    ],
  },
  'profiles.export': lockedAway(undefined, { path: '/etc/passwd' }),
  'profiles.import': lockedAway(undefined, { path: '/etc/passwd' }),
  'profiles.applyImport': lockedAway({ ticket: ID }),
  'keys.pasteFromClipboard': lockedAway(slot),
  'keys.loadFromFile': lockedAway(slot, { ...slot, path: '/etc/passwd' }),
  'keys.generate': lockedAway(slot),
  'keys.publicKey': {
    may: 'public halves',
    tries: [
      { input: slot, gets: 'key-unusable' },
      { input: { ...slot, private: true }, gets: 'invalid-input' },
      { input: { profileId: NOBODY, slot: 'active' }, gets: 'unknown-profile' },
    ],
  },
  'keys.remove': lockedAway(slot),
  'keys.promote': lockedAway(own),
  'keys.finishRotation': lockedAway(own),
  'keys.back': lockedAway(own, { ...own, slot: 'active' }),
  'grants.get': {
    may: 'grants for the profiles that are there, with the life, the URL and the identity that they name',
    tries: [
      { input: { ...own, purpose: 'sip' }, gets: 'ok' },
      { input: { profileId: 'practice', purpose: 'sip' }, gets: 'ok' },
      { input: { ...own, purpose: 'events' }, gets: 'unknown-purpose' },
      { input: { profileId: 'assistant', purpose: 'voice' }, gets: 'unknown-purpose' },
      { input: { profileId: NOBODY, purpose: 'sip' }, gets: 'unknown-profile' },
      { input: { profileId: '__proto__', purpose: 'sip' }, gets: 'invalid-input' },
      ...[
        { tokenLifeS: 86_400 },
        { lifeS: 86_400 },
        { model: 'gpt-large' },
        { url: 'wss://evil.example/' },
        { gatewayUrl: 'wss://evil.example/' },
        { headers: { 'x-key': '<key>' } },
        { identity: 'boss@evil.example' },
        { policy: { tokenLifeS: 3600 } },
      ].map((more): Try => ({ input: { ...own, purpose: 'sip', ...more }, gets: 'invalid-input' })),
    ],
  },
  'grants.watch': {
    may: 'be told of renewals of those grants',
    tries: [
      { input: { ...own, purpose: 'sip', on: true }, gets: 'ok' },
      { input: { profileId: NOBODY, purpose: 'sip', on: true }, gets: 'unknown-profile' },
    ],
  },
  'grants.accepted': {
    may: 'nothing but the end of the way back to an old key, and only after a promotion',
    tries: [
      { input: { ...own, key: '01234567' }, gets: 'ok' },
      { input: { profileId: NOBODY, key: '01234567' }, gets: 'ok' },
      { input: { ...own, key: 'active' }, gets: 'invalid-input' },
      { input: { ...own, key: '01234567', back: true }, gets: 'invalid-input' },
    ],
  },
  'policy.effective': {
    may: 'the rules',
    tries: [
      { input: own, gets: 'ok' },
      { input: { profileId: NOBODY }, gets: 'unknown-profile' },
      { input: { ...own, values: { tokenLifeS: 3600 } }, gets: 'invalid-input' },
    ],
  },
  'audit.recent': {
    may: 'read the log',
    tries: [
      { input: { limit: 500 }, gets: 'ok' },
      { input: { limit: 500, append: { what: 'mint' } }, gets: 'invalid-input' },
    ],
  },
  'audit.query': {
    may: 'read the log',
    tries: [
      { input: { limit: 500 }, gets: 'ok' },
      { input: { limit: 500, path: '/etc/passwd' }, gets: 'invalid-input' },
    ],
  },
  'audit.export': lockedAway({ filter: {}, format: 'csv' }, { filter: {}, format: 'csv', path: '/etc/passwd' }),
  'voice.place': {
    may: "call the assistant of a profile, with the profile's session",
    tries: [
      { input: { ...own, offer: OFFER }, gets: 'unknown-profile' },
      { input: { profileId: NOBODY, offer: OFFER }, gets: 'unknown-profile' },
      ...[{ model: 'gpt-large' }, { instructions: 'x' }, { tools: [] }, { url: 'https://evil.example' }].map(
        (more): Try => ({ input: { profileId: 'assistant', offer: OFFER, ...more }, gets: 'invalid-input' }),
      ),
    ],
  },
  'voice.hangUp': {
    may: 'end a call of this window',
    tries: [
      { input: { callId: ID }, gets: 'ok' },
      { input: { callId: 'rtc_1' }, gets: 'invalid-input' },
    ],
  },
  'voice.tool': {
    may: "run the line's own tools in a live call",
    tries: [{ input: { callId: ID, toolCallId: 't', name: 'end_call', arguments: '{}' }, gets: 'invalid-input' }],
  },
  'events.snapshot': {
    may: 'the calls of a line with live events',
    tries: [
      { input: own, gets: 'unknown-purpose' },
      { input: { profileId: NOBODY }, gets: 'unknown-profile' },
    ],
  },
  'events.endCall': {
    may: 'end a call of a line with live events',
    tries: [
      { input: { ...own, callUuid: 'x' }, gets: 'unknown-purpose' },
      { input: { profileId: NOBODY, callUuid: 'x' }, gets: 'unknown-profile' },
    ],
  },
  'calls.authorize': {
    may: 'ask whether a number may be called',
    tries: [
      { input: { ...own, target: 'echo' }, gets: 'ok' },
      { input: { ...own, target: 'echo', dial: { allow: ['*'] } }, gets: 'invalid-input' },
    ],
  },
  'calls.notifyIncoming': {
    may: 'name the caller of a call that main has seen come in, as text',
    tries: [
      {
        input: { callId: 'x', sipCallId: 'x', ...own, name: '<img src=x onerror=alert(1)>', number: '1' },
        gets: 'cancelled',
      },
      { input: { callId: 'x', sipCallId: 'x', ...own, name: 'x', number: '1', line: 'My own' }, gets: 'invalid-input' },
    ],
  },
  'calls.dismissIncoming': { may: 'take it away', tries: [{ input: { callId: 'x' }, gets: 'ok' }] },
  'calls.underWay': {
    may: 'say how many calls are up: the next start may tell of calls that never were',
    tries: [
      { input: { calls: 0 }, gets: 'ok' },
      { input: { calls: 1e9 }, gets: 'invalid-input' },
      { input: { calls: 1, number: '1' }, gets: 'invalid-input' },
    ],
  },
  'calls.lost': { may: 'read how many calls were lost', tries: [{ gets: 'ok' }] },
  'calls.lostRead': { may: 'say that somebody read it', tries: [{ gets: 'ok' }] },
  'incoming.current': { may: NOTHING, tries: forbidden() },
  'incoming.act': { may: NOTHING, tries: forbidden({ callId: 'x', action: 'answer' }) },
  'admin.state': { may: 'see that it is locked', tries: [{ gets: 'ok' }] },
  'admin.glance': { may: 'see that it seems locked', tries: [{ gets: 'ok' }] },
  'admin.ask': {
    may: 'open the window in which the passphrase is typed',
    tries: [{ input: { question: 'unlock' }, gets: 'pending' }],
  },
  'admin.lock': { may: 'lock', tries: [{ gets: 'ok' }] },
  'admin.unlock': { may: NOTHING, tries: forbidden({ passphrase: 'x' }) },
  'admin.setPassphrase': { may: NOTHING, tries: forbidden({ current: null, wanted: 'attacker' }) },
  'proxy.question': { may: NOTHING, tries: forbidden() },
  'proxy.answer': { may: NOTHING, tries: forbidden({ user: 'attacker', password: 'x' }) },
  'phone.state': { may: 'see whether the phone is locked', tries: [{ gets: 'ok' }] },
  // Like signing out, by itself at the end: his process ends, and the script with it.
  'phone.lock': { may: 'lock the phone', tries: [] },
  'phone.unlock': { may: 'unlock the phone, as whoever sits there may', tries: [{ gets: 'ok' }] },
  'phone.closed': { may: NOTHING, tries: [{ gets: 'ok' }] },
  // Last: the window is loaded anew, and the attacker's script with it gone.
  'phone.signOut': { may: 'sign out', tries: [] },
};

/** What fits no channel at all. */
export const RUBBISH: readonly unknown[] = [
  null,
  7,
  'x',
  [],
  [{ ...own, purpose: 'sip' }],
  { profileId: { $ne: null } },
  { profileId: '../../etc/passwd', slot: 'active', purpose: 'sip' },
  JSON.parse('{"__proto__":{"admin":true},"constructor":1}'),
  { ...slot, purpose: 'sip', on: true, key: 'k'.repeat(40), url: 'wss://evil.example/', lifeS: 86_400 },
  'x'.repeat(1_000_000),
  { profileId: 'x'.repeat(100_000) },
];
