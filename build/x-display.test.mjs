import { describe, expect, it } from 'vitest';
import { findCookie, parseDisplay } from './x-display.mjs';

describe('parseDisplay', () => {
  it.each([
    [':0', { host: null, number: 0 }],
    [':12.1', { host: null, number: 12 }],
    ['unix:3', { host: null, number: 3 }],
    ['far.example:10.0', { host: 'far.example', number: 10 }],
    ['', null],
    ['wayland-0', null],
  ])('%j', (text, display) => {
    expect(parseDisplay(text)).toEqual(display);
  });
});

describe('findCookie', () => {
  /** @param {string | Buffer} content */
  const field = (content) => {
    const bytes = Buffer.from(content);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  /** @param {string} display @param {string} name @param {Buffer} data */
  const entry = (display, name, data) =>
    Buffer.concat([Buffer.from([1, 0]), field('host'), field(display), field(name), field(data)]);
  const [first, second] = [Buffer.alloc(16, 1), Buffer.alloc(16, 2)];

  it('finds the cookie of the display', () => {
    const file = Buffer.concat([
      entry('0', 'XDM-AUTHORIZATION-1', second),
      entry('0', 'MIT-MAGIC-COOKIE-1', first),
      entry('1', 'MIT-MAGIC-COOKIE-1', second),
    ]);
    expect(findCookie(file, 0)?.data.equals(first)).toBe(true);
    expect(findCookie(file, 1)?.data.equals(second)).toBe(true);
    expect(findCookie(file, 2)).toBeNull();
  });

  it('makes nothing of a damaged file', () => {
    expect(findCookie(entry('0', 'MIT-MAGIC-COOKIE-1', first).subarray(0, 5), 0)).toBeNull();
  });
});
