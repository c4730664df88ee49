/** A long-lived key, opaque: printing, serialising or inspecting it gives `[redacted]`. */
import { createHash, randomBytes, type KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import { fail, ok, type Result } from '../../contracts/base/result';
import { looksLikePem, pemOf, publicFingerprint, readPrivateKey } from './private-key';

const REDACTED = '[redacted]';
/**
 * Systems choose how long their keys are. But 32 bits of each key's hash are shown as its fingerprint: what is shorter than this could be guessed
 * by it. What a key that signs has to be is in key-kinds.ts.
 */
const SHORTEST = 16;
const LONGEST = 4096;

/** SHA-256 of a key or token, first 8 hex digits: all that may be shown or logged of it. */
export function fingerprintOf(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 8);
}

export class Secret {
  readonly #bytes: Uint8Array;
  /** A text that the other side knows too, or a private key (PEM) whose public half it knows. */
  readonly kind: 'text' | 'private-key';
  /** Of a private key: that of its public half, which the gateway can show as well. */
  readonly fingerprint: string;

  private constructor(text: string, privateKey: KeyObject | null) {
    this.#bytes = Buffer.from(text, 'utf8');
    this.kind = privateKey === null ? 'text' : 'private-key';
    this.fingerprint = privateKey === null ? fingerprintOf(this.#bytes) : publicFingerprint(privateKey);
  }

  /** Takes the text of a key: 16 to 4096 printable ASCII characters after trimming, or a private key in PEM. Fails with `key-unusable`. */
  static fromText(text: string): Result<Secret> {
    const trimmed = pemOf(text.trim());
    if (looksLikePem(trimmed)) {
      const key = readPrivateKey(trimmed);
      return key.ok ? ok(Secret.fromPrivateKey(key.value)) : key;
    }
    if (trimmed.length < SHORTEST) {
      return fail(
        'key-unusable',
        `That is too short to be a key: it has ${trimmed.length} characters, a key has at least ${SHORTEST}.`,
        'paste-key',
      );
    }
    if (trimmed.length > LONGEST)
      return fail(
        'key-unusable',
        `That is too long to be a key: a key has at most ${LONGEST} characters.`,
        'paste-key',
      );
    if (!/^[\x20-\x7e]+$/.test(trimmed)) {
      return fail('key-unusable', 'That is no key: a key is one line of plain letters, digits and signs.', 'paste-key');
    }
    return ok(new Secret(trimmed, null));
  }

  /** Keeps a private key as PKCS #8 in PEM. */
  static fromPrivateKey(key: KeyObject): Secret {
    return new Secret(key.export({ type: 'pkcs8', format: 'pem' }).toString().trim(), key);
  }

  /** Makes a text of 32 random bytes, written as base64url. */
  static generate(): Secret {
    return new Secret(randomBytes(32).toString('base64url'), null);
  }

  /** The only way to the bytes (UTF-8 of the key's text, or of the PEM): for the length of one call. Keep no reference to them. */
  use<T>(action: (bytes: Uint8Array) => T): T {
    return action(this.#bytes);
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}
