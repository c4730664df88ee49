/** What people paste in place of a key: each is known for what it is, and no sentence repeats any of it. */
import { createHash, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {} from '../../contracts/profile/profile';
import { doubtAbout, readOfferedKey } from './offered-key';
import { exampleProfile } from '../../../test/support/app/example-profile';

const line = (provider: object) => {
  const { name, provider: made } = exampleProfile({
    provider,
  });
  return { name, provider: made };
};
const signs = line({ kind: 'local-jwt', audience: 'pbx' });
const signsByPem = line({ kind: 'local-jwt', audience: 'pbx', algorithm: 'RS256' });
const issued = line({ kind: 'generic-http', url: 'https://t.example.com/issue', token: '/token' });

const key = 'Zx81-not-a-real-key-0123456789-abcdef';
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: '1001' })}.${'s'.repeat(43)}`;
const pairs = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ed: generateKeyPairSync('ed25519'),
};
const der = (half: 'publicKey' | 'privateKey', pair: keyof typeof pairs): string =>
  pairs[pair][half]
    .export(half === 'publicKey' ? { format: 'der', type: 'spki' } : ({ format: 'der', type: 'pkcs8' } as never))
    .toString('base64');
const jwk = (more: object): string => JSON.stringify({ kid: '1', ...more });
const oct = { kty: 'oct', k: Buffer.from(key).toString('base64url') };

/** Can be a key all the same: after a doubt. */
const DOUBTED: readonly (readonly [string, string, RegExp])[] = [
  ['double quotes', `"${key}"`, /quote/],
  ['single quotes', `'${key}'`, /quote/],
  ['backticks', `\`${key}\``, /quote/],
  ['an opening quote alone', `"${key}`, /quote/],
  ['a closing quote alone', `${key}'`, /quote/],
  ['a closing quote and a comma', `${key}",`, /quote/],
  ['NAME=key', `SIP_KEY=${key}`, /NAME=value/],
  ['NAME="key"', `SIP_KEY="${key}"`, /NAME=value/],
  ['NAME = key', `gateway.secret = ${key}`, /NAME=value/],
  ['export', `export SIP_KEY=${key}`, /NAME=value/],
  ['set', `set SIP_KEY=${key}`, /NAME=value/],
  ['PowerShell', `$env:SipKey = "${key}"`, /NAME=value/],
  ['JavaScript', `const sipKey = '${key}';`, /NAME=value/],
  ['an option', `--secret=${key}`, /NAME=value/],
  ['YAML', `secret: ${key}`, /name: value/],
  ['YAML with quotes', `sip-secret: "${key}"`, /name: value/],
  ['a page', `API key: ${key}`, /name: value/],
  ['a part of JSON', `"secret": "${key}",`, /name: value/],
  ['a part of JSON without blanks', `"secret":"${key}"`, /name: value/],
  ['a header', `X-Api-Key: ${key}`, /name: value/],
  ['a header with Bearer', `Authorization: Bearer ${key}`, /name: value.*Bearer/],
  ['Bearer', `Bearer ${key}`, /word such as Bearer/],
  ['Basic', `Basic ${Buffer.from(`u:${key}`).toString('base64')}`, /word such as Bearer/],
  ['JSON', JSON.stringify({ secret: key }), /JSON text/],
  ['a list as JSON', JSON.stringify([key]), /JSON text/],
  ['a URL', `https://pbx.example.com/keys/${key}`, /URL/],
  ['a gateway', 'wss://pbx.example.com/ws/phones/1001', /URL/],
  ['a database', `postgres://u:${key}@db/x`, /URL/],
  ['otpauth', `otpauth://totp/pbx?secret=${key}`, /secret=/],
  ['a path', `/srv/keys/${key}`, /path/],
  ['a path at home', `~/.ssh/${key}`, /path/],
  ['a path of Windows', `C:\\Keys\\${key}`, /path/],
  ['a share', `\\\\server\\keys\\${key}`, /path/],
  ['a name of a file', 'gateway-production-2026-active.pem', /path/],
  [
    'a fingerprint in hex',
    createHash('sha256')
      .update(key)
      .digest('hex')
      .replaceAll(/..(?!$)/g, '$&:'),
    /fingerprint/,
  ],
  ['bcrypt', `$2b$10$${'a'.repeat(53)}`, /hash/],
  ['argon2', `$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$${'a'.repeat(43)}`, /hash/],
  ['SHA-512 crypt', `$6$saltsalt$${'a'.repeat(86)}`, /hash/],
  ['LDAP', `{SSHA}${'a'.repeat(32)}=`, /hash/],
  ['a placeholder', '<paste-the-key-of-the-gateway-here>', /filled in/],
  ['a variable', '${SIP_GATEWAY_SIGNING_KEY_OF_PRODUCTION}', /filled in/],
  ['your key here', 'your-gateway-signing-key-goes-here', /filled in/],
  ['a part of a key', `sk-proj-****************************cdef`, /part/],
  ['a shortened key', `${key.slice(0, 20)}...${key.slice(-10)}`, /part/],
  ['percent signs', encodeURIComponent(`${key}+/==`), /URL or a page/],
  ['entities', `${key}&amp;${key}`, /URL or a page/],
  ['a publishable key', `pk_test_${'0123456789abcdef'.repeat(2)}`, /publishable/],
  ['another publishable key', `sb_publishable_${'0123456789abcdef'.repeat(2)}`, /publishable/],
  ['a sentence', 'The key of the gateway is in the safe on the third floor.', /several words/],
  ['a command', 'openssl rand -base64 48 > gateway.secret', /several words/],
  [
    'hex with blanks',
    Buffer.from(key)
      .toString('hex')
      .replaceAll(/..(?!$)/g, '$& '),
    /several words/,
  ],
];

