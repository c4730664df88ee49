import { beforeEach, describe, expect, it } from 'vitest';
import {
  createDigestAuthenticator,
  digestResponse,
  ephemeralPassword,
  NONCE_LIFE_MS,
  parseAuthParameters,
  type DigestAuthenticator,
} from './digest';

const ACTIVE = 'the active key is long enough for HMAC';
const NEXT = 'the next key is long enough for HMAC too';
const NOW = 1_800_000_000_000;
const RULES = { realm: 'practice.test', maxLifeS: 3600, leewayS: 30, reserved: new Set(['echo']) };
const REGISTER = { method: 'REGISTER', uri: 'sip:practice.test' };

let digest: DigestAuthenticator;
beforeEach(() => {
  digest = createDigestAuthenticator({ active: ACTIVE, next: NEXT }, RULES);
});

const nonceOf = (challenge: string): string =>
  parseAuthParameters(challenge.replace(/^Digest /, ''))?.get('nonce') ?? '';

interface Answer {
  readonly username: string;
  readonly realm: string;
  readonly password: string;
  readonly nonce: string;
  readonly nc: string;
  readonly cnonce: string;
  readonly method: string;
  readonly uri: string;
  readonly qop: string;
  readonly algorithm: string;
}
function answer(more: Partial<Answer> & { readonly key?: string } = {}): string {
  const username = more.username ?? `${NOW / 1000 + 300}:1001`;
  const parts = {
    username,
    realm: RULES.realm,
    password: ephemeralPassword(more.key ?? ACTIVE, username),
    nonce: more.nonce ?? nonceOf(digest.challenge(NOW, false)),
    nc: '00000001',
    cnonce: 'c',
    ...REGISTER,
    ...more,
  };
  return `username="${parts.username}", realm="${parts.realm}", nonce="${parts.nonce}", uri="${parts.uri}", response="${digestResponse(parts)}", algorithm=${more.algorithm ?? 'MD5'}, qop=${more.qop ?? 'auth'}, nc=${parts.nc}, cnonce="${parts.cnonce}"`;
}

it('computes what RFC 2617 section 3.5 computes', () => {
  expect(
    digestResponse({
      username: 'Mufasa',
      realm: 'testrealm@host.com',
      password: 'Circle Of Life',
      nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
      nc: '00000001',
      cnonce: '0a4f113b',
      method: 'GET',
      uri: '/dir/index.html',
    }),
  ).toBe('6629fae49393a05397450978507c4ef1');
});

it('makes the password that TURN and Kamailio make of the same key', () => {
  // printf %s 1800000300:1001 | openssl dgst -sha1 -hmac 'the active key is long enough for HMAC' -binary | base64
  expect(ephemeralPassword(ACTIVE, '1800000300:1001')).toBe('4LQZd0ZgGf5thwA/yY/v7yBYnYA=');
});

describe('credentials', () => {
  it('of either key are taken, and say which', () => {
    expect(digest.verify(answer(), REGISTER, NOW)).toMatchObject({
      ok: true,
      value: {
        subject: '1001',
        expiresAt: NOW + 300_000,
        key: 'active',
        fingerprint: expect.stringMatching(/^[0-9a-f]{8}$/) as string,
      },
    });
    expect(digest.verify(answer({ key: NEXT }), REGISTER, NOW)).toMatchObject({ ok: true, value: { key: 'next' } });
    digest.setKeys({ active: NEXT });
    expect(digest.verify(answer(), REGISTER, NOW)).toEqual({ ok: false, failure: 'signature' });
    expect(digest.verify(answer({ key: NEXT }), REGISTER, NOW)).toMatchObject({ ok: true, value: { key: 'active' } });
  });

  const at = (seconds: number, user = '1001'): string => `${NOW / 1000 + seconds}:${user}`;
  it.each([
    ['another key', { key: 'a key that nobody here has ever seen' }, 'signature'],
    ['a foreign realm', { realm: 'elsewhere.test' }, 'realm'],
    ['an expired user', { username: at(0) }, 'expired'],
    ['too long a life', { username: at(3631) }, 'life'],
    ['a user without expiry', { username: '1001' }, 'malformed'],
    ['the name of a service', { username: at(300, 'echo') }, 'subject'],
    ['a strange user', { username: at(300, 'a b') }, 'subject'],
    ['an answer for another method', { method: 'INVITE' }, 'signature'],
    ['an answer for another URI', { uri: 'sip:else.test' }, 'signature'],
    ['SHA-256', { algorithm: 'SHA-256' }, 'alg'],
    ['qop=auth-int', { qop: 'auth-int' }, 'malformed'],
    ['no cnonce', { cnonce: '' }, 'malformed'],
    ['a short nonce count', { nc: '1' }, 'malformed'],
  ] as const)('with %s are refused', (_, more, reason) =>
    expect(digest.verify(answer(more), REGISTER, NOW)).toEqual({ ok: false, failure: reason }),
  );

  it.each(['', 'nonsense', 'username="a', 'username="1:a", username="1:a"', '=', ', ,'])('%j is refused', (text) => {
    expect(digest.verify(text, REGISTER, NOW)).toEqual({ ok: false, failure: 'malformed' });
  });
});

describe('a nonce', () => {
  it('is answered once for each count, in rising order', () => {
    const nonce = nonceOf(digest.challenge(NOW, false));
    const say = (nc: string): string => {
      const verdict = digest.verify(answer({ nonce, nc }), REGISTER, NOW);
      return verdict.ok ? 'ok' : verdict.failure;
    };
    expect([say('00000001'), say('00000001'), say('00000003'), say('00000002'), say('0000000a')]).toEqual([
      'ok',
      'replay',
      'ok',
      'replay',
      'ok',
    ]);
  });

  it('goes stale after a minute, and is no use from another process', () => {
    const nonce = nonceOf(digest.challenge(NOW, false));
    const text = answer({ nonce });
    expect(digest.verify(text, REGISTER, NOW + NONCE_LIFE_MS)).toEqual({ ok: false, failure: 'stale' });
    expect(digest.verify(text, REGISTER, NOW - 1)).toEqual({ ok: false, failure: 'stale' });
    expect(createDigestAuthenticator({ active: ACTIVE }, RULES).verify(text, REGISTER, NOW)).toEqual({
      ok: false,
      failure: 'stale',
    });
    // Wrong and old: only wrong. Stale means "the same again with a new nonce".
    expect(
      digest.verify(answer({ nonce, key: 'a key that nobody here has ever seen' }), REGISTER, NOW + NONCE_LIFE_MS),
    ).toEqual({ ok: false, failure: 'signature' });
    expect(digest.verify(text, REGISTER, NOW)).toMatchObject({ ok: true });
  });

  it('may be any text of anybody', () => {
    const [time = '', salt = '', mac = ''] = nonceOf(digest.challenge(NOW, false)).split('-');
    for (const nonce of ['x', `${time}-${salt}-${'\u00e9'.repeat(mac.length)}`, `${time}-${salt}-${mac}-more`])
      expect(digest.verify(answer({ nonce }), REGISTER, NOW)).toEqual({ ok: false, failure: 'stale' });
  });

  it('is never the same twice', () =>
    expect(nonceOf(digest.challenge(NOW, false))).not.toBe(nonceOf(digest.challenge(NOW, false))));

  it('comes in a challenge of MD5 and qop=auth', () => {
    expect(digest.challenge(NOW, false)).toMatch(
      /^Digest realm="practice\.test", nonce="[0-9a-z-]+", algorithm=MD5, qop="auth"$/,
    );
    expect(digest.challenge(NOW, true)).toMatch(/, stale=true$/);
  });
});
