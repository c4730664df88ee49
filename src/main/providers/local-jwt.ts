/** Signs tokens on this computer: JWT (RFC 7519), HS256, with the text of the key as the HMAC key. */
import { randomUUID, webcrypto } from 'node:crypto';
import { parseSipUri } from '../../contracts/sip-uri';
import { fail, ok, type Result } from '../../contracts/result';
import type { KeyHandle } from '../keys';
import type { TokenProvider } from './token-provider';

// Loaded when the first key is at hand, not before the window is on its way; of jose only what signs.
const jose = () => import('jose/jwt/sign');

/** Mints `{iss, sub, aud, iat, exp, jti}`; `sub` is the user part of the profile's identity. `now` gives milliseconds since the epoch. */
export function createLocalJwt(now: () => number): TokenProvider {
  // Imported once for each key, not extractable: importing costs more than signing, and reading the keychain more than both.
  const imported = new Map<string, Promise<Result<webcrypto.CryptoKey>>>();

  const importKey = async (key: KeyHandle): Promise<Result<webcrypto.CryptoKey>> => {
    const opened = await key.open();
    if (!opened.ok) return opened;
    return ok(await opened.value.use((bytes) => webcrypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])));
  };

  const keyFor = async (key: KeyHandle): Promise<Result<webcrypto.CryptoKey>> => {
    const known = imported.get(key.fingerprint) ?? importKey(key);
    imported.set(key.fingerprint, known);
    const result = await known;
    if (!result.ok) imported.delete(key.fingerprint);
    return result;
  };

  return {
    prepare: async (key) => {
      await Promise.all([jose(), keyFor(key)]);
    },
    mint: async ({ profile, lifeS }, key) => {
      const subject = parseSipUri(`sip:${profile.identity}`)?.user;
      if (subject === undefined) return fail('profile-invalid', `The identity of "${profile.name}" is no SIP address. Write it as user@domain.`, 'open-profiles');
      const signer = await keyFor(key);
      if (!signer.ok) return signer;
      const { SignJWT } = await jose();
      const iat = Math.floor(now() / 1000);
      const exp = iat + lifeS;
      const token = await new SignJWT({ iss: profile.provider.issuer, sub: subject, aud: profile.provider.audience, iat, exp, jti: randomUUID() })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .sign(signer.value);
      return ok({ token, issuedAt: iat * 1000, expiresAt: exp * 1000 });
    },
    forget: (fingerprint) => void imported.delete(fingerprint),
  };
}
