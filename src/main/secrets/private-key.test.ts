import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { looksLikePem, publicFingerprint, readPrivateKey } from './private-key';
import { Secret } from './secret';

const pairs = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ed: generateKeyPairSync('ed25519'),
};
const pkcs8 = (key: KeyObject): string => String(key.export({ type: 'pkcs8', format: 'pem' }));
const read = (secret: Secret): string => secret.use((bytes) => Buffer.from(bytes).toString());

describe('a private key in PEM', () => {
  it.each([
    ['PKCS #8', pkcs8(pairs.ed.privateKey), pairs.ed],
    [
      'PKCS #8 with Windows line ends and white space around',
      `\r\n  ${pkcs8(pairs.ec.privateKey).replaceAll('\n', '\r\n')}\r\n`,
      pairs.ec,
    ],
    ['PKCS #1', String(pairs.rsa.privateKey.export({ type: 'pkcs1', format: 'pem' })), pairs.rsa],
    [
      'SEC1 after its parameters, as openssl ecparam writes it',
      `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${String(pairs.ec.privateKey.export({ type: 'sec1', format: 'pem' }))}`,
      pairs.ec,
    ],
    [
      'with its certificate behind it',
      `${pkcs8(pairs.rsa.privateKey)}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
      pairs.rsa,
    ],
    [
      'a text whose line ends are two characters, as variables hold it',
      `"${pkcs8(pairs.ec.privateKey).replaceAll('\n', '\\n')}"`,
      pairs.ec,
    ],
    ['one with \\r\\n', `KEY="${pkcs8(pairs.ed.privateKey).replaceAll('\n', '\\r\\n')}"`, pairs.ed],
    [
      "the key of a service account's JSON",
      JSON.stringify(
        { type: 'service_account', private_key_id: '1', private_key: pkcs8(pairs.rsa.privateKey) },
        null,
        2,
      ),
      pairs.rsa,
    ],
  ])('is taken as %s, and kept as PKCS #8', (_, text, pair) => {
    const secret = Secret.fromText(text);
    if (!secret.ok) expect.unreachable(secret.failure.sentence);
    expect(read(secret.value)).toBe(pkcs8(pair.privateKey).trim());
    expect(secret.value.kind).toBe('private-key');
    // What the keychain gives back is the same key.
    expect(Secret.fromText(read(secret.value))).toMatchObject({
      ok: true,
      value: { fingerprint: secret.value.fingerprint },
    });
  });

  it('has the fingerprint of its public half', () => {
    const half = createPublicKey(pairs.ec.privateKey);
    expect(publicFingerprint(pairs.ec.privateKey)).toBe(
      createHash('sha256')
        .update(half.export({ type: 'spki', format: 'der' }))
        .digest('hex')
        .slice(0, 8),
    );
    expect(publicFingerprint(pairs.ec.publicKey)).toBe(publicFingerprint(pairs.ec.privateKey));
    expect(Secret.fromPrivateKey(pairs.ec.privateKey).fingerprint).toBe(publicFingerprint(half));
  });

  it('is not shown by its secret', () => {
    const secret = Secret.fromPrivateKey(pairs.rsa.privateKey);
    expect(`${String(secret)} ${JSON.stringify(secret)}`).toBe('[redacted] "[redacted]"');
  });

  const whole = pkcs8(pairs.rsa.privateKey);
  it.each([
    [
      'encrypted (PKCS #8)',
      String(
        pairs.rsa.privateKey.export({
          type: 'pkcs8',
          format: 'pem',
          cipher: 'aes-256-cbc',
          passphrase: 'not a real passphrase',
        }),
      ),
      'encrypted with a passphrase',
    ],
    [
      'encrypted (the older way)',
      String(
        pairs.rsa.privateKey.export({
          type: 'pkcs1',
          format: 'pem',
          cipher: 'aes-256-cbc',
          passphrase: 'not a real passphrase',
        }),
      ),
      'encrypted with a passphrase',
    ],
    ['a public key', String(pairs.rsa.publicKey.export({ type: 'spki', format: 'pem' })), 'That is a public key.'],
    [
      'an RSA public key',
      String(pairs.rsa.publicKey.export({ type: 'pkcs1', format: 'pem' })),
      'That is a public key.',
    ],
    ['a certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', 'That is a certificate.'],
    [
      'a request for a certificate',
      '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----',
      'holds no private key',
    ],
    ['two keys', `${whole}${pkcs8(pairs.ec.privateKey)}`, 'more than one private key'],
    ['half a key', whole.slice(0, 900), 'its last line is missing'],
    ['a damaged key', whole.replace(/\n.{64}\n/, '\nAAAA\n'), 'can not be read'],
    ['OpenSSH', '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----', 'format of OpenSSH'],
    ['endless', `${whole}${'x'.repeat(8_192)}`, 'too long'],
  ])('is refused when it is %s, with a sentence that repeats nothing of it', (_, text, sentence) => {
    expect(looksLikePem(text)).toBe(true);
    const result = Secret.fromText(text);
    if (result.ok) expect.unreachable();
    expect(result.failure).toMatchObject({ reason: 'key-unusable', action: 'paste-key' });
    expect(result.failure.sentence).toContain(sentence);
    for (const line of text.split('\n'))
      if (line.length > 30 && !line.startsWith('-')) expect(result.failure.sentence).not.toContain(line.slice(0, 16));
    expect(readPrivateKey(text)).toEqual(result);
  });
});
