/**
 * The keys that a gateway verifies tokens with: a text for HS256, or a public key for RS256, ES256 or EdDSA. A key is bound to its
 * algorithm here, before any token is seen (RFC 8725 section 3.1).
 */
import { createHash, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { fail, ok, type Result } from '../contracts/base/result';

export const publicKeyAlgorithm = z.enum(['RS256', 'ES256', 'EdDSA']);
export type PublicKeyAlgorithm = z.infer<typeof publicKeyAlgorithm>;
/** All algorithms that tokens may be signed with. */
export const keyAlgorithm = z.enum(['HS256', ...publicKeyAlgorithm.options]);

/** A text of at least 32 characters whose UTF-8 bytes are the HMAC key (RFC 7518 section 3.2). A key in PEM is none: as a "secret" everybody would know it. */
export const textKey = z
  .string()
  .min(32)
  .max(4096)
  .refine((text) => !text.includes('-----BEGIN '), 'a key in PEM is no text for HS256');

const text = z.string().max(2048).optional();
/** RFC 7517. Private members are refused, not dropped: whoever gives them has to hear of it. */
const jwk = z.object({
  kty: z.string(),
  crv: text,
  n: text,
  e: text,
  x: text,
  y: text,
  alg: text,
  use: text,
  d: z.never().optional(),
  k: z.never().optional(),
});
/** A public key as PEM (SubjectPublicKeyInfo) or JWK. */
const boundKey = z.object({ algorithm: publicKeyAlgorithm, publicKey: z.union([z.string().min(1).max(8192), jwk]) });
export const gatewayKey = z.union([textKey, boundKey]).refine((key) => verifyingKey(key).ok, 'unusable');
export const gatewayKeys = z.object({ active: gatewayKey, next: gatewayKey.optional() });

/** A key as it is given: a text (HS256), or a public key with its one algorithm. */
export type GatewayKey = z.infer<typeof textKey> | z.infer<typeof boundKey>;
/** The two keys of a rotation. */
export interface GatewayKeys {
  readonly active: GatewayKey;
  readonly next?: GatewayKey | undefined;
}

export interface VerifyingKey {
  readonly algorithm: z.infer<typeof keyAlgorithm>;
  readonly key: KeyObject;
}

const KINDS: Readonly<
  Record<PublicKeyAlgorithm, { readonly words: string; readonly fits: (key: KeyObject) => boolean }>
> = {
  RS256: {
    words: 'an RSA key of 2048 bits or more',
    fits: (key) => key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048,
  },
  ES256: {
    words: 'an EC key on P-256',
    fits: (key) => key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1',
  },
  EdDSA: { words: 'an Ed25519 key', fits: (key) => key.asymmetricKeyType === 'ed25519' },
};

const unusable = (sentence: string) => fail('key-unusable', sentence, 'open-keys');

/** Nothing private is ever read as public: Node would take the public half out of a private key without a word. */
function publicHalf(given: z.infer<typeof boundKey>['publicKey']): KeyObject | null {
  try {
    if (typeof given !== 'string') {
      const { kty, crv, n, e, x, y } = jwk.parse(given);
      const parts: Record<string, string> = Object.fromEntries(
        Object.entries({ kty, crv, n, e, x, y }).flatMap(([name, value]) =>
          value === undefined ? [] : [[name, value]],
        ),
      );
      return createPublicKey({ key: parts, format: 'jwk' });
    }
    return given.includes('-----BEGIN PUBLIC KEY-----') && !given.includes('PRIVATE KEY')
      ? createPublicKey(given)
      : null;
  } catch {
    return null;
  }
}

/** Reads a key. Fails with `key-unusable`; the sentence repeats nothing of it. */
export function verifyingKey(given: GatewayKey): Result<VerifyingKey> {
  if (typeof given === 'string') return ok({ algorithm: 'HS256', key: createSecretKey(given, 'utf8') });
  const { algorithm, publicKey } = given;
  const { alg = algorithm, use = 'sig' } = typeof publicKey === 'string' ? {} : publicKey;
  if (alg !== algorithm || use !== 'sig')
    return unusable(`That JWK is for something else than signatures with ${algorithm}.`);
  const key = publicHalf(publicKey);
  if (key === null)
    return unusable(
      'That is no public key: give the gateway what Ringfence shows under "Public key", as PEM or JWK, never the private one.',
    );
  return KINDS[algorithm].fits(key)
    ? ok({ algorithm, key })
    : unusable(`${algorithm} takes ${KINDS[algorithm].words}; that public key is another.`);
}

/** First 8 hex digits of the SHA-256 of a text, or of a public key's SubjectPublicKeyInfo in DER: what Ringfence shows for the same key. */
export function keyFingerprint(given: GatewayKey): string {
  const hash = createHash('sha256');
  if (typeof given === 'string') return hash.update(given, 'utf8').digest('hex').slice(0, 8);
  const read = verifyingKey(given);
  return read.ok
    ? hash
        .update(read.value.key.export({ type: 'spki', format: 'der' }))
        .digest('hex')
        .slice(0, 8)
    : '';
}
