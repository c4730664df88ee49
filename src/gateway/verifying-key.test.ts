import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { createAuthenticator, type TokenRules } from './authenticator';
import {
  gatewayKeys,
  keyFingerprint,
  textKey,
  verifyingKey,
  type GatewayKey,
  type GatewayKeys,
  type PublicKeyAlgorithm,
} from './verifying-key';

const RULES: TokenRules = {
  issuer: 'ringfence',
  audience: 'practice',
  maxLifeS: 3600,
  leewayS: 30,
  reserved: new Set(),
};
const NOW = 1_800_000_000_000;
const TEXT = 'a text that both sides know, long enough';
const pairs = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: generateKeyPairSync('ed25519'),
} as const;
const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const;
const pemOf = (key: KeyObject): string =>
  String(key.export({ type: key.type === 'public' ? 'spki' : 'pkcs8', format: 'pem' }));
const bound = (algorithm: PublicKeyAlgorithm): GatewayKey => ({
  algorithm,
  publicKey: pemOf(pairs[algorithm].publicKey),
});

const sign = (alg: string, key: KeyObject | Uint8Array, header: object = {}): Promise<string> =>
  new SignJWT({ iss: 'ringfence', aud: 'practice', sub: '1001', iat: NOW / 1000, exp: NOW / 1000 + 300, jti: 'one' })
    .setProtectedHeader({ alg, ...header })
    .sign(key);
const verify = async (keys: GatewayKeys, token: string): Promise<string> => {
  const verified = await createAuthenticator(keys, RULES).verify(token, NOW);
  return verified.ok ? verified.value.key : verified.failure;
};

describe.each(ALGORITHMS)('a public key for %s', (algorithm) => {
  const { publicKey, privateKey } = pairs[algorithm];

  it('as PEM and as JWK lets in what its private key has signed', async () => {
    const token = await sign(algorithm, privateKey, { kid: 'any' });
    expect(await verify({ active: bound(algorithm) }, token)).toBe('active');
    const jwk = gatewayKeys.parse({
      active: {
        algorithm,
        publicKey: {
          ...publicKey.export({ format: 'jwk' }),
          alg: algorithm,
          use: 'sig',
          kid: 'k',
          key_ops: ['verify'],
        },
      },
    });
    expect(await verify(jwk, token)).toBe('active');
    expect(keyFingerprint(jwk.active)).toBe(keyFingerprint(bound(algorithm)));
  });

  it('is one of two in a rotation, beside a text or another public key', async () => {
    const byText = await sign('HS256', Buffer.from(TEXT));
    expect(await verify({ active: TEXT, next: bound(algorithm) }, await sign(algorithm, privateKey))).toBe('next');
    expect(await verify({ active: bound(algorithm), next: TEXT }, byText)).toBe('next');
    expect(await verify({ active: bound(algorithm) }, byText)).toBe('alg');
  });

  it('is no HMAC key, and takes no other algorithm than its own (RFC 8725 sections 2.1 and 3.1)', async () => {
    expect(await verify({ active: bound(algorithm) }, await sign('HS256', Buffer.from(pemOf(publicKey))))).toBe('alg');
    for (const other of ALGORITHMS)
      if (other !== algorithm)
        expect(await verify({ active: bound(algorithm) }, await sign(other, pairs[other].privateKey))).toBe('alg');
    const none = (await sign(algorithm, privateKey)).replace(
      /^[^.]+/,
      Buffer.from('{"alg":"none"}').toString('base64url'),
    );
    expect(await verify({ active: bound(algorithm) }, none)).toBe('alg');
  });

  it('is not taken from the token itself', async () => {
    const own = {
      RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
      ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
      EdDSA: () => generateKeyPairSync('ed25519'),
    }[algorithm]();
    const token = await sign(algorithm, own.privateKey, {
      jwk: own.publicKey.export({ format: 'jwk' }),
      jku: 'https://evil.example/jwks',
    });
    expect(await verify({ active: bound(algorithm) }, token)).toBe('signature');
  });

  it('is refused when it is private, for another algorithm, or not for signatures', () => {
    const jwk = publicKey.export({ format: 'jwk' });
    const privateJwk = privateKey.export({ format: 'jwk' });
    const other = ALGORITHMS.find((one) => one !== algorithm) ?? algorithm;
    for (const given of [
      pemOf(privateKey),
      `${pemOf(publicKey)}${pemOf(privateKey)}`,
      privateJwk,
      { ...jwk, alg: other },
      { ...jwk, use: 'enc' },
      { kty: 'oct', k: 'AAAA' },
      '',
      'nonsense',
      {},
    ]) {
      expect(
        gatewayKeys.safeParse({ active: { algorithm, publicKey: given } }).success,
        JSON.stringify(Object.keys(given)),
      ).toBe(false);
    }
    expect(verifyingKey({ algorithm: other, publicKey: pemOf(publicKey) })).toMatchObject({
      ok: false,
      failure: { reason: 'key-unusable' },
    });
  });
});

it('an RSA key that is too short and a curve that no algorithm here has are refused', () => {
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
  const curve = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey;
  for (const [algorithm, key] of [
    ['RS256', short],
    ['ES256', curve],
  ] as const)
    expect(verifyingKey({ algorithm, publicKey: pemOf(key) })).toMatchObject({ ok: false });
});

it('a key in PEM is no text for HS256', () => {
  expect(textKey.safeParse(pemOf(pairs.EdDSA.publicKey)).success).toBe(false);
  expect(textKey.safeParse(TEXT).success).toBe(true);
});
