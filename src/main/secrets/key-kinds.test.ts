import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { work } from '../../../test/support/app/key-fixture';
import type { JwtAlgorithm } from '../../contracts/profile/provider';
import { profile as profileSchema, type Profile } from '../../contracts/profile/profile';
import { publicKey } from '../../contracts/profile/public-key';
import { keyFits, makeKey, publicKeyOf } from './key-kinds';
import { Secret } from './secret';

const ALGORITHMS = ['HS256', 'RS256', 'ES256', 'EdDSA'] as const;
const lineFor = (algorithm: JwtAlgorithm, keyId = ''): Profile =>
  profileSchema.parse({ ...work, provider: { kind: 'local-jwt', audience: 'pbx', algorithm, keyId } });
const made = async (algorithm: JwtAlgorithm): Promise<Secret> => {
  const key = await makeKey(lineFor(algorithm));
  if (!key.ok) throw new Error(key.failure.sentence);
  return key.value;
};
const textOf = (secret: Secret): string => secret.use((bytes) => Buffer.from(bytes).toString());
const odd = {
  'an RSA key of 1024 bits, which is too short': generateKeyPairSync('rsa', { modulusLength: 1024 }),
  'an EC key on secp384r1': generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  'a private key of another kind (ed448)': generateKeyPairSync('ed448'),
  'a private key of another kind (rsa-pss)': generateKeyPairSync('rsa-pss', { modulusLength: 2048 }),
  'a private key of another kind (x25519)': generateKeyPairSync('x25519'),
};

describe.each(ALGORITHMS)('a key for %s', (algorithm) => {
  it('that is made here fits its line, is new each time, and fits no line with another algorithm', async () => {
    const [key, another] = [await made(algorithm), await made(algorithm)];
    expect(key.fingerprint).not.toBe(another.fingerprint);
    for (const other of ALGORITHMS) {
      const fits = keyFits(key, lineFor(other));
      if (other === algorithm) expect(fits.ok).toBe(true);
      else
        expect(fits).toMatchObject({
          ok: false,
          failure: {
            reason: 'key-unusable',
            action: 'open-keys',
            sentence: expect.stringMatching(
              new RegExp(`^"Work" signs with ${other} and takes .+; this is .+\\.$`),
            ) as unknown,
          },
        });
    }
  });
});

it.each(Object.entries(odd))('%s fits no line', (words, { privateKey }) => {
  for (const algorithm of ALGORITHMS)
    expect(keyFits(Secret.fromPrivateKey(privateKey), lineFor(algorithm))).toMatchObject({
      ok: false,
      failure: { sentence: expect.stringContaining(`this is ${words}.`) as unknown },
    });
});

it('a system that issues its own keys takes a text, and none is made for it here', async () => {
  const line = profileSchema.parse({ ...work, provider: { kind: 'sautikit' } });
  expect(keyFits(Secret.generate(), line).ok).toBe(true);
  expect(keyFits(await made('EdDSA'), line)).toMatchObject({
    ok: false,
    failure: { sentence: '"Work" takes its key as a plain text; this is an Ed25519 key.' },
  });
  expect(await makeKey(line)).toMatchObject({ ok: false, failure: { reason: 'key-unusable', action: 'paste-key' } });
});

it('a key that another system looks at is as long as that system made it; one that signs here has 32 characters at least', () => {
  const keyOf = (length: number): Secret => {
    const secret = Secret.fromText('k'.repeat(length));
    return secret.ok ? secret.value : expect.unreachable(secret.failure.sentence);
  };
  const line = (provider: object, more: object = {}): Profile => profileSchema.parse({ ...work, provider, ...more });
  const http = { kind: 'generic-http', url: 'https://t.example.com/', token: '/t' };
  for (const provider of [{ kind: 'sautikit' }, http]) expect(keyFits(keyOf(16), line(provider)).ok).toBe(true);
  const tokensOnly = { gatewayUrl: '', policy: { purposes: ['voice'] } };
  expect(keyFits(keyOf(16), line({ kind: 'decart' }, tokensOnly)).ok).toBe(true);
  const digest = line({ kind: 'ephemeral-credentials' }, { presentation: { kind: 'digest' } });
  expect(keyFits(keyOf(31), lineFor('HS256'))).toMatchObject({
    ok: false,
    failure: {
      reason: 'key-unusable',
      sentence:
        '"Work" signs with HS256 and takes a plain text of 32 characters or more that the gateway knows too; this one has 31.',
    },
  });
  expect(keyFits(keyOf(31), digest)).toMatchObject({
    ok: false,
    failure: {
      reason: 'key-unusable',
      sentence:
        '"Work" makes SIP passwords and takes a plain text of 32 characters or more that the gateway knows too; this one has 31.',
    },
  });
  for (const signing of [lineFor('HS256'), digest]) expect(keyFits(keyOf(32), signing).ok).toBe(true);
});

