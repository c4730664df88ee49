import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startFakeSippet, type FakeSippet } from '../../../test/support/servers/fake-sippet';
import { answerJson, openHttpServer } from '../../../test/support/servers/hostile-http-server';
import type { Profile } from '../../contracts/profile/profile';
import { ok } from '../../contracts/base/result';
import { systemClock } from '../base/clock';
import type { KeyHandle } from '../keys/keys';
import { Secret } from '../secrets/secret';
import { createHttpClient } from './http';
import { createSippet, type Sippet } from './sippet';
import { exampleProfile } from '../../../test/support/app/example-profile';

let fake: FakeSippet;
let sippet: Sippet;
let line: Profile;
beforeEach(async () => {
  fake = await startFakeSippet();
  sippet = createSippet(createHttpClient({ clock: systemClock, random: () => 0 }));
  line = exampleProfile({
    id: 'desk',
    name: 'Desk',
    environment: 'development',
    provider: { kind: 'sippet', baseUrl: fake.url },
    identity: '1001@sip.example.com',
    gatewayUrl: 'wss://sip.example.com/ws',
    presentation: { kind: 'digest' },
    policy: { purposes: ['sip', 'events'] },
  });
});
afterEach(() => fake.close());

const keyOf = (text: string): KeyHandle => {
  const secret = Secret.fromText(text);
  if (!secret.ok) throw new Error(secret.failure.sentence);
  return { fingerprint: secret.value.fingerprint, open: () => Promise.resolve(ok(secret.value)) };
};
const mint = (purpose: 'sip' | 'events' | 'voice', key = fake.secretKey) =>
  sippet.mint({ profile: line, purpose, lifeS: 300 }, keyOf(key));

describe('a session token', () => {
  it.each(['iso', 'epoch-s', 'epoch-ms', 'ttl-only'] as const)(
    'is for the events socket beside the API, with its end written as %s',
    async (expiry) => {
      fake.faults.expiry = expiry;
      const minted = await mint('events');
      expect(minted).toMatchObject({
        ok: true,
        value: {
          kind: 'events',
          token: fake.tokens[0],
          url: `${fake.url.replace('http', 'ws')}/socket/websocket`,
          parameter: 'session_token',
          topic: 'events',
        },
      });
      if (minted.ok) expect(Math.abs(minted.value.expiresAt - minted.value.issuedAt - 300_000)).toBeLessThan(2_500);
    },
  );
  it('without an end is none', async () => {
    fake.faults.expiry = 'none';
    expect(await mint('events')).toMatchObject({ ok: false, failure: { reason: 'answer-invalid' } });
  });
  it('is a new one each time', async () => {
    await mint('events');
    await mint('events');
    expect(new Set(fake.tokens).size).toBe(2);
  });
  it('is not given for a publishable key, and the sentence says so', async () => {
    const refused = await mint('events', fake.publishableKey);
    expect(refused).toMatchObject({
      ok: false,
      failure: {
        reason: 'provider-refused',
        action: 'open-keys',
        sentence: expect.stringContaining('publishable') as string,
      },
    });
    expect(JSON.stringify(refused)).not.toContain(fake.publishableKey);
  });
  it('can not be taken back', async () => {
    const minted = await mint('events');
    if (!minted.ok) throw new Error(minted.failure.sentence);
    expect(await sippet.revoke?.(line, minted.value, keyOf(fake.secretKey))).toMatchObject({ ok: false });
    expect(fake.actions).toEqual([]);
  });
});

