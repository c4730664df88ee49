import { describe, expect, it } from 'vitest';
import { partyLabel, partyOf, plainText } from './party';

describe('what the network says about a caller', () => {
  it.each([
    ['Asha\u202eIJEJN', 'Asha IJEJN'],
    ['a\u0000b\u0007c\r\nd', 'a b c d'],
    ['\u2066hidden\u2069', 'hidden'],
    ['zero\u200bwidth\ufeff', 'zero width'],
    ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
    ['  Nj\u00f6ri   \u0639\u0644\u064a ', 'Nj\u00f6ri \u0639\u0644\u064a'],
  ])('%j reads %j', (hostile, plain) => {
    expect(plainText(hostile)).toBe(plain);
  });
  it('is cut at 120 characters, never inside one', () => {
    const cut = plainText('\u{1F600}'.repeat(500));
    expect(Array.from(cut)).toHaveLength(120);
    expect(cut.endsWith('\u{1F600}')).toBe(true);
  });
  it('drops a name that only repeats the number', () => {
    expect(partyLabel(partyOf('1002', 'h', '1002'))).toBe('1002');
    expect(partyOf('1002', 'h', '1002').displayName).toBe('');
    expect(partyLabel(partyOf('1002', 'h', 'Kamau'))).toBe('Kamau');
  });
});
