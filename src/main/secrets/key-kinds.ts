/** Which kind of key a profile's tokens are made with: whether one fits, making one, and the half of it that may be shown. */
import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { Profile } from '../../contracts/profile/profile';
import type { JwtAlgorithm, ProviderConfig } from '../../contracts/profile/provider';
import { publicJwk, type PublicKey } from '../../contracts/profile/public-key';
import { fail, ok, type Result } from '../../contracts/base/result';
import { signsHere } from '../../contracts/profile/signs-here';
import { Secret } from './secret';

/** Characters. RFC 7518 section 3.2 asks 256 bits; a key that another system only looks at is as long as that system made it. */
export const SHORTEST_HMAC_KEY = 32;
/** RFC 7518 section 3.3. */
const SHORTEST_RSA = 2_048;
/** Bits of an RSA key that is made here: as strong as the other kinds, and within what every keychain takes. */
const MADE_RSA = 3_072;

/** The private key that a secret is; null for a text. Hold it no longer than it is needed. */
export const privateKeyOf = (secret: Secret): KeyObject | null =>
  secret.kind === 'text' ? null : secret.use((bytes) => createPrivateKey(Buffer.from(bytes)));

/** What a private key (null: a text) can be used for: each kind has one algorithm here (RFC 8725 section 3.1), or none. */
export function kindOf(key: KeyObject | null): { readonly algorithm: JwtAlgorithm | null; readonly words: string } {
  if (key === null) return { algorithm: 'HS256', words: 'a plain text' };
  const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {};
  const kind = key.asymmetricKeyType ?? 'unknown';
  if (kind === 'rsa')
    return modulusLength < SHORTEST_RSA
      ? { algorithm: null, words: `an RSA key of ${modulusLength} bits, which is too short` }
      : { algorithm: 'RS256', words: `an RSA key of ${modulusLength} bits` };
  if (kind === 'ec')
    return namedCurve === 'prime256v1'
      ? { algorithm: 'ES256', words: 'an EC key on P-256' }
      : { algorithm: null, words: `an EC key on ${namedCurve}` };
  return kind === 'ed25519'
    ? { algorithm: 'EdDSA', words: 'an Ed25519 key' }
    : { algorithm: null, words: `a private key of another kind (${kind})` };
}

const TAKES: Readonly<Record<JwtAlgorithm, string>> = {
  HS256: `a plain text of ${SHORTEST_HMAC_KEY} characters or more that the gateway knows too`,
  RS256: `an RSA private key of ${SHORTEST_RSA} bits or more, in PEM`,
  ES256: 'an EC private key on P-256, in PEM',
  EdDSA: 'an Ed25519 private key, in PEM',
};

const wanted = (provider: ProviderConfig): JwtAlgorithm =>
  provider.kind === 'local-jwt' ? provider.algorithm : 'HS256';

/** Whether the profile's tokens can be made with this key. Fails with `key-unusable`. */
export function keyFits(secret: Secret, { name, provider }: Pick<Profile, 'name' | 'provider'>): Result<null> {
  const algorithm = wanted(provider);
  const kind = kindOf(privateKeyOf(secret));
  const length = secret.kind === 'text' ? secret.use((bytes) => bytes.length) : null;
  const isTooShort = length !== null && length < SHORTEST_HMAC_KEY && signsHere(provider);
  if (kind.algorithm === algorithm && !isTooShort) return ok(null);
  const takes =
    provider.kind === 'local-jwt'
      ? `signs with ${algorithm} and takes ${TAKES[algorithm]}`
      : signsHere(provider)
        ? `makes SIP passwords and takes ${TAKES[algorithm]}`
        : 'takes its key as a plain text';
  const given = kind.algorithm === algorithm ? `this one has ${length ?? 0}` : `this is ${kind.words}`;
  return fail('key-unusable', `"${name}" ${takes}; ${given}.`, 'open-keys');
}

const madeFor: Readonly<Record<Exclude<JwtAlgorithm, 'HS256'>, () => Promise<{ readonly privateKey: KeyObject }>>> = {
  RS256: () => promisify(generateKeyPair)('rsa', { modulusLength: MADE_RSA }),
  ES256: () => promisify(generateKeyPair)('ec', { namedCurve: 'P-256' }),
  EdDSA: () => promisify(generateKeyPair)('ed25519', {}),
};

/** Makes the kind of key that the profile takes, off the main thread. Fails with `key-unusable` where another system issues the keys. */
export async function makeKey({ name, provider }: Pick<Profile, 'name' | 'provider'>): Promise<Result<Secret>> {
  if (!signsHere(provider)) {
    return fail(
      'key-unusable',
      `The key of "${name}" is issued by the system it belongs to: copy it there, then paste it here.`,
      'paste-key',
    );
  }
  const algorithm = wanted(provider);
  return ok(algorithm === 'HS256' ? Secret.generate() : Secret.fromPrivateKey((await madeFor[algorithm]()).privateKey));
}

/** What may be shown of the key: all that a gateway needs to verify. Fails with `key-unusable` as `keyFits`, and where there is no such half. */
export function publicKeyOf(secret: Secret, profile: Pick<Profile, 'name' | 'provider'>): Result<PublicKey> {
  const { name, provider } = profile;
  const fits = keyFits(secret, profile);
  if (!fits.ok) return fits;
  const key = privateKeyOf(secret);
  if (key === null || provider.kind !== 'local-jwt')
    return fail(
      'key-unusable',
      `The key of "${name}" is one text that both sides know: there is no public half to show.`,
      'none',
    );
  const half = createPublicKey(key);
  const { fingerprint } = secret;
  const kid = keyIdOf(provider.keyId, fingerprint);
  const jwk = publicJwk.parse({
    ...half.export({ format: 'jwk' }),
    alg: provider.algorithm,
    use: 'sig',
    ...(kid === '' ? {} : { kid }),
  });
  return ok({ pem: half.export({ type: 'spki', format: 'pem' }).toString(), jwk, fingerprint });
}

/** The `kid` of tokens by this key (RFC 7515 section 4.1.4): `{fingerprint}` tells the keys of a rotation apart. */
export const keyIdOf = (keyId: string, fingerprint: string): string => keyId.replaceAll('{fingerprint}', fingerprint);