describe('SIP access', () => {
  it('is a user and a password that live minutes, and can be taken back', async () => {
    const minted = await mint('sip');
    const [id, made] = [...fake.access][0] ?? [];
    expect(minted).toMatchObject({ ok: true, value: { kind: 'credentials', ...made, handle: id } });
    expect(fake.actions).toEqual([{ action: 'issue_sip_access', input: { username: '1001', ttlSeconds: 300 } }]);
    if (!minted.ok) throw new Error('no access');
    expect(await sippet.revoke?.(line, minted.value, keyOf(fake.secretKey))).toEqual(ok(null));
    expect(fake.access.size).toBe(0);
  });
  it('that can not be used is taken back, too', async () => {
    const server = await openHttpServer(
      answerJson(200, { success: true, data: { id: 'odd', username: '1001-odd', password: '' } }),
    );
    try {
      const odd = { ...line, provider: { kind: 'sippet' as const, baseUrl: server.url } };
      expect(await sippet.mint({ profile: odd, purpose: 'sip', lifeS: 300 }, keyOf(fake.secretKey))).toMatchObject({
        ok: false,
        failure: { reason: 'answer-invalid', sentence: expect.stringContaining('without a SIP user') as string },
      });
      expect(server.requests.map(({ body }): unknown => JSON.parse(body))).toMatchObject([
        { action: 'issue_sip_access' },
        { action: 'revoke_sip_access', input: { accessId: 'odd' } },
      ]);
    } finally {
      await server.close();
    }
  });
  it('that never ends is refused, and taken back at once', async () => {
    fake.faults.expiry = 'none';
    expect(await mint('sip')).toMatchObject({ ok: false, failure: { reason: 'answer-invalid' } });
    expect(fake.actions.map(({ action }) => action)).toEqual(['issue_sip_access', 'revoke_sip_access']);
    expect(fake.access.size).toBe(0);
  });
});

describe('an action', () => {
  it('lists the calls, however a row is spelled', async () => {
    fake.rows.push(
      {
        callUuid: 'a',
        status: 'answered',
        fromNumber: '+254722000001',
        toNumber: '+254700000000',
        startedAt: '2026-11-21T10:00:00Z',
        endedAt: null,
        more: { of: 'it' },
      },
      { call_uuid: 'b', status: 'surprising', from_number: '+254722000002', started_at: 1_793_000_000 },
    );
    expect(await sippet.listCalls(line, keyOf(fake.secretKey))).toEqual(
      ok([
        {
          callUuid: 'a',
          status: 'answered',
          fromNumber: '+254722000001',
          toNumber: '+254700000000',
          startedAt: Date.UTC(2026, 10, 21, 10),
          endedAt: null,
        },
        {
          callUuid: 'b',
          status: 'ringing',
          fromNumber: '+254722000002',
          toNumber: '',
          startedAt: 1_793_000_000_000,
          endedAt: null,
        },
      ]),
    );
  });
  it('lists a busy line whose list is longer than any token', async () => {
    for (let each = 0; each < 1_000; each += 1)
      fake.rows.push({
        callUuid: `7b0d5b52-6f0e-4a55-9d8e-${String(each).padStart(12, '0')}`,
        status: 'completed',
        fromNumber: '+254722000001',
        toNumber: '+254700000000',
        startedAt: '2026-11-21T10:00:00.000000Z',
        endedAt: '2026-11-21T10:05:00.000000Z',
      });
    const listed = await sippet.listCalls(line, keyOf(fake.secretKey));
    expect(listed.ok && listed.value.length).toBe(1_000);
  });
  it('ends a call, and once more', async () => {
    for (let time = 0; time < 2; time += 1)
      expect(await sippet.endCall(line, keyOf(fake.secretKey), 'a')).toEqual(ok(null));
    expect(fake.ended).toEqual(['a']);
  });
  it.each([
    ['forbidden', 'provider-refused', 'open-keys'],
    ['not_found', 'provider-refused', 'none'],
    ['too_many_requests', 'rate-limited', 'retry'],
    ['<script>', 'provider-refused', 'retry'],
  ])('that is refused with HTTP 200 and %s fails as %s', async (type, reason, action) => {
    fake.faults.refuse = { action: 'end_call', type };
    const refused = await sippet.endCall(line, keyOf(fake.secretKey), 'a');
    expect(refused).toMatchObject({ ok: false, failure: { reason, action } });
    expect(JSON.stringify(refused)).not.toContain('script');
  });
  it('of another system is refused without asking anybody', async () => {
    const other = {
      ...line,
      provider: {
        kind: 'sautikit' as const,
        baseUrl: fake.url,
        generation: 'sip' as const,
        path: '',
        clientName: '',
        role: '',
        tenantNumberId: '',
        phoneNumber: '',
      },
    };
    expect(await sippet.endCall(other, keyOf(fake.secretKey), 'a')).toMatchObject({
      ok: false,
      failure: { reason: 'profile-invalid' },
    });
    expect(fake.actions).toEqual([]);
  });
  it('for an assistant there is none', async () => {
    expect(await mint('voice')).toMatchObject({ ok: false, failure: { reason: 'unknown-purpose' } });
  });
});
