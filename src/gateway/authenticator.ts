/**
 * Who may open a flow: verifies the token of a handshake (RFC 7519; RFC 8725: each key has one algorithm, issuer and audience
 * are checked, no key from the token itself). The only user of jose in the gateway.
 */
import { createHash } from 'node:crypto';
import { compactVerify, errors } from 'jose';
import { z } from 'zod';
import { ok, type Result } from '../contracts/base/result';
import { constraintsOf, type CallConstraints } from './call-constraints';
import { verifyingKey, type GatewayKeys, type VerifyingKey } from './verifying-key';

/** Why a token was refused; one word each, the body of the 401. */
export type AuthRefusal =
  | 'missing' // no token at all
  | 'malformed' // no JWT, or its claims are incomplete or of wrong types
  | 'alg' // none of the algorithms that the keys are for
  | 'signature' // neither the active nor the next key made it
  | 'issuer'
  | 'audience'
  | 'subject' // not a user name, or one that belongs to a service
  | 'not-yet' // issued in the future
  | 'expired'
  | 'life' // longer than the gateway allows, or negative
  | 'constraints' // limits of calls that can't be read, and so not be kept
  | 'misplaced' // in a place that this gateway does not take a token from
  | 'ambiguous' // more than one
  | 'realm' // digest: for another realm
  | 'stale' // digest: right, but for a nonce that is too old
  | 'replay' // digest: this nonce count was used before
  | 'fault'; // the fault port says so

export type KeyName = 'active' | 'next';

/** What a good token says. */
export interface TokenIdentity {
  readonly subject: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly key: KeyName;
  readonly constraints: CallConstraints;
  /** First 8 hex digits of the token's SHA-256: all that may be logged. */
  readonly fingerprint: string;
}

/** What the authenticator demands. Seconds. */
export interface TokenRules {
  readonly issuer: string;
  readonly audience: string;
  readonly maxLifeS: number;
  /** How far ahead of ours the signer's clock may be. Expiry has no leeway. */
  readonly leewayS: number;
  /** Names that no token may claim. */
  readonly reserved: ReadonlySet<string>;
}

export interface Authenticator {
  /** Verifies one token at `nowMs`. Refusals are data; never throws. */
  readonly verify: (token: string | null, nowMs: number) => Promise<Result<TokenIdentity, AuthRefusal>>;
  readonly setKeys: (keys: GatewayKeys) => void;
}

const MAX_TOKEN = 8192;
const seconds = z.number().positive().max(1e11);
const claimsSchema = z.object({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string()).max(16)]),
  sub: z.string(),
  iat: seconds,
  exp: seconds,
  nbf: seconds.optional(),
  jti: z.string().min(1).max(256),
});
const SUBJECT = /^[A-Za-z0-9._-]{1,64}$/;

/** True for a user name that a token or SIP user may claim. */
export function isSubject(name: string, reserved: ReadonlySet<string>): boolean {
  return SUBJECT.test(name) && !reserved.has(name);
}

/** First 8 hex digits of the SHA-256 of a key or token. */
export function fingerprintOf(secret: string): string {
  return createHash('sha256').update(secret, 'utf8').digest('hex').slice(0, 8);
}

const no = (failure: AuthRefusal): Result<never, AuthRefusal> => ({ ok: false, failure });

type NamedKey = readonly [KeyName, VerifyingKey];

async function verifiedPayload(
  token: string,
  keys: readonly NamedKey[],
): Promise<Result<{ payload: Uint8Array; key: KeyName }, AuthRefusal>> {
  let refusal: AuthRefusal = 'alg';
  for (const [name, { algorithm, key }] of keys) {
    try {
      const { payload } = await compactVerify(token, key, { algorithms: [algorithm] });
      return ok({ payload, key: name });
    } catch (error) {
      if (error instanceof errors.JWSSignatureVerificationFailed) refusal = 'signature';
      else if (!(error instanceof errors.JOSEAlgNotAllowed)) return no('malformed');
    }
  }
  return no(refusal);
}

/** `raw` holds the claims that others read. */
function parseClaims(
  payload: Uint8Array,
): { readonly claims: z.infer<typeof claimsSchema>; readonly raw: unknown } | null {
  try {
    const raw: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    const parsed = claimsSchema.safeParse(raw);
    return parsed.success ? { claims: parsed.data, raw } : null;
  } catch {
    return null;
  }
}

function refusalOf(claims: z.infer<typeof claimsSchema>, rules: TokenRules, nowMs: number): AuthRefusal | null {
  const now = nowMs / 1000;
  const audiences = typeof claims.aud === 'string' ? [claims.aud] : claims.aud;
  if (claims.iss !== rules.issuer) return 'issuer';
  if (!audiences.includes(rules.audience)) return 'audience';
  if (!isSubject(claims.sub, rules.reserved)) return 'subject';
  if (Math.max(claims.iat, claims.nbf ?? 0) > now + rules.leewayS) return 'not-yet';
  if (claims.exp <= now) return 'expired';
  const life = claims.exp - claims.iat;
  return life <= 0 || life > rules.maxLifeS ? 'life' : null;
}

const named = (name: KeyName, key: GatewayKeys['next']): NamedKey[] => {
  const read = key === undefined ? null : verifyingKey(key);
  return read?.ok === true ? [[name, read.value]] : [];
};

/** Builds an authenticator; each key is imported once, not once for each token. A key that can't be read verifies nothing. */
export function createAuthenticator(keys: GatewayKeys, rules: TokenRules): Authenticator {
  const imported = ({ active, next }: GatewayKeys): NamedKey[] => [...named('active', active), ...named('next', next)];
  let current = imported(keys);
  return {
    setKeys: (next) => {
      current = imported(next);
    },
    verify: async (token, nowMs) => {
      if (token === null || token === '') return no('missing');
      if (token.length > MAX_TOKEN) return no('malformed');
      const verified = await verifiedPayload(token, current);
      if (!verified.ok) return verified;
      const parsed = parseClaims(verified.value.payload);
      if (parsed === null) return no('malformed');
      const { claims, raw } = parsed;
      const refusal = refusalOf(claims, rules, nowMs);
      if (refusal !== null) return no(refusal);
      const constraints = constraintsOf(raw);
      if (constraints === null) return no('constraints');
      return ok({
        subject: claims.sub,
        expiresAt: claims.exp * 1000,
        key: verified.value.key,
        constraints,
        fingerprint: fingerprintOf(token),
      });
    },
  };
}
