import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  answerJson,
  answerText,
  openHttpServer,
  type HttpServerUnderTest,
} from '../../../test/support/servers/hostile-http-server';
import { lineOf, testKey } from '../../../test/support/servers/provider-fixture';
import type { Profile, ProfileInput } from '../../contracts/profile/profile';
import { systemClock } from '../base/clock';
import type { KeyHandle } from '../keys/keys';
import { Secret } from '../secrets/secret';
import { createGenericHttp } from './generic-http';
import { createHttpClient } from './http';
import type { TokenProvider } from './token-provider';

const { key, text: keyText } = testKey();
let server: HttpServerUnderTest;
let provider: TokenProvider;
beforeEach(async () => {
  server = await openHttpServer(answerJson(200, { data: { jwt: 'a-token' } }));
  provider = createGenericHttp(createHttpClient({ clock: systemClock, random: Math.random }), () => 1_700_000_000_900);
});
afterEach(() => server.close());

type GenericInput = Extract<ProfileInput['provider'], { kind: 'generic-http' }>;
const line = (parts: Partial<GenericInput> = {}, more: Partial<ProfileInput> = {}): Profile =>
  lineOf(
    {
      kind: 'generic-http',
      url: `${server.url}/token?tenant=1`,
      token: '/data/jwt',
      headers: [{ name: 'X-Api-Key', value: '<key>' }],
      ...parts,
    },
    more,
  );
const mint = (profile: Profile, lifeS = 300) => provider.mint({ profile, purpose: 'sip', lifeS }, key);
const lifeOf = ({ issuedAt, expiresAt }: { readonly issuedAt: number; readonly expiresAt: number }): number =>
  Math.round((expiresAt - issuedAt) / 10_000) * 10;

describe('a system that nobody has heard of: the question', () => {
  it('goes to the URL with its query, and the key is in the header alone', async () => {
    expect(await mint(line())).toMatchObject({ ok: true, value: { kind: 'token', token: 'a-token' } });
    expect(server.requests).toMatchObject([
      { method: 'POST', path: '/token?tenant=1', body: '', headers: { 'x-api-key': keyText } },
    ]);
  });

  it('puts the key wherever a header has the placeholder', async () => {
    await mint(
      line({
        method: 'GET',
        headers: [
          { name: 'Authorization', value: 'Token <key>; again=<key>' },
          { name: 'X-Tenant', value: 'plain' },
        ],
      }),
    );
    expect(server.requests).toMatchObject([
      { method: 'GET', headers: { authorization: `Token ${keyText}; again=${keyText}`, 'x-tenant': 'plain' } },
    ]);
  });

  it('says when the token begins and ends in seconds of the epoch, for systems that want to be told', async () => {
    await mint(line({ body: '{"nbf": "{now}", "exp": "{expiry}", "text": "{now}-{expiry}"}' }));
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      nbf: 1_700_000_000,
      exp: 1_700_000_300,
      text: '1700000000-1700000300',
    });
  });

  it('fills in texts of the body, and nothing that is filled in can leave its text', async () => {
    const displayName = 'a", "admin": true, "x": "\\u0022 {life} <key>';
    await mint(
      line(
        {
          body: '{"who": {"name": "{agent}", "list": ["{user}@{domain}", 1, null, true]}, "ttl": "{life}", "text": "{life} s for {profile}", "{user}": "{unknown}"}',
        },
        { displayName },
      ),
    );
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      who: { name: displayName, list: ['1001@pbx.example.com', 1, null, true] },
      ttl: 300,
      text: '300 s for line-1',
      '{user}': '{unknown}',
    });
    expect(server.requests[0]?.headers['content-type']).toBe('application/json');
  });

  it('puts the key where the body has the placeholder, whatever signs it is made of, and not where an agent is called so', async () => {
    const odd = Secret.fromText('k"e\\y {user} $& <key> 0123');
    if (!odd.ok) expect.unreachable();
    const handle: KeyHandle = { fingerprint: odd.value.fingerprint, open: () => Promise.resolve(odd) };
    const profile = line(
      { headers: [], body: '{"client_secret": "<key>", "grant": "of {user}: <key>", "who": "{agent}", "<key>": 1}' },
      { displayName: '<key>' },
    );
    expect(await provider.mint({ profile, purpose: 'sip', lifeS: 300 }, handle)).toMatchObject({ ok: true });
    const keyOf = 'k"e\\y {user} $& <key> 0123';
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      client_secret: keyOf,
      grant: `of 1001: ${keyOf}`,
      who: '<key>',
      '<key>': 1,
    });
  });

  it.each<[string, Partial<GenericInput>]>([
    ['a body that is no JSON', { body: '{"ttl": {life}}' }],
    ['a body with a name twice', { body: '{"a": 1, "a": 2}' }],
    ['a body with GET', { method: 'GET', body: '{}' }],
    [
      'a header twice',
      {
        headers: [
          { name: 'X-Key', value: '<key>' },
          { name: 'x-key', value: 'b' },
        ],
      },
    ],
    ['Host', { headers: [{ name: 'Host', value: 'evil.example' }] }],
    ['Transfer-Encoding', { headers: [{ name: 'transfer-encoding', value: 'chunked' }] }],
    ['Content-Length', { headers: [{ name: 'Content-Length', value: '0' }] }],
  ])('does not leave with %s', async (_name, parts) => {
    expect(await mint(line(parts))).toMatchObject({
      ok: false,
      failure: { reason: 'profile-invalid', action: 'open-profiles' },
    });
    expect(server.requests).toEqual([]);
  });
});

