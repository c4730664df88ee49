/** Signs tokens on this computer: JWT (RFC 7519), HS256, with the text of the key as the HMAC key. */
import { randomUUID } from 'node:crypto';
import { parseSipUri } from '../../contracts/sip-uri';
import { fail, ok } from '../../contracts/result';
import { createHmacKeys } from './hmac-keys';
import { identityUnusable, type TokenProvider } from './token-provider';

// Loaded when the first key is at hand, not before the window is on its way; of jose only what signs.
const jose = () => import('jose/jwt/sign');

/** Mints `{iss, sub, aud, iat, exp, jti}`; `sub` is the user part of the profile's identity. `now` gives milliseconds since the epoch. */
export function createLocalJwt(now: () => number): TokenProvider {
  const keys = createHmacKeys('SHA-256');

  return {
    prepare: async (key) => {
      await Promise.all([jose(), keys.get(key)]);
    },
    mint: async ({ profile, lifeS }, key) => {
      if (profile.provider.kind !== 'local-jwt') return fail('profile-invalid', `"${profile.name}" makes no tokens.`, 'open-profiles');
      const subject = parseSipUri(`sip:${profile.identity}`)?.user;
      if (subject === undefined) return identityUnusable(profile);
      const signer = await keys.get(key);
      if (!signer.ok) return signer;
      const { SignJWT } = await jose();
      const iat = Math.floor(now() / 1000);
      const exp = iat + lifeS;
      const token = await new SignJWT({ iss: profile.provider.issuer, sub: subject, aud: profile.provider.audience, iat, exp, jti: randomUUID() })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .sign(signer.value);
      return ok({ kind: 'token', token, issuedAt: iat * 1000, expiresAt: exp * 1000 });
    },
    forget: keys.forget,
  };
}
