/** Tokens as an admin's key signs them. */
import { createHmac, randomUUID } from 'node:crypto';

/** A key that signs tokens in tests and nowhere else. */
export const TEST_KEY = 'a key for tests that is long enough for HS256';
export const TEST_DOMAIN = 'practice.ringfence.local';

export interface TokenParts {
  readonly sub?: string;
  /** Seconds. */
  readonly lifeS?: number;
  /** Milliseconds since the epoch. */
  readonly now?: number;
  readonly key?: string;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: object;
}

/** Makes a token; `header` and `claims` overwrite what is usual (undefined removes a claim). */
export function mintToken(parts: TokenParts = {}): string {
  const iat = Math.floor((parts.now ?? Date.now()) / 1000);
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const header = encode({ alg: 'HS256', typ: 'JWT', ...parts.header });
  const claims = encode({
    iss: 'ringfence',
    aud: 'practice',
    sub: parts.sub ?? '1001',
    iat,
    exp: iat + (parts.lifeS ?? 300),
    jti: randomUUID(),
    ...parts.claims,
  });
  // Signed as it says, so that it is the algorithm that is refused.
  return `${header}.${claims}.${createHmac(
    parts.header?.['alg'] === 'HS512' ? 'sha512' : 'sha256',
    parts.key ?? TEST_KEY,
  )
    .update(`${header}.${claims}`)
    .digest('base64url')}`;
}