/** A JWT that ends in so many seconds. */
const jwtFor = (lifeS: number): string =>
  `e30.${Buffer.from(JSON.stringify({ exp: Math.round(Date.now() / 1000) + lifeS })).toString('base64url')}.x`;

describe('an answer that is the token itself', () => {
  const told = (text: string, type: string, parts: Partial<GenericInput> = {}) => {
    server.misbehave(answerText(200, text, { 'content-type': type }));
    return mint(line({ answer: 'token', token: '', ...parts }));
  };

  it.each([
    ['text/plain', 'opaque', 300],
    ['text/plain; charset=utf-8', 'opaque\r\n', 300],
    ['application/jwt', jwtFor(90), 90],
    ['application/JWT', ` ${jwtFor(90)}\n`, 90],
    ['application/json', '"opaque"', 300],
  ])('is read as %s', async (type, text, lifeS) => {
    const minted = await told(text, type);
    if (!minted.ok) expect.unreachable();
    expect(minted.value).toMatchObject({ kind: 'token', token: text.trim().replaceAll('"', '') });
    expect(lifeOf(minted.value)).toBe(lifeS);
    expect(server.requests[0]?.headers['accept']).toMatch(/^application\/jwt, text\/plain/);
  });

  it.each([
    ['a page', 'text/html', 'opaque'],
    ['an image', 'image/png', 'opaque'],
    ['no token', 'text/plain', ''],
    ['a sentence', 'text/plain', 'Please sign in'],
    ['JSON that is no text', 'application/json', '{"token":"opaque"}'],
    ['a token that has ended', 'application/jwt', jwtFor(-30)],
    ['the key', 'text/plain', keyText],
    ['more than a token can be', 'text/plain', 'x'.repeat(8_193)],
  ])('is refused: %s', async (_name, type, text) => {
    const refused = await told(text, type);
    expect(refused).toMatchObject({ ok: false, failure: { reason: 'answer-invalid' } });
    expect(JSON.stringify(refused)).not.toContain(keyText);
  });

  it('is none where the profile does not say so', async () => {
    expect(await told('opaque', 'text/plain', { answer: 'json', token: '/token' })).toMatchObject({
      failure: { reason: 'answer-invalid' },
    });
  });
});

