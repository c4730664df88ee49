/** Keys that sign tokens. Each kind of key has one algorithm (RFC 8725 section 3.1): none is chosen for it. */
import { webcrypto } from 'node:crypto';
import type { JwtAlgorithm } from '../../contracts/profile/provider';
import { fail, ok, type Result } from '../../contracts/base/result';
import { kindOf, privateKeyOf } from '../secrets/key-kinds';
import type { Secret } from '../secrets/secret';
import { importHmacKey } from './hmac-keys';
import { createImportedKeys, type ImportedKeys } from './imported-keys';

export interface SigningKey {
  readonly algorithm: JwtAlgorithm;
  readonly key: webcrypto.CryptoKey;
}

const PARAMETERS = {
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  EdDSA: { name: 'Ed25519' },
} as const;

async function importKey(secret: Secret): Promise<Result<SigningKey>> {
  const privateKey = privateKeyOf(secret);
  const { algorithm, words } = kindOf(privateKey);
  if (privateKey === null || algorithm === 'HS256') {
    const key = await importHmacKey(secret, 'SHA-256');
    return key.ok ? ok({ algorithm: 'HS256', key: key.value }) : key;
  }
  if (algorithm === null)
    return fail(
      'key-unusable',
      `The key of this line is ${words}: nothing here signs with it. Add another key.`,
      'open-keys',
    );
  const bytes = privateKey.export({ type: 'pkcs8', format: 'der' });
  try {
    return ok({
      algorithm,
      key: await webcrypto.subtle.importKey('pkcs8', bytes, PARAMETERS[algorithm], false, ['sign']),
    });
  } finally {
    bytes.fill(0);
  }
}

/** Ready for Web Crypto, each with the algorithm that it is for. Fails with `key-unusable`, or as reading the key does. */
export function createSigningKeys(): ImportedKeys<SigningKey> {
  return createImportedKeys(importKey);
}
