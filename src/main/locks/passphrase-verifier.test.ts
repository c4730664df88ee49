import { scryptSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { scryptChecks } from './passphrase-verifier';
import { Secret } from '../secrets/secret';

const { fits, verifierFor } = scryptChecks;

const textOf = (secret: Secret): string => secret.use((bytes) => Buffer.from(bytes).toString());
const made = async (passphrase: string): Promise<Secret> => {
  const result = await verifierFor(passphrase);
  if (!result.ok) throw new Error(result.failure.sentence);
  return result.value;
};
const secret = (text: string): Secret => {
  const result = Secret.fromText(text);
  if (!result.ok) throw new Error(result.failure.sentence);
  return result.value;
};

describe('a verifier', () => {
  it('is fitted by its passphrase alone', async () => {
    const verifier = await made('eight or more');
    expect(await fits('eight or more', verifier)).toBe(true);
    expect(await fits('eight or mor', verifier)).toBe(false);
    expect(await fits('Eight or more', verifier)).toBe(false);
    expect(await fits('', verifier)).toBe(false);
  });

  it('is scrypt with N = 2^15, r = 8, p = 3 and a salt of its own', async () => {
    const texts = [textOf(await made('the same twice')), textOf(await made('the same twice'))];
    expect(texts[0]).not.toBe(texts[1]);
    const [, salt = '', hash = ''] = /^\$scrypt\$ln=15,r=8,p=3\$([\w+/]{22})\$([\w+/]{43})$/.exec(texts[0] ?? '') ?? [];
    const expected = scryptSync('the same twice', Buffer.from(salt, 'base64'), 32, {
      N: 2 ** 15,
      r: 8,
      p: 3,
      maxmem: 2 ** 27,
    });
    expect(Buffer.from(hash, 'base64').equals(expected)).toBe(true);
    expect(texts.join()).not.toContain('same');
  });

  it('takes composed and decomposed letters for the same', async () => {
    expect(await fits('cafe\u0301 cr\u00e8me', await made('caf\u00e9 cre\u0300me'))).toBe(true);
  });

  it.each([
    ['7 letters', '1234567', false],
    ['7 letters, 8 code points before NFC', 'cafe\u0301 1', false],
    ['7 of what takes two UTF-16 units', '\u{1f511}'.repeat(7), false],
    ['8 letters', '12345678', true],
    ['8 of what takes two UTF-16 units', '\u{1f511}'.repeat(8), true],
  ])('of %s', async (_what, passphrase, accepted) => {
    expect(await verifierFor(passphrase)).toMatchObject(
      accepted ? { ok: true } : { ok: false, failure: { reason: 'invalid-input' } },
    );
  });

  it.each([
    ['is no verifier', 'k'.repeat(43)],
    ['is weaker than ours', '$scrypt$ln=10,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
    [
      'would eat all memory',
      '$scrypt$ln=30,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    ],
    ['has a short hash', '$scrypt$ln=15,r=8,p=3$AAAAAAAAAAAAAAAAAAAAAA$AAAA'],
  ])('that %s is fitted by nothing', async (_what, text) => {
    expect(await fits('', secret(text))).toBe(false);
    expect(await fits('anything at all', secret(text))).toBe(false);
  });
});
