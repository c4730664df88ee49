import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openFakeSautikit, type FakeSautikit } from '../../../test/support/servers/fake-sautikit';
import { answerJson } from '../../../test/support/servers/hostile-http-server';
import { decartLine, lineOf, testKey } from '../../../test/support/servers/provider-fixture';
import { grantedIceServer } from '../../contracts/profile/grant';
import type { Profile } from '../../contracts/profile/profile';
import { systemClock } from '../base/clock';
import { createHttpClient } from './http';
import { createSautikit } from './sautikit';
import type { TokenProvider } from './token-provider';

const { key, text: keyText } = testKey();
let fake: FakeSautikit;
let provider: TokenProvider;
let made = 0;
beforeEach(async () => {
  made = 0;
  fake = await openFakeSautikit({
    key: keyText,
    mint: () => `token-${(made += 1)}`,
    gatewayUrl: 'wss://sip.sautikit.example/ws',
  });
  provider = createSautikit(createHttpClient({ clock: systemClock, random: Math.random }));
});
afterEach(() => fake.close());

const line = (parts: Partial<Extract<Profile['provider'], { kind: 'sautikit' }>> = {}): Profile =>
  lineOf({ kind: 'sautikit', baseUrl: `${fake.url}/`, ...parts });
const mint = (profile: Profile, lifeS = 600) => provider.mint({ profile, purpose: 'sip', lifeS }, key);
const lifeOf = ({ issuedAt, expiresAt }: { readonly issuedAt: number; readonly expiresAt: number }): number =>
  Math.round((expiresAt - issuedAt) / 10_000) * 10;

