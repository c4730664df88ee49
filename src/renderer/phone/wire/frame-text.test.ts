import { describe, expect, it } from 'vitest';
import { frameText } from './frame-text';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const buffer = (view: Uint8Array): ArrayBuffer => Uint8Array.from(view).buffer;
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the text of a frame', () => {
  it.each<readonly [string, unknown, string | null]>([
    ['a text frame', 'OPTIONS sip:a@b SIP/2.0', 'OPTIONS sip:a@b SIP/2.0'],
    ['an empty text frame', '', ''],
    ['ASCII', buffer(utf8('INVITE')), 'INVITE'],
    ['UTF-8 of two bytes', buffer(utf8('M\u00fcller')), 'M\u00fcller'],
    ['UTF-8 of three bytes', buffer(utf8('\u20ac')), '\u20ac'],
    ['UTF-8 of four bytes', buffer(utf8('\u{1f600}')), '\u{1f600}'],
    ['a byte order mark is kept', buffer(utf8('\ufeffA')), '\ufeffA'],
    ['Latin-1', buffer(bytes(0x4d, 0xfc, 0x6c)), 'M\u00fcl'],
    ['Latin-1 whose bytes windows-1252 reads otherwise', buffer(bytes(0x80, 0x9f)), '\u0080\u009f'],
    ['UTF-8 cut in the middle is Latin-1', buffer(bytes(0x41, 0xe2, 0x82)), 'A\u00e2\u0082'],
    ['an overlong form is Latin-1', buffer(bytes(0xc0, 0xaf)), '\u00c0\u00af'],
    ['half of a surrogate pair in UTF-8 is Latin-1', buffer(bytes(0xed, 0xa0, 0x80)), '\u00ed\u00a0\u0080'],
    ['bytes inside of a larger buffer', bytes(0x20, 0x41, 0x42, 0x20).subarray(1, 3), 'AB'],
    ['a Buffer of Node', Buffer.from('OPTIONS'), 'OPTIONS'],
    ['an empty binary frame', new ArrayBuffer(0), ''],
    ['a Blob can not be read at once', new Blob(['A']), null],
    ['nothing', undefined, null],
  ])('%s', (_name, data, expected) => {
    expect(frameText(data)).toBe(expected);
  });

  it('reads a large frame of Latin-1', () => {
    const large = new Uint8Array(300_000).fill(0xfc);
    expect(frameText(buffer(large))).toBe('\u00fc'.repeat(300_000));
  });
});
