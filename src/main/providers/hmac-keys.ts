/** HMAC keys made from the keychain's: read and imported once each, then kept in a form that can sign and never be read. */
import { webcrypto } from 'node:crypto';
import { ok, type Result } from '../../contracts/result';
import type { KeyHandle } from '../keys';

export interface HmacKeys {
  /** The key, ready to sign. Fails as reading it does; a failure is not remembered. */
  readonly get: (key: KeyHandle) => Promise<Result<webcrypto.CryptoKey>>;
  /** Drops the key with this fingerprint. */
  readonly forget: (fingerprint: string) => void;
}

/** The bytes of the HMAC key are those of the key's text. */
export function createHmacKeys(hash: 'SHA-256' | 'SHA-1'): HmacKeys {
  // Importing costs more than signing, and reading the keychain more than both.
  const imported = new Map<string, Promise<Result<webcrypto.CryptoKey>>>();

  const importKey = async (key: KeyHandle): Promise<Result<webcrypto.CryptoKey>> => {
    const opened = await key.open();
    if (!opened.ok) return opened;
    return ok(await opened.value.use((bytes) => webcrypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash }, false, ['sign'])));
  };

  return {
    get: async (key) => {
      const known = imported.get(key.fingerprint) ?? importKey(key);
      imported.set(key.fingerprint, known);
      const result = await known;
      if (!result.ok) imported.delete(key.fingerprint);
      return result;
    },
    forget: (fingerprint) => void imported.delete(fingerprint),
  };
}
