import { createHmac } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { createAuthenticator, fingerprintOf, type TokenRules } from './authenticator';
import { UNCONSTRAINED } from './call-constraints';

const ACTIVE = 'the active key is long enough for HS256';
const NEXT = 'the next key is long enough for HS256 too';
const NOW = 1_800_000_000_000;
const IAT = NOW / 1000;
const RULES: TokenRules = {
  issuer: 'ringfence',
  audience: 'practice',
  maxLifeS: 3600,
  leewayS: 30,
  reserved: new Set(['echo']),
};
const GOOD = { iss: 'ringfence', aud: 'practice', sub: '1001', iat: IAT, exp: IAT + 300, jti: 'one' };

const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
function sign(claims: unknown, header: object = { alg: 'HS256' }, key = ACTIVE): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
}
const verify = (token: string | null) => createAuthenticator({ active: ACTIVE, next: NEXT }, RULES).verify(token, NOW);

describe('a good token', () => {
  it('gives subject, expiry, key and fingerprint', async () => {
    const token = sign(GOOD);
    expect(await verify(token)).toEqual({
      ok: true,
      value: {
        subject: '1001',
        expiresAt: NOW + 300_000,
        key: 'active',
        constraints: UNCONSTRAINED,
        fingerprint: fingerprintOf(token),
      },
    });
    expect(fingerprintOf('abc')).toBe('ba7816bf');
  });

  it('may be signed by the next key, and by a real signer', async () => {
    expect(await verify(sign(GOOD, { alg: 'HS256' }, NEXT))).toMatchObject({ ok: true, value: { key: 'next' } });
    const real = await new SignJWT({ ...GOOD })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .sign(new TextEncoder().encode(ACTIVE));
    expect((await verify(real)).ok).toBe(true);
  });

  it.each([
    ['several audiences', { aud: ['x', 'practice'] }],
    ['the longest life', { exp: IAT + 3600 }],
    ['the last second', { iat: IAT - 299, exp: IAT + 1 }],
    ['a signer that is ahead by the leeway', { iat: IAT + 30, exp: IAT + 100 }],
    ['a claim that nobody knows', { color: 'blue' }],
  ])('may have %s', async (_, change) => {
    expect((await verify(sign({ ...GOOD, ...change }))).ok).toBe(true);
  });
});

