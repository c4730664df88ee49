/**
 * Finds a signing key without knowing it: every text that has the shape of a generated key (43 characters of base64url,
 * also inside longer text, UTF-16, base64 and hex) is tried as the HMAC key of a token (RFC 7515, HS256). The right one
 * makes the token's signature.
 */
import { createHmac } from 'node:crypto';

const KEY_LENGTH = 43;

/** @typedef {{ name: string, token: string }} Wanted a token, and how to call its key */
/** @typedef {{ name: string, place: string }} Hit */

/** @param {string} token @returns {{ input: string, signature: Buffer }} throws when it is no signed JWT */
function partsOf(token) {
  const [header, payload, signature, ...more] = token.split('.');
  if (header === undefined || payload === undefined || signature === undefined || signature === '' || more.length > 0)
    throw new Error('That is no signed token.');
  return { input: `${header}.${payload}`, signature: Buffer.from(signature, 'base64url') };
}

/** Signs a token as the app's own are signed. @param {string} key @returns {string} */
export function tokenSignedWith(key) {
  const input = [{ alg: 'HS256', typ: 'JWT' }, { sub: 'canary' }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
}

/** Every text of `length` in the alphabet of keys. @param {string} text @returns {Generator<string>} */
function* windows(text) {
  for (const [run] of text.matchAll(new RegExp(`[A-Za-z0-9_-]{${KEY_LENGTH},}`, 'g'))) {
    for (let at = 0; at + KEY_LENGTH <= run.length; at += 1) yield run.slice(at, at + KEY_LENGTH);
  }
}

/** What could be a key in `bytes`. @param {Buffer} bytes @returns {Generator<string>} */
export function* candidates(bytes) {
  const text = bytes.toString('latin1');
  yield* windows(text);
  // UTF-16 has a zero byte beside each character.
  if (text.includes('\0')) yield* windows(text.replaceAll('\0', ''));
  for (const [run] of text.matchAll(/[A-Za-z0-9+/_-]{56,}/g)) {
    // Where a base64 text begins inside a run is not known: all four alignments.
    for (let shift = 0; shift < 4; shift += 1)
      yield* windows(Buffer.from(run.slice(shift), 'base64').toString('latin1'));
  }
  for (const [run] of text.matchAll(/[0-9A-Fa-f]{86,}/g)) {
    for (let shift = 0; shift < 2; shift += 1) yield* windows(Buffer.from(run.slice(shift), 'hex').toString('latin1'));
  }
}

/** A search over many places. */
export class KeyHunt {
  /** @type {readonly { name: string, input: string, signature: Buffer }[]} */
  #wanted;
  /** @type {Map<string, string | null>} what each text tried so far turned out to be */
  #tried = new Map();
  /** @type {Hit[]} */
  hits = [];
  places = 0;
  bytes = 0;

  /** @param {readonly Wanted[]} wanted */
  constructor(wanted) {
    this.#wanted = wanted.map(({ name, token }) => ({ name, ...partsOf(token) }));
  }

  /** How many different texts were tried as a key. @returns {number} */
  get tried() {
    return this.#tried.size;
  }

  /** @param {string} text @returns {string | null} the name of what it is the key of */
  #judge(text) {
    const known = this.#tried.get(text);
    if (known !== undefined) return known;
    const match = this.#wanted.find(({ input, signature }) =>
      createHmac('sha256', text).update(input).digest().equals(signature),
    );
    this.#tried.set(text, match?.name ?? null);
    return match?.name ?? null;
  }

  /** @param {string} place @param {Buffer | string} content */
  look(place, content) {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
    this.places += 1;
    this.bytes += bytes.length;
    const found = new Set();
    for (const text of candidates(bytes)) {
      const name = this.#judge(text);
      if (name === null || found.has(name)) continue;
      found.add(name);
      this.hits.push({ name, place });
    }
  }
}
