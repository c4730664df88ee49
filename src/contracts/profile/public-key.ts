/** The half of a signing key that may be seen: what a gateway verifies with. The schema has no place for a private part. */
import { z } from 'zod';
import { fingerprint } from './profile';

const base64url = z
  .string()
  .max(2_048)
  .regex(/^[A-Za-z0-9_-]+$/);
const named = { use: z.literal('sig'), kid: z.string().max(200).optional() };

/** RFC 7517 and RFC 8037. */
export const publicJwk = z.discriminatedUnion('kty', [
  z.object({ kty: z.literal('RSA'), n: base64url, e: base64url, alg: z.literal('RS256'), ...named }),
  z.object({
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: base64url,
    y: base64url,
    alg: z.literal('ES256'),
    ...named,
  }),
  z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: base64url, alg: z.literal('EdDSA'), ...named }),
]);
export type PublicJwk = z.infer<typeof publicJwk>;

export const publicKey = z.object({
  /** SubjectPublicKeyInfo (RFC 5280 section 4.1) in PEM. */
  pem: z.string().max(4_096).startsWith('-----BEGIN PUBLIC KEY-----'),
  jwk: publicJwk,
  /** Of the key: first 8 hex digits of the SHA-256 of the SubjectPublicKeyInfo in DER. */
  fingerprint,
});
export type PublicKey = z.infer<typeof publicKey>;
