import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Profile } from '../../contracts/profile/profile';
import { ok } from '../../contracts/base/result';
import { startFakeOpenaiRealtime, type FakeOpenaiRealtime } from '../../../test/support/servers/fake-openai-realtime';
import { systemClock } from '../base/clock';
import type { KeyHandle } from '../keys/keys';
import { Secret } from '../secrets/secret';
import { createHttpClient } from './http';
import { createOpenaiRealtime, sessionOf } from './openai-realtime';
import { createRealtimeCalls, systemIdOf } from './openai-realtime-calls';
import { exampleProfile } from '../../../test/support/app/example-profile';

let fake: FakeOpenaiRealtime;
beforeEach(async () => {
  fake = await startFakeOpenaiRealtime();
});
afterEach(() => fake.close());

const http = () => createHttpClient({ clock: systemClock, random: () => 0 });

function lineTo(baseUrl: string, more: object = {}): Profile {
  return exampleProfile({
    id: 'assistant',
    name: 'Front desk',
    environment: 'development',
    provider: { kind: 'openai-realtime', baseUrl, instructions: 'Be brief.', tools: ['end_call'], ...more },
    identity: '',
    gatewayUrl: '',
    presentation: { kind: 'main-injected' },
    policy: { purposes: ['voice'] },
  });
}

function keyOf(text: string): KeyHandle {
  const secret = Secret.fromText(text);
  if (!secret.ok) throw new Error('no key');
  return { fingerprint: secret.value.fingerprint, open: () => Promise.resolve(ok(secret.value)) };
}

const OFFER = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1',
  ...section('audio 9 UDP/TLS/RTP/SAVPF 0', 0),
  'a=rtpmap:0 PCMU/8000',
  ...section('application 9 UDP/DTLS/SCTP webrtc-datachannel', 1),
  '',
].join('\r\n');
function section(head: string, mid: number): string[] {
  return [
    `m=${head}`,
    'c=IN IP4 0.0.0.0',
    'a=ice-ufrag:abcd',
    'a=ice-pwd:0123456789abcdef01234567',
    `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => 'AB').join(':')}`,
    'a=setup:actpass',
    `a=mid:${mid}`,
    'a=sendrecv',
  ];
}

describe('client secrets', () => {
  it.each(['new', 'old'] as const)(
    'are made with the session that the profile fixes, and read in the %s shape',
    async (shape) => {
      fake.shape = shape;
      const profile = lineTo(fake.baseUrl);
      const before = Date.now();
      const minted = await createOpenaiRealtime(http()).mint({ profile, purpose: 'voice', lifeS: 60 }, keyOf(fake.key));
      if (!minted.ok) expect.unreachable(minted.failure.sentence);
      expect(minted.value).toMatchObject({ kind: 'token', token: fake.secrets[0] });
      expect(minted.value.expiresAt - before).toBeGreaterThan(55_000);
      expect(minted.value.expiresAt - before).toBeLessThan(65_000);
      expect(fake.seen).toEqual([{ line: 'POST /v1/realtime/client_secrets', credential: 'sk-', status: 200 }]);
    },
  );

  it('brings the life to what the system gives', async () => {
    for (const lifeS of [1, 3600]) {
      const minted = await createOpenaiRealtime(http()).mint(
        { profile: lineTo(fake.baseUrl), purpose: 'voice', lifeS },
        keyOf(fake.key),
      );
      if (!minted.ok) expect.unreachable();
      expect(Math.round((minted.value.expiresAt - minted.value.issuedAt) / 10_000)).toBe(lifeS === 1 ? 1 : 360);
    }
  });

  it('are made for calls with the assistant alone, and with the right key alone', async () => {
    const provider = createOpenaiRealtime(http());
    expect(
      await provider.mint({ profile: lineTo(fake.baseUrl), purpose: 'events', lifeS: 60 }, keyOf(fake.key)),
    ).toMatchObject({ ok: false, failure: { reason: 'unknown-purpose' } });
    expect(fake.seen).toEqual([]);
    expect(
      await provider.mint(
        { profile: lineTo(fake.baseUrl), purpose: 'voice', lifeS: 60 },
        keyOf('sk-another-key-of-32-characters-x'),
      ),
    ).toMatchObject({ ok: false, failure: { reason: 'provider-refused' } });
  });

  it('declare the tools of the profile and no others', () => {
    const { provider } = lineTo(fake.baseUrl, { tools: [] });
    if (provider.kind !== 'openai-realtime') expect.unreachable();
    expect(sessionOf(provider)).toEqual({
      type: 'realtime',
      model: 'gpt-realtime',
      instructions: 'Be brief.',
      audio: { input: { transcription: { model: 'gpt-4o-mini-transcribe' } }, output: { voice: 'alloy' } },
      tools: [],
      tool_choice: 'none',
    });
    expect(sessionOf({ ...provider, tools: ['end_call'] })).toMatchObject({
      tools: [{ type: 'function', name: 'end_call' }],
      tool_choice: 'auto',
    });
  });
});

describe('calls over HTTP', () => {
  const place = async (profile = lineTo(fake.baseUrl)) => {
    const client = http();
    const minted = await createOpenaiRealtime(client).mint({ profile, purpose: 'voice', lifeS: 60 }, keyOf(fake.key));
    if (!minted.ok || minted.value.kind !== 'token') expect.unreachable();
    return createRealtimeCalls(client).place(profile, minted.value.token, OFFER);
  };

  it('are placed with the token and ended with the key', async () => {
    const placed = await place();
    if (!placed.ok) expect.unreachable(placed.failure.sentence);
    expect(placed.value.answer).toContain('m=audio');
    expect(placed.value.systemId).toBe(fake.calls[0]?.id);
    const calls = createRealtimeCalls(http());
    for (const systemId of [placed.value.systemId ?? '', 'rtc_over_already'])
      expect(await calls.hangUp(lineTo(fake.baseUrl), systemId, keyOf(fake.key))).toEqual(ok(null));
    expect(fake.calls[0]?.hangUps).toBe(1);
    expect(fake.seen.map(({ line, credential }) => `${credential} ${line}`).slice(1, 3)).toEqual([
      'ek_ POST /v1/realtime/calls',
      `sk- POST /v1/realtime/calls/${placed.value.systemId ?? ''}/hangup`,
    ]);
  });

  it.each([
    ['json-with-201', 'answer-invalid'],
    ['no-sdp', 'answer-invalid'],
    ['wrong-type', 'answer-invalid'],
    ['huge', 'answer-invalid'],
    ['refused', 'provider-refused'],
    ['busy', 'rate-limited'],
  ] as const)('what is no answer is never handed on: %s', async (mode, reason) => {
    fake.mode = mode;
    const placed = await place();
    expect(placed).toMatchObject({ ok: false, failure: { reason } });
    expect(JSON.stringify(placed)).not.toMatch(/ek_|sk-|"No\."/);
  });

  it.each(['no-location', 'strange-location'] as const)(
    'a call without a name of its own is a call: %s',
    async (mode) => {
      fake.mode = mode;
      expect(await place()).toMatchObject({ ok: true, value: { systemId: null } });
    },
  );

  it('reads the id out of a location, and nothing else', () => {
    expect(systemIdOf('/v1/realtime/calls/rtc_1-a')).toBe('rtc_1-a');
    expect(systemIdOf('https://api.openai.com/v1/realtime/calls/rtc_2?x=/y')).toBe('rtc_2');
    for (const text of [null, '', '/', '/calls/..', '/calls/%2e%2e', '/calls/a b', `/calls/${'x'.repeat(200)}`])
      expect(systemIdOf(text), String(text)).toBeNull();
  });
});