describe('a system that nobody has heard of: the answer', () => {
  const answered = (answer: unknown, parts: Partial<GenericInput> = {}, more: Partial<ProfileInput> = {}) => {
    server.misbehave(answerJson(200, answer));
    return mint(line(parts, more));
  };

  it('is read by pointers, arrays and escaped names among them', async () => {
    const minted = await answered(
      {
        'a/b': [{ 'm~n': 'the-token' }],
        until: Math.round(Date.now() / 1000) + 120,
        where: { ws: 'wss://other.example.com/ws' },
        ice: [{ urls: ['turn:turn.example.com:3478'], username: 'u', credential: 'c' }],
      },
      { token: '/a~1b/0/m~0n', expiresAt: '/until', gatewayUrl: '/where/ws', iceServers: '/ice' },
    );
    if (!minted.ok) expect.unreachable();
    expect(minted.value).toMatchObject({
      kind: 'token',
      token: 'the-token',
      url: 'wss://other.example.com/ws',
      ice: { servers: [{ urls: ['turn:turn.example.com:3478'], username: 'u', credential: 'c' }] },
    });
    expect(lifeOf(minted.value)).toBe(120);
  });

  it('is a user and a password, where the profile points at them', async () => {
    const minted = await answered(
      { u: '1001-x', p: 'short-lived', ttl: 60 },
      { token: '', username: '/u', password: '/p', expiresAt: '/ttl' },
      { presentation: { kind: 'digest' } },
    );
    if (!minted.ok) expect.unreachable();
    expect(minted.value).toMatchObject({ kind: 'credentials', username: '1001-x', password: 'short-lived' });
    expect(lifeOf(minted.value)).toBe(60);
  });

  it.each([
    ['without an expiry: the life that was wanted', { data: { jwt: 'opaque' } }, 300],
    [
      "without an expiry: a JWT's own",
      {
        data: {
          jwt: `e30.${Buffer.from(JSON.stringify({ exp: Math.round(Date.now() / 1000) + 90 })).toString('base64url')}.x`,
        },
      },
      90,
    ],
    [
      'without an expiry: a JWT whose exp is no number',
      { data: { jwt: `e30.${Buffer.from('{"exp":"soon"}').toString('base64url')}.x` } },
      300,
    ],
  ])('%s', async (_name, answer, lifeS) => {
    const minted = await answered(answer);
    expect(minted.ok && lifeOf(minted.value)).toBe(lifeS);
  });

  it.each<[string, unknown, Partial<GenericInput>]>([
    ['no token where it should be', { data: {} }, {}],
    ['a token that is a number', { data: { jwt: 5 } }, {}],
    ['a token with spaces', { data: { jwt: 'a b' } }, {}],
    ['a token of the prototype', {}, { token: '/constructor/name' }],
    ['a token that is the key', { data: { jwt: keyText } }, {}],
    ['the key anywhere else', { data: { jwt: 'a-token' }, request: { headers: { 'X-Api-Key': keyText } } }, {}],
    ['no expiry where it should be', { data: { jwt: 'a' } }, { expiresAt: '/until' }],
    ['an expiry of 1e30', { data: { jwt: 'a' }, until: 1e30 }, { expiresAt: '/until' }],
    ['a negative expiry', { data: { jwt: 'a' }, until: -5 }, { expiresAt: '/until' }],
    ['an expiry that is over', { data: { jwt: 'a' }, until: '2020-01-01T00:00:00Z' }, { expiresAt: '/until' }],
    ['a gateway that is no text', { data: { jwt: 'a' }, ws: {} }, { gatewayUrl: '/ws' }],
    ['no password beside the user', { u: 'a' }, { token: '', username: '/u', password: '/p' }],
  ])('%s is no answer', async (_name, answer, parts) => {
    const more: Partial<ProfileInput> = parts.username === undefined ? {} : { presentation: { kind: 'digest' } };
    const refused = await answered(answer, parts, more);
    expect(refused).toMatchObject({ ok: false, failure: { reason: 'answer-invalid' } });
    expect(JSON.stringify(refused)).not.toContain(keyText);
  });

  it('may leave out what the profile has itself', async () => {
    const minted = await answered({ data: { jwt: 'a' }, ws: null }, { gatewayUrl: '/ws', iceServers: '/ice' });
    if (!minted.ok) expect.unreachable();
    expect([minted.value.url, minted.value.ice]).toEqual([undefined, undefined]);
  });
});

it('makes nothing for other purposes or systems', async () => {
  expect(await provider.mint({ profile: line(), purpose: 'events', lifeS: 300 }, key)).toMatchObject({
    failure: { reason: 'profile-invalid' },
  });
  expect(await mint(lineOf({ kind: 'sautikit' }))).toMatchObject({ failure: { reason: 'profile-invalid' } });
});
