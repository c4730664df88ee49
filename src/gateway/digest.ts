/**
 * Digest for SIP users that live minutes (RFC 3261 section 22, RFC 2617 with MD5 and qop=auth; all that JsSIP speaks). The
 * user is `<expiry, s since the epoch>:<user>`, the password base64(HMAC-SHA1(key, user name)), as in
 * draft-uberti-behave-turn-rest-00 section 2.2: the gateway needs the shared key and no table of users.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { ok, type Result } from '../contracts/base/result';
import { fingerprintOf, isSubject, type AuthRefusal, type KeyName, type TokenIdentity } from './authenticator';
import { UNCONSTRAINED } from './call-constraints';
import type { GatewayKeys } from './verifying-key';

/** How long a nonce may be answered, in ms. */
export const NONCE_LIFE_MS = 60_000;

export interface DigestRules {
  /** The one realm that is challenged with, and accepted. */
  readonly realm: string;
  /** Seconds: the longest life of a user, and how far ahead the signer's clock may be. */
  readonly maxLifeS: number;
  readonly leewayS: number;
  readonly reserved: ReadonlySet<string>;
}

/** The request that the credentials came with. */
export interface DigestRequest {
  readonly method: string;
  readonly uri: string;
}

export interface DigestAuthenticator {
  /** Judges what stands behind `Digest` in the header. `stale`: right, but the nonce is old or not from this process. Never throws. */
  readonly verify: (parameters: string, request: DigestRequest, nowMs: number) => Result<TokenIdentity, AuthRefusal>;
  /** The value of a WWW-Authenticate or Proxy-Authenticate header, with a new nonce. */
  readonly challenge: (nowMs: number, stale: boolean) => string;
  readonly setKeys: (keys: GatewayKeys) => void;
}

/** The password of a short-lived SIP user. */
export function ephemeralPassword(key: string, username: string): string {
  return createHmac('sha1', Buffer.from(key, 'utf8')).update(username, 'utf8').digest('base64');
}

const md5 = (text: string): string => createHash('md5').update(text, 'utf8').digest('hex');

/** What RFC 2617 section 3.2.2.1 calls request-digest, for qop=auth. */
export function digestResponse(
  parts: {
    readonly username: string;
    readonly realm: string;
    readonly password: string;
    readonly nonce: string;
    readonly nc: string;
    readonly cnonce: string;
  } & DigestRequest,
): string {
  const { username, realm, password, nonce, nc, cnonce, method, uri } = parts;
  return md5([md5(`${username}:${realm}:${password}`), nonce, nc, cnonce, 'auth', md5(`${method}:${uri}`)].join(':'));
}

/** Reads `a=b, c="d"`; null when it is something else, or names a parameter twice. */
export function parseAuthParameters(text: string): ReadonlyMap<string, string> | null {
  const found = new Map<string, string>();
  const parameter = /\s*([A-Za-z0-9_-]{1,32})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))\s*(?:,|$)/gy;
  while (parameter.lastIndex < text.length) {
    const match = parameter.exec(text);
    const name = match?.[1]?.toLowerCase();
    if (match === null || name === undefined || found.has(name)) return null;
    found.set(name, match[2]?.replace(/\\(.)/gs, '$1') ?? match[3] ?? '');
  }
  return found;
}

/** What comes over the wire may be of any length, and longer in bytes than in characters. */
function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
const no = (failure: AuthRefusal): Result<never, AuthRefusal> => ({ ok: false, failure });

/** Nonces are keyed time stamps: nothing is stored for one until it is answered. */
class Nonces {
  readonly #secret = randomBytes(32);
  /** Highest nonce count seen; entries leave with their nonce's life. */
  readonly #counts = new Map<string, number>();

  make(nowMs: number): string {
    // The salt keeps two challenges of one millisecond apart: each starts its count at 1.
    const stamp = `${nowMs.toString(36)}-${randomBytes(6).toString('hex')}`;
    return `${stamp}-${this.#mac(stamp)}`;
  }

  isFresh(nonce: string, nowMs: number): boolean {
    const [time = '', salt = '', mac = '', ...more] = nonce.split('-');
    if (more.length > 0 || !same(mac, this.#mac(`${time}-${salt}`))) return false;
    const age = nowMs - parseInt(time, 36);
    return age >= 0 && age < NONCE_LIFE_MS;
  }

  /** True once for each count, in rising order (RFC 2617 section 3.2.2, nonce-count). */
  use(nonce: string, count: number, nowMs: number): boolean {
    for (const known of this.#counts.keys()) if (!this.isFresh(known, nowMs)) this.#counts.delete(known);
    if (count <= (this.#counts.get(nonce) ?? 0)) return false;
    this.#counts.set(nonce, count);
    return true;
  }

  #mac(text: string): string {
    return createHmac('sha256', this.#secret).update(text).digest('hex').slice(0, 32);
  }
}

/** Builds an authenticator for `<expiry>:<user>` names under two keys. */
export function createDigestAuthenticator(keys: GatewayKeys, rules: DigestRules): DigestAuthenticator {
  const nonces = new Nonces();
  let current = keys;

  const madeBy = (
    response: string,
    parts: Omit<Parameters<typeof digestResponse>[0], 'password'>,
  ): { readonly key: KeyName; readonly password: string } | null => {
    for (const name of ['active', 'next'] as const) {
      const key = current[name];
      // A public key makes no passwords: everybody could.
      if (typeof key !== 'string') continue;
      const password = ephemeralPassword(key, parts.username);
      if (same(response, digestResponse({ ...parts, password }))) return { key: name, password };
    }
    return null;
  };

  return {
    setKeys: (next) => {
      current = next;
    },
    challenge: (nowMs, stale) =>
      `Digest realm="${rules.realm}", nonce="${nonces.make(nowMs)}", algorithm=MD5, qop="auth"${stale ? ', stale=true' : ''}`,
    verify: (text, request, nowMs) => {
      const given = parseAuthParameters(text);
      const get = (name: string): string => given?.get(name) ?? '';
      const [username, nonce, nc, cnonce, response] = [
        get('username'),
        get('nonce'),
        get('nc'),
        get('cnonce'),
        get('response'),
      ];
      const [, expiry = '', subject = ''] = /^(\d{1,11}):(.+)$/s.exec(username) ?? [];
      if (
        expiry === '' ||
        nonce === '' ||
        cnonce === '' ||
        !/^[0-9a-f]{8}$/.test(nc) ||
        !/^[0-9a-f]{32}$/.test(response) ||
        get('qop') !== 'auth'
      )
        return no('malformed');
      if (!/^(?:MD5)?$/i.test(get('algorithm'))) return no('alg');
      if (get('realm') !== rules.realm) return no('realm');
      // Section 22.4: an answer for one request is none for another.
      if (get('uri') !== request.uri) return no('signature');
      if (!isSubject(subject, rules.reserved)) return no('subject');
      const made = madeBy(response, {
        username,
        realm: rules.realm,
        nonce,
        nc,
        cnonce,
        method: request.method,
        uri: request.uri,
      });
      if (made === null) return no('signature');
      const expiresAt = Number(expiry) * 1000;
      if (expiresAt <= nowMs) return no('expired');
      if (expiresAt > nowMs + (rules.maxLifeS + rules.leewayS) * 1000) return no('life');
      if (!nonces.isFresh(nonce, nowMs)) return no('stale');
      if (!nonces.use(nonce, parseInt(nc, 16), nowMs)) return no('replay');
      return ok({
        subject,
        expiresAt,
        key: made.key,
        constraints: UNCONSTRAINED,
        fingerprint: fingerprintOf(made.password),
      });
    },
  };
}