/** No key at all, for no line. */
const REFUSED: readonly (readonly [string, string | Buffer, RegExp])[] = [
  ['typographic quotes', `\u201c${key}\u201d`, /quote/],
  ['a single typographic quote', `\u2018${key}`, /quote/],
  ['guillemets', `\u00ab${key}\u00bb`, /quote/],
  ['low quotes', `\u201e${key}\u201c`, /quote/],
  ['NAME=key in typographic quotes', `SIP_KEY=\u201c${key}\u201d`, /NAME=value/],
  ['UTF-16 with its mark', Buffer.from(`\ufeff${key}`, 'utf16le'), /UTF-16/],
  ['UTF-16 without one', Buffer.from(`${key}\r\n`, 'utf16le'), /UTF-16/],
  ['UTF-16, big end first, with its mark', Buffer.from(`\ufeff${key}`, 'utf16le').swap16(), /UTF-16/],
  ['UTF-16, big end first', Buffer.from(key, 'utf16le').swap16(), /UTF-16/],
  ['UTF-16 as text', Buffer.from(key, 'utf16le').toString('latin1'), /UTF-16/],
  [
    'a private key in UTF-16',
    Buffer.from(String(pairs.ed.privateKey.export({ format: 'pem', type: 'pkcs8' })), 'utf16le'),
    /UTF-16/,
  ],
  ['DER', pairs.rsa.privateKey.export({ format: 'der', type: 'pkcs8' }), /no text/],
  ['bytes', randomBytes(64), /no text|UTF-16/],
  ['a sign of no width', `${key.slice(0, 9)}\u200b${key.slice(9)}`, /nobody can see/],
  ['a sign of no width at the end', `${key}\u200b`, /nobody can see/],
  ['a soft hyphen', `${key.slice(0, 9)}\u00ad${key.slice(9)}`, /nobody can see/],
  ['a mark of direction', `\u202a${key}\u202c`, /nobody can see/],
  ['a byte order mark in the middle', `${key}\ufeff${key}`, /nobody can see/],
  ['another blank', `${key}\u00a0${key}`, /nobody can see/],
  ['a symmetric JWK', jwk(oct), /"k"|at "k"/],
  ['a symmetric JWK over lines', JSON.stringify(oct, null, 2), /decodes to/],
  ['a JWKS', JSON.stringify({ keys: [oct] }), /set of keys/],
  ['a private RSA JWK', jwk(pairs.rsa.privateKey.export({ format: 'jwk' })), /private key as JSON/],
  ['a private EC JWK', jwk(pairs.ec.privateKey.export({ format: 'jwk' })), /private key as JSON/],
  ['a private OKP JWK', jwk(pairs.ed.privateKey.export({ format: 'jwk' })), /private key as JSON/],
  ['a public JWK', jwk(pairs.ec.publicKey.export({ format: 'jwk' })), /public key as JSON/],
  ['.env', `# gateway\nSIP_KEY=${key}\nSIP_NEXT="${key}"\n`, /several lines of names/],
  ['YAML over lines', `sip:\n  key: ${key}\n  next: ${key}`, /several lines of names/],
  ['two lines', `${key}\n${key}`, /more than one line/],
  ['base64 that was broken into lines', `${'A'.repeat(64)}\n${'b'.repeat(24)}`, /more than one line/],
  ['JSON over lines', JSON.stringify({ secret: key }, null, 2), /JSON text/],
  ['a cell beside another', `gateway\t${key}`, /several words/],
  ['a public key of SSH', `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA${'b'.repeat(43)} asha@desk`, /public key/],
  ['an RSA public key without its lines', der('publicKey', 'rsa'), /public key/],
  ['an EC public key without its lines', der('publicKey', 'ec'), /public key/],
  ['an Ed25519 public key without its lines', der('publicKey', 'ed'), /public key/],
  ['a public key without its lines, in quotes', `"${der('publicKey', 'ed')}"`, /quote/],
  ['an RSA private key without its lines', der('privateKey', 'rsa'), /without its first and last line/],
  ['an EC private key without its lines', der('privateKey', 'ec'), /without its first and last line/],
  ['a public key in PEM', String(pairs.rsa.publicKey.export({ format: 'pem', type: 'spki' })), /That is a public key/],
  ['a certificate in PEM', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', /That is a certificate/],
  ['a fingerprint of SSH', `SHA256:${'a'.repeat(43)}`, /fingerprint/],
  ['a fingerprint of openssl', `sha256 Fingerprint=${'AB:'.repeat(31)}CD`, /fingerprint/],
];

/** A token: no key that signs, but some systems give such a text as their key. */
const TOKENS: readonly (readonly [string, string, RegExp])[] = [
  ['a JWT', jwt, /token \(JWT\)/],
  ['an unsigned JWT', `${part({ alg: 'none' })}.${part({ sub: '1001' })}.`, /token \(JWT\)/],
  [
    'an encrypted one',
    `${part({ alg: 'dir', enc: 'A256GCM' })}..${'i'.repeat(16)}.${'c'.repeat(40)}.${'t'.repeat(22)}`,
    /token \(JWT\)/,
  ],
  ['a JWT in quotes', `"${jwt}"`, /quote/],
  ['a header with a JWT', `Authorization: Bearer ${jwt}`, /name: value/],
  ['a JWT in a variable', `TOKEN='${jwt}'`, /NAME=value/],
];

const sentenceOf = (
  offered: string | Buffer,
  profile: typeof signs,
): { readonly refused: boolean; readonly sentence: string } => {
  const read = readOfferedKey(offered);
  if (!read.ok) return { refused: true, sentence: read.failure.sentence };
  const doubt = doubtAbout(read.value, profile);
  return doubt.ok
    ? { refused: false, sentence: doubt.value ?? '(none)' }
    : { refused: true, sentence: doubt.failure.sentence };
};
/** Nothing of it in the sentence: no six signs that stand together. */
function expectUnsaid(sentence: string, offered: string | Buffer): void {
  expect(sentence.length).toBeLessThanOrEqual(300);
  const secret = offered.toString().includes(key) ? key : offered.toString();
  // What a sentence and a text have in common by nature: PEM's first line, otpauth, and words.
  if (/^-----|[a-z]{4} [a-z]/.test(secret)) return;
  for (let at = 0; at + 6 <= secret.length; at += 1)
    if (/\d/.test(secret.slice(at, at + 6))) expect(sentence).not.toContain(secret.slice(at, at + 6));
}

describe('what is offered as a key', () => {
  it.each(DOUBTED)('is doubted, and used as it stands by who says so: %s', (_what, offered, words) => {
    for (const profile of [signs, issued]) {
      const { refused, sentence } = sentenceOf(offered, profile);
      expect([refused, sentence]).toEqual([false, expect.stringMatching(words)]);
      expectUnsaid(sentence, offered);
    }
    const read = readOfferedKey(` ${offered}\r\n`);
    expect(read.ok && read.value.secret.use((bytes) => Buffer.from(bytes).toString())).toBe(offered);
    // A line that signs with a private key takes no text at all, and says which key it takes (key-kinds.test.ts).
    expect(sentenceOf(offered, signsByPem)).toEqual({ refused: false, sentence: '(none)' });
  });

  it.each(REFUSED)('is refused with what it is: %s', (_what, offered, words) => {
    for (const profile of [signs, issued, signsByPem]) {
      const { refused, sentence } = sentenceOf(offered, profile);
      expect([refused, sentence]).toEqual([true, expect.stringMatching(words)]);
      expectUnsaid(sentence, offered);
    }
  });

  it.each(TOKENS)(
    'is refused where it should sign, and doubted where another system may have issued it: %s',
    (_what, offered, words) => {
      expect(sentenceOf(offered, signs)).toEqual({ refused: true, sentence: expect.stringMatching(words) as string });
      expect(sentenceOf(offered, issued)).toEqual({ refused: false, sentence: expect.stringMatching(words) as string });
      expectUnsaid(sentenceOf(offered, signs).sentence, offered);
    },
  );

  it.each([
    ['too short', '"short"', /too short/],
    ['too long', `"${'k'.repeat(4_200)}"`, /too long/],
  ])('is %s whatever it looks like', (_what, offered, words) => {
    expect(sentenceOf(offered, signs)).toEqual({ refused: true, sentence: expect.stringMatching(words) as string });
  });

  it('is a key with white space and a byte order mark around it, and without', () => {
    for (const offered of [key, `\ufeff${key}\r\n`, ` ${key}\t`, Buffer.from(`\ufeff${key}`)]) {
      const read = readOfferedKey(offered);
      expect(read.ok && read.value.likeness).toBeNull();
      expect(read.ok && read.value.secret.use((bytes) => Buffer.from(bytes).toString())).toBe(key);
    }
    expect(readOfferedKey(String(pairs.ed.privateKey.export({ format: 'pem', type: 'pkcs8' })))).toMatchObject({
      ok: true,
      value: { likeness: null, secret: { kind: 'private-key' } },
    });
  });

  it('is not doubted where it comes from what makes keys', () => {
    const makers: readonly (() => string)[] = [
      () => randomBytes(32).toString('base64url'),
      () => randomBytes(48).toString('base64'),
      () => randomBytes(33).toString('base64'),
      () => randomBytes(32).toString('base64'),
      () => randomBytes(32).toString('hex'),
      () => randomBytes(32).toString('hex').toUpperCase(),
      () => randomUUID() + randomUUID(),
      () => `sk-proj-${randomBytes(60).toString('base64url')}`,
      () => `sk_live_${randomBytes(24).toString('hex')}`,
      () => `SG.${randomBytes(16).toString('base64url')}.${randomBytes(32).toString('base64url')}`,
      () =>
        `${randomBytes(4).toString('hex')}.${randomBytes(4).toString('hex')}:${randomBytes(24).toString('base64url')}`,
      () => `xoxb-${randomBytes(6).toString('hex')}-${randomBytes(24).toString('hex')}`,
      () => 'k'.repeat(32),
    ];
    for (const make of makers)
      for (let n = 0; n < 500; n += 1) {
        const read = readOfferedKey(make());
        expect(read.ok && read.value.likeness, make.toString()).toBeNull();
      }
  });
});