describe('a refusal names its reason', () => {
  it.each<[string, string | null, string]>([
    ['nothing', null, 'missing'],
    ['an empty text', '', 'missing'],
    ['three dots', '...', 'malformed'],
    ['two parts', 'a.b', 'malformed'],
    ['claims that are no JSON', sign('nonsense'), 'malformed'],
    ['claims that are an array', sign([]), 'malformed'],
    ['a huge token', sign({ ...GOOD, pad: 'x'.repeat(9000) }), 'malformed'],
    ['alg none', `${encode({ alg: 'none' })}.${encode(GOOD)}.`, 'alg'],
    ['alg None', sign(GOOD, { alg: 'None' }), 'alg'],
    ['HS384', sign(GOOD, { alg: 'HS384' }), 'alg'],
    ['RS256', sign(GOOD, { alg: 'RS256' }), 'alg'],
    ['a critical header nobody knows', sign(GOOD, { alg: 'HS256', crit: ['x'], x: 1 }), 'malformed'],
    ['a foreign key', sign(GOOD, { alg: 'HS256' }, 'another key that is long enough as well'), 'signature'],
    [
      'a key of its own in the header',
      sign(GOOD, { alg: 'HS256', jwk: { kty: 'oct', k: 'AAAA' } }, 'AAAA'),
      'signature',
    ],
    ['changed claims', sign(GOOD).replace(/\.[^.]+\./, `.${encode({ ...GOOD, sub: '1002' })}.`), 'signature'],
    ['no signature', sign(GOOD).replace(/[^.]*$/, ''), 'signature'],
  ])('%s', async (_, token, reason) => {
    expect(await verify(token)).toEqual({ ok: false, failure: reason });
  });

  it.each<[string, object, string]>([
    ['another issuer', { iss: 'x' }, 'issuer'],
    ['another audience', { aud: 'x' }, 'audience'],
    ['no audience of ours', { aud: [] }, 'audience'],
    ['a subject with a space', { sub: 'a b' }, 'subject'],
    ['an empty subject', { sub: '' }, 'subject'],
    ['a long subject', { sub: 'x'.repeat(65) }, 'subject'],
    ['a header in the subject', { sub: 'a\r\nb' }, 'subject'],
    ['a service as subject', { sub: 'echo' }, 'subject'],
    ['issued beyond the leeway', { iat: IAT + 31 }, 'not-yet'],
    ['not valid yet', { nbf: IAT + 31 }, 'not-yet'],
    ['expired this instant', { iat: IAT - 300, exp: IAT }, 'expired'],
    ['expired, within what would be leeway', { iat: IAT - 300, exp: IAT - 1 }, 'expired'],
    ['a second too long', { exp: IAT + 3601 }, 'life'],
    ['expiry before issue', { iat: IAT + 20, exp: IAT + 10 }, 'life'],
    ...['iss', 'aud', 'sub', 'iat', 'exp', 'jti'].map((name): [string, object, string] => [
      `no ${name}`,
      { [name]: undefined },
      'malformed',
    ]),
    ['exp as text', { exp: String(IAT + 300) }, 'malformed'],
    ['exp beyond time', { exp: 1e300 }, 'malformed'],
    ['iat as null', { iat: null }, 'malformed'],
  ])('%s', async (_, change, reason) => {
    expect(await verify(sign({ ...GOOD, ...change }))).toEqual({ ok: false, failure: reason });
  });

  it('of the old key, after the keys changed', async () => {
    const authenticator = createAuthenticator({ active: ACTIVE }, RULES);
    authenticator.setKeys({ active: NEXT });
    expect(await authenticator.verify(sign(GOOD), NOW)).toEqual({ ok: false, failure: 'signature' });
    expect(await authenticator.verify(sign(GOOD, { alg: 'HS256' }, NEXT), NOW)).toMatchObject({
      ok: true,
      value: { key: 'active' },
    });
  });
});

describe('limits of calls', () => {
  it('are read from the token', async () => {
    const claims = {
      ...GOOD,
      max_call_s: 60,
      dial: ['+254*', '10??'],
      dial_deny: ['+254900*'],
      meta: { team: 'sales', desk: '7' },
    };
    expect(await verify(sign(claims))).toMatchObject({
      ok: true,
      value: {
        constraints: {
          maxCallS: 60,
          dial: { allow: ['+254*', '10??'], deny: ['+254900*'] },
          meta: ['team=sales', 'desk=7'],
        },
      },
    });
  });

  it.each<[string, object]>([
    ['a time that is too short', { max_call_s: 9 }],
    ['a time that is no whole number', { max_call_s: 10.5 }],
    ['a time as text', { max_call_s: '60' }],
    ['a time of null', { max_call_s: null }],
    ['an endless time', { max_call_s: 86_401 }],
    ['a pattern that is no list', { dial: '10??' }],
    ['no pattern at all', { dial: [] }],
    ['a pattern that is none', { dial: ['1 OR 1=1'] }],
    ['a pattern that is no text', { dial_deny: [1001] }],
    ['too many patterns', { dial_deny: Array.from({ length: 21 }, (_, i) => `${1000 + i}`) }],
    ['meta that is no text', { meta: { team: 7 } }],
    ['too much meta', { meta: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`m${i}`, 'x'])) }],
  ])('that cannot be kept refuse the token: %s', async (_, change) => {
    expect(await verify(sign({ ...GOOD, ...change }))).toEqual({ ok: false, failure: 'constraints' });
  });
});