describe('Sautikit', () => {
  it('the sip generation: no body, an ISO expiry, one token for each mint', async () => {
    const [one, two] = [await mint(line()), await mint(line())];
    if (!one.ok || !two.ok) expect.unreachable();
    expect([one.value, two.value]).toMatchObject([
      { kind: 'token', token: 'token-1' },
      { kind: 'token', token: 'token-2' },
    ]);
    expect(lifeOf(one.value)).toBe(300);
    expect(Number.isInteger(one.value.issuedAt) && Number.isInteger(one.value.expiresAt)).toBe(true);
    expect([one.value.url, one.value.ice]).toEqual([undefined, undefined]);
    expect(fake.requests[0]).toMatchObject({ method: 'POST', path: '/v1/sip/token', body: '' });
  });

  it('the webrtc generation: a JSON body, the gateway and ICE servers of the answer', async () => {
    const minted = await mint(line({ generation: 'webrtc' }));
    if (!minted.ok) expect.unreachable();
    expect(minted.value).toMatchObject({
      kind: 'token',
      token: 'token-1',
      url: 'wss://sip.sautikit.example/ws',
      ice: {
        servers: [
          { urls: ['stun:127.0.0.1:3478'] },
          { urls: ['turn:127.0.0.1:3478'], username: '1:agent', credential: 'given for minutes' },
        ],
      },
    });
    expect(lifeOf(minted.value)).toBe(300);
    expect(fake.requests[0]).toMatchObject({ path: '/v1/webrtc/token', body: '{}' });
  });

  it('says who the line is, where the profile does', async () => {
    await mint(
      line({
        generation: 'webrtc',
        clientName: 'Desk "7"',
        role: 'agent',
        tenantNumberId: 'tn_1',
        phoneNumber: '+254700000001',
      }),
    );
    expect(JSON.parse(fake.requests[0]?.body ?? '')).toEqual({
      client_name: 'Desk "7"',
      role: 'agent',
      tenant_number_id: 'tn_1',
      phone_number: '+254700000001',
    });
  });

  it('takes a path of its own', async () => {
    fake.misbehave(answerJson(200, { token: 't', expires_at: new Date(Date.now() + 60_000).toISOString() }));
    expect((await mint(line({ path: '/v2/token' }))).ok).toBe(true);
    expect(fake.requests[0]?.path).toBe('/v2/token');
  });

  it.each([
    ['nothing but a token: the life that was wanted', () => ({ token: 'opaque' }), 600],
    [
      "a JWT's exp, whoever issued it",
      () => ({
        token: `e30.${Buffer.from(JSON.stringify({ iss: 'somebody', exp: Math.round(Date.now() / 1000) + 120 })).toString('base64url')}.x`,
      }),
      120,
    ],
    ['nulls', () => ({ token: 't', expires_at: null, endpoint: null, turnServer: null, expiresIn: null }), 600],
    ['the other shape at this endpoint', () => ({ token: 't', expiresIn: 240, turnServer: {} }), 240],
  ])('reads %s', async (_name, answer, lifeS) => {
    fake.misbehave(answerJson(200, answer()));
    const minted = await mint(line());
    if (!minted.ok) expect.unreachable();
    expect(lifeOf(minted.value)).toBe(lifeS);
    expect(minted.value.url).toBeUndefined();
  });

  it.each([
    ['out-of-money', 'sip', 'balance-exhausted', /wallet is empty/, 'wallet.insufficient_funds'],
    ['out-of-money', 'webrtc', 'balance-exhausted', /wallet is empty/, 'wallet.insufficient_funds'],
    ['profile-pending', 'sip', 'not-ready', /still setting up/, 'webrtc.token.profile_pending'],
    ['profile-pending', 'webrtc', 'not-ready', /still setting up/, 'webrtc.token.profile_pending'],
    ['key-revoked', 'sip', 'provider-refused', /does not take this key/, 'api_key'],
    ['key-revoked', 'webrtc', 'provider-refused', /does not take this key/, 'api_key'],
  ] as const)('%s (%s) is told in words', async (state, generation, reason, sentence, details) => {
    fake.become(state);
    const refused = await mint(line({ generation }));
    if (refused.ok) expect.unreachable();
    expect(refused.failure).toMatchObject({
      reason,
      sentence: expect.stringMatching(sentence) as unknown,
      details: expect.stringMatching(new RegExp(`, ${details}$`)) as unknown,
    });
    expect(JSON.stringify(refused)).not.toContain(keyText);
    // Pending is soon over; an empty wallet is not.
    expect(refused.failure.retryAfterMs === undefined ? null : refused.failure.retryAfterMs > 10_000).toBe(
      state === 'key-revoked' ? null : state === 'out-of-money',
    );
  });

  it.each([
    ['no token', { expires_at: '2030-01-01T00:00:00Z' }],
    ['an empty token', { token: '', expiresIn: 300 }],
    ['a token with a line break', { token: 'a\nb', expiresIn: 300 }],
    ['an expiry of 1e30', { token: 't', expires_at: 1e30 }],
    ['a negative life', { token: 't', expiresIn: -1 }],
    ['an expiry that is over', { token: 't', expires_at: '2020-01-01T00:00:00Z' }],
  ])('refuses %s', async (_name, answer) => {
    fake.misbehave(answerJson(200, answer));
    expect(await mint(line({ generation: 'webrtc' }))).toMatchObject({
      ok: false,
      failure: { reason: 'answer-invalid' },
    });
  });

  it('leaves out ICE servers that a browser would refuse together with all the others', async () => {
    const turn = {
      urls: ['turn:turn.example.com:3478?transport=udp', 'turn:turn.example.com:99999'],
      username: 'u',
      credential: 'c',
    };
    fake.misbehave(
      answerJson(200, {
        token: 't',
        expiresIn: 300,
        turnServer: {
          iceServers: [
            { urls: 'stun:stun.example.com?transport=udp' },
            turn,
            { urls: 'stun:stun.example.com', username: '', credential: '' },
          ],
        },
      }),
    );
    const minted = await mint(line({ generation: 'webrtc' }));
    if (!minted.ok) expect.unreachable();
    expect(minted.value.ice?.servers).toEqual([
      { ...turn, urls: ['turn:turn.example.com:3478?transport=udp'] },
      { urls: ['stun:stun.example.com'] },
    ]);
    expect(minted.value.ice?.leftOut).toEqual({ unreadable: 2, withoutCredential: 0, tooMany: 0 });
    expect(z.array(grantedIceServer).safeParse(minted.value.ice?.servers).success).toBe(true);
  });

  it.each<[string, unknown, number]>([
    ['a list', [{ urls: 'stun:stun.example.com' }], 0],
    ['one server', { urls: 'stun:stun.example.com' }, 0],
    ['a server and what is none', [{ urls: 'https://evil.example' }, 7, { urls: 'stun:stun.example.com' }], 2],
  ])('takes ICE servers as %s, and mints whatever they are', async (_name, servers, unreadable) => {
    for (const turnServer of [servers, { iceServers: servers }]) {
      fake.misbehave(answerJson(200, { token: 't', expiresIn: 300, turnServer }));
      const minted = await mint(line({ generation: 'webrtc' }));
      if (!minted.ok) expect.unreachable();
      expect(minted.value.ice).toEqual({
        servers: [{ urls: ['stun:stun.example.com'] }],
        leftOut: { unreadable, withoutCredential: 0, tooMany: 0 },
      });
    }
  });

  it('corrects the expiry by the clock of the server', async () => {
    const there = Date.now() + 7_200_000;
    fake.misbehave(
      answerJson(
        200,
        { token: 't', expires_at: new Date(there + 300_000).toISOString() },
        { date: new Date(there).toUTCString() },
      ),
    );
    const minted = await mint(line());
    expect(minted.ok && lifeOf(minted.value)).toBe(300);
  });

  it('makes nothing for events, nor for a line of another system', async () => {
    expect(await provider.mint({ profile: line(), purpose: 'events', lifeS: 300 }, key)).toMatchObject({
      failure: { reason: 'profile-invalid' },
    });
    expect(await mint(decartLine())).toMatchObject({ failure: { reason: 'profile-invalid' } });
    expect(fake.requests).toEqual([]);
  });
});
