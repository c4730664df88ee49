import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { fingerprintOf, Secret } from './secret';

const text = 'not-a-real-key-only-a-test-0123456789';
const made = (): Secret => {
  const result = Secret.fromText(text);
  if (!result.ok) throw new Error(result.failure.sentence);
  return result.value;
};

describe('a secret', () => {
  it('prints [redacted] however it is printed', () => {
    const secret = made();
    const printed = [
      String(secret),
      secret.toString(),
      ['', secret].join(''),
      JSON.stringify({ secret }),
      inspect(secret),
      inspect({ deep: { secret } }, { depth: 9, showHidden: true }),
      Object.values(secret).join(),
    ];
    for (const each of printed) expect(each).not.toContain(text);
    expect(JSON.stringify({ secret })).toBe('{"secret":"[redacted]"}');
  });

  it('does not survive structured cloning', () => {
    expect(JSON.stringify(structuredClone({ secret: made() }))).not.toContain(text);
  });

  it('gives its bytes to one function only', () => {
    expect(made().use((bytes) => Buffer.from(bytes).toString())).toBe(text);
  });

  it('is trimmed and known by its fingerprint', () => {
    const result = Secret.fromText(`\n  ${text}\r\n`);
    expect(result).toMatchObject({ ok: true, value: { fingerprint: fingerprintOf(text) } });
    expect(fingerprintOf('abc')).toBe('ba7816bf');
  });

  it.each([
    ['empty', ''],
    ['too short', 'x'.repeat(15)],
    ['too short without its spaces', ` ${'x'.repeat(15)} `],
    ['too long', 'x'.repeat(4097)],
    ['of two lines', `${'x'.repeat(32)}\n${'y'.repeat(32)}`],
    ['not ASCII', 'é'.repeat(40)],
  ])('is refused when %s', (_why, offered) => {
    const result = Secret.fromText(offered);
    expect(result).toMatchObject({ ok: false, failure: { reason: 'key-unusable' } });
    if (!result.ok && offered.length > 3) expect(result.failure.sentence).not.toContain(offered.trim().slice(0, 8));
  });

  it.each([16, 32, 4096])('of %i characters is accepted', (length) => {
    expect(Secret.fromText('k'.repeat(length)).ok).toBe(true);
  });

  it('is generated with 32 random bytes as base64url', () => {
    const read = (secret: Secret): string => secret.use((bytes) => Buffer.from(bytes).toString());
    const one = read(Secret.generate());
    expect(Buffer.from(one, 'base64url')).toHaveLength(32);
    expect(one).toMatch(/^[\w-]{43}$/);
    expect(read(Secret.generate())).not.toBe(one);
  });
});
