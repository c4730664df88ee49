/** A long-lived key, opaque: printing, serialising or inspecting it gives `[redacted]`. */
import { createHash, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { fail, ok, type Result } from '../../contracts/result';

const REDACTED = '[redacted]';
/** Shorter keys are guessable: RFC 7518 section 3.2 asks 256 bits for HS256. */
const SHORTEST = 32;
const LONGEST = 4096;

/** SHA-256 of a key or token, first 8 hex digits: all that may be shown or logged of it. */
export function fingerprintOf(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 8);
}

export class Secret {
  readonly #bytes: Uint8Array;
  readonly fingerprint: string;

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.fingerprint = fingerprintOf(bytes);
  }

  /** Takes the text of a key: 32 to 4096 printable ASCII characters after trimming. Fails with `key-unusable`. */
  static fromText(text: string): Result<Secret> {
    const trimmed = text.trim();
    if (trimmed.length < SHORTEST) {
      return fail('key-unusable', `That is too short to be a key: it has ${trimmed.length} characters, a key has at least ${SHORTEST}.`, 'paste-key');
    }
    if (trimmed.length > LONGEST) return fail('key-unusable', `That is too long to be a key: a key has at most ${LONGEST} characters.`, 'paste-key');
    if (!/^[\x20-\x7e]+$/.test(trimmed)) {
      return fail('key-unusable', 'That is no key: a key is one line of plain letters, digits and signs.', 'paste-key');
    }
    return ok(new Secret(Buffer.from(trimmed, 'utf8')));
  }

  /** Makes a key of 32 random bytes, written as base64url. */
  static generate(): Secret {
    return new Secret(Buffer.from(randomBytes(32).toString('base64url'), 'utf8'));
  }

  /** The only way to the bytes (UTF-8 of the key's text): for the length of one call. Keep no reference to them. */
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
