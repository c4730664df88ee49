/** Private keys in PEM (RFC 7468): reading one, and saying what was taken for one by mistake. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { fail, ok, type Result } from '../../contracts/base/result';

/** Characters; an RSA key of 8192 bits has 6,400. */
const LONGEST_PEM = 8_192;
const LABELS = /-----BEGIN ([A-Z0-9 ]{1,40})-----/g;

/** True for a text with a PEM block in it, whatever the block holds. */
export function looksLikePem(text: string): boolean {
  return /-----BEGIN [A-Z0-9 ]{1,40}-----/.test(text);
}

/** The key of a service account's JSON, and line ends that were written as two characters (`\\n`); any other text as it is. */
export function pemOf(text: string): string {
  if (!looksLikePem(text)) return text;
  if (text.startsWith('{')) {
    try {
      const { private_key: key } = JSON.parse(text) as { readonly private_key?: unknown };
      if (typeof key === 'string' && looksLikePem(key)) return key.trim();
    } catch {
      // It is no JSON: what follows says what is wrong with it.
    }
  }
  return text.replaceAll('\\r', '').replaceAll('\\n', '\n');
}

const unusable = (sentence: string) => fail('key-unusable', sentence, 'paste-key');

/** What is wrong with a text that holds these blocks, or null. */
function problemOf(text: string, labels: readonly string[]): string | null {
  if (text.length > LONGEST_PEM) return 'That is too long to be a private key.';
  if (labels.includes('ENCRYPTED PRIVATE KEY') || /^Proc-Type:.*ENCRYPTED/m.test(text)) {
    return 'That private key is encrypted with a passphrase. Decrypt it first (openssl pkey -in FILE -out PLAIN), then add it: the keychain protects it here.';
  }
  if (labels.includes('OPENSSH PRIVATE KEY'))
    return 'That private key is in the format of OpenSSH. Ringfence takes PKCS #8: "ssh-keygen -p -m PKCS8 -f COPY" rewrites a copy of an RSA or ECDSA key so.';
  const count = labels.filter((label) => label.endsWith('PRIVATE KEY')).length;
  if (count > 1) return 'There is more than one private key in that. Take the one that is to sign.';
  if (count === 1) return null;
  if (labels.some((label) => label.endsWith('CERTIFICATE')))
    return 'That is a certificate. Ringfence signs with the private key that belongs to it.';
  if (labels.some((label) => label.endsWith('PUBLIC KEY')))
    return 'That is a public key. Ringfence signs with the private key; the public one belongs to the gateway.';
  return 'That holds no private key. One begins with -----BEGIN PRIVATE KEY-----.';
}

/** Reads the one private key of a PEM text: PKCS #8 (RFC 5958), or the older forms for RSA and EC. Fails with `key-unusable`; the sentence repeats nothing of it. */
export function readPrivateKey(text: string): Result<KeyObject> {
  const problem = problemOf(
    text,
    [...text.matchAll(LABELS)].map(([, label = '']) => label),
  );
  if (problem !== null) return unusable(problem);
  try {
    const block = /-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----[^]*?-----END \1-----/.exec(text)?.[0];
    return block === undefined
      ? unusable('That private key is not complete: its last line is missing.')
      : ok(createPrivateKey(block));
  } catch {
    return unusable(
      'That private key can not be read. Ringfence takes PEM (PKCS #8): openssl pkey -in FILE writes it so.',
    );
  }
}

/** First 8 hex digits of the SHA-256 of the public half (SubjectPublicKeyInfo, DER): the same here and at the gateway. */
export function publicFingerprint(key: KeyObject): string {
  const half = key.type === 'private' ? createPublicKey(key) : key;
  return createHash('sha256')
    .update(half.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 8);
}
