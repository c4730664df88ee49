/** HMAC keys made from the keychain's texts: the bytes of the key are those of the text. */
import { webcrypto } from 'node:crypto';
import { fail, ok, type Result } from '../../contracts/base/result';
import { SHORTEST_HMAC_KEY } from '../secrets/key-kinds';
import type { Secret } from '../secrets/secret';
import { createImportedKeys, type ImportedKeys } from './imported-keys';

/** Imports a text as an HMAC key. A private key is none (RFC 8725 section 2.1), nor is what is too short: fails with `key-unusable`. */
export async function importHmacKey(secret: Secret, hash: 'SHA-256' | 'SHA-1'): Promise<Result<webcrypto.CryptoKey>> {
  if (secret.kind !== 'text')
    return fail(
      'key-unusable',
      'The key of this line is a private key, and a plain text is needed. Add another key.',
      'open-keys',
    );
  // The profile was changed after its key was added: a system's own key may be shorter.
  const length = secret.use((bytes) => bytes.length);
  if (length < SHORTEST_HMAC_KEY)
    return fail(
      'key-unusable',
      `The key of this line is too short to sign with: it has ${length} characters, and ${SHORTEST_HMAC_KEY} are needed. Add another key.`,
      'open-keys',
    );
  return ok(
    await secret.use((bytes) => webcrypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash }, false, ['sign'])),
  );
}

export type HmacKeys = ImportedKeys<webcrypto.CryptoKey>;

export function createHmacKeys(hash: 'SHA-256' | 'SHA-1'): HmacKeys {
  return createImportedKeys((secret) => importHmacKey(secret, hash));
}
