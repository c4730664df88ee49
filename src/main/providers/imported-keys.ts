/** Keys of the keychain in a form that can sign and never be read: read and imported once each, then kept. */
import type { Result } from '../../contracts/base/result';
import type { KeyHandle } from '../keys/keys';
import type { Secret } from '../secrets/secret';

export interface ImportedKeys<T> {
  /** The key, ready to sign. Fails as reading or importing it does; a failure is not remembered. */
  readonly get: (key: KeyHandle) => Promise<Result<T>>;
  /** Drops the key with this fingerprint. */
  readonly forget: (fingerprint: string) => void;
}

/** Importing costs more than signing, and reading the keychain more than both. */
export function createImportedKeys<T>(importKey: (secret: Secret) => Promise<Result<T>>): ImportedKeys<T> {
  const imported = new Map<string, Promise<Result<T>>>();
  const openAndImport = async (key: KeyHandle): Promise<Result<T>> => {
    const opened = await key.open();
    return opened.ok ? importKey(opened.value) : opened;
  };

  return {
    get: async (key) => {
      const known = imported.get(key.fingerprint) ?? openAndImport(key);
      imported.set(key.fingerprint, known);
      try {
        const result = await known;
        if (!result.ok) imported.delete(key.fingerprint);
        return result;
      } catch (cause) {
        imported.delete(key.fingerprint);
        throw cause;
      }
    },
    forget: (fingerprint) => void imported.delete(fingerprint),
  };
}