it('an RSA key that is made here has 3072 bits, which the keychain of Windows takes', async () => {
  const key = await made('RS256');
  expect(createPublicKey(textOf(key)).asymmetricKeyDetails?.modulusLength).toBe(3072);
  expect(textOf(key).length).toBeLessThanOrEqual(2_560);
}, 30_000);

describe.each(['RS256', 'ES256', 'EdDSA'] as const)('the public half of a key for %s', (algorithm) => {
  it('verifies what the key has signed, as PEM and as JWK, and holds nothing private', async () => {
    const secret = await made(algorithm);
    const shown = publicKeyOf(secret, lineFor(algorithm, 'key-{fingerprint}'));
    if (!shown.ok) expect.unreachable(shown.failure.sentence);
    const { pem, jwk, fingerprint } = shown.value;
    expect(fingerprint).toBe(secret.fingerprint);
    expect(jwk).toMatchObject({ kid: `key-${fingerprint}`, alg: algorithm, use: 'sig' });
    const hash = algorithm === 'EdDSA' ? null : 'sha256';
    const signature = sign(hash, Buffer.from('text'), textOf(secret));
    const parts = Object.fromEntries(Object.entries(jwk).filter(([name]) => !['alg', 'use', 'kid'].includes(name)));
    for (const key of [createPublicKey(pem), createPublicKey({ key: parts, format: 'jwk' })])
      expect(verify(hash, Buffer.from('text'), key, signature)).toBe(true);
    expect(publicKey.parse(shown.value)).toEqual(shown.value);
    expect(JSON.stringify(shown.value)).not.toMatch(/PRIVATE|"(?:d|p|q|dp|dq|qi|k)":/);
    for (const line of textOf(secret).split('\n').slice(1, -1)) expect(pem).not.toContain(line);
  }, 30_000);

  it('has no kid where the line has none, and is none of a line with another algorithm', async () => {
    const secret = await made(algorithm);
    const shown = publicKeyOf(secret, lineFor(algorithm));
    expect(shown.ok && 'kid' in shown.value.jwk).toBe(false);
    expect(publicKeyOf(secret, lineFor(algorithm === 'EdDSA' ? 'ES256' : 'EdDSA'))).toMatchObject({
      ok: false,
      failure: { reason: 'key-unusable' },
    });
  }, 30_000);
});

it('a text has no public half', () => {
  expect(publicKeyOf(Secret.generate(), lineFor('HS256'))).toMatchObject({
    ok: false,
    failure: { reason: 'key-unusable', action: 'none' },
  });
});

it('the schema of a public key has no place for a private part', () => {
  const { publicKey: half, privateKey } = generateKeyPairSync('ed25519');
  const pem = String(half.export({ type: 'spki', format: 'pem' }));
  const jwk = { ...privateKey.export({ format: 'jwk' }), alg: 'EdDSA', use: 'sig' };
  expect(publicKey.parse({ pem, jwk, fingerprint: '00000000', secret: 'x' })).toEqual({
    pem,
    jwk: { ...half.export({ format: 'jwk' }), alg: 'EdDSA', use: 'sig' },
    fingerprint: '00000000',
  });
  expect(
    publicKey.safeParse({
      pem: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
      jwk,
      fingerprint: '00000000',
    }).success,
  ).toBe(false);
});
