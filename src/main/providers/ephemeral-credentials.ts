/**
 * Makes a SIP user and password that expire by themselves, from a secret that the gateway shares (draft-uberti-behave-turn-rest-00
 * section 2.2, as Kamailio's auth_ephemeral and TURN servers take it).
 */
import { webcrypto } from 'node:crypto';
import { parseSipUri } from '../../contracts/call/sip-uri';
import { ok } from '../../contracts/base/result';
import { createHmacKeys } from './hmac-keys';
import { identityUnusable, type TokenProvider } from './token-provider';

/**
 * Mints `{username: '<expiry, s since the epoch>:<user>', password: base64(HMAC-SHA1(text of the key, username))}`. Two within one second
 * are the same pair: there is nothing in it but the time. `now` gives milliseconds since the epoch.
 */
export function createEphemeralCredentials(now: () => number): TokenProvider {
  const keys = createHmacKeys('SHA-1');
  return {
    prepare: async (key) => {
      await keys.get(key);
    },
    mint: async ({ profile, lifeS }, key) => {
      const user = parseSipUri(`sip:${profile.identity}`)?.user;
      if (user === undefined) return identityUnusable(profile);
      const signer = await keys.get(key);
      if (!signer.ok) return signer;
      const from = Math.floor(now() / 1000);
      const username = `${from + lifeS}:${user}`;
      const mac = await webcrypto.subtle.sign('HMAC', signer.value, Buffer.from(username, 'utf8'));
      return ok({
        kind: 'credentials',
        username,
        password: Buffer.from(mac).toString('base64'),
        issuedAt: from * 1000,
        expiresAt: (from + lifeS) * 1000,
      });
    },
    forget: keys.forget,
  };
}
