import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { KeyHunt, tokenSignedWith } from './key-hunt.mjs';

const key = randomBytes(32).toString('base64url');

/** @param {string | Buffer} content */
function search(content) {
  const hunt = new KeyHunt([{ name: 'the key', token: tokenSignedWith(key) }]);
  hunt.look('here', content);
  return hunt;
}

describe('KeyHunt', () => {
  it.each([
    ['alone', key],
    ['inside JSON', `{"key":"${key}"}`],
    ['glued to letters on both sides', `zzz${key}zzz`],
    ['as UTF-16', Buffer.from(`k=${key};`, 'utf16le')],
    ['as UTF-16 at an odd offset', Buffer.concat([Buffer.from('x'), Buffer.from(key, 'utf16le')])],
    ['in base64', Buffer.from(key).toString('base64')],
    ['in base64url inside of a longer text', `a.${Buffer.from(`{"k":"${key}"}`).toString('base64url')}.b`],
    ['in base64 at another alignment', `xyz${Buffer.from(`12${key}`).toString('base64')}`],
    ['in hex', Buffer.from(key).toString('hex')],
    ['in upper-case hex at an odd offset', `0${Buffer.from(key).toString('hex').toUpperCase()}`],
    ['among bytes', Buffer.concat([randomBytes(999), Buffer.from(key), randomBytes(999)])],
  ])('finds the key %s', (_, content) => {
    expect(search(content).hits).toEqual([{ name: 'the key', place: 'here' }]);
  });

  it('finds nothing in other keys, in the token itself, and in part of the key', () => {
    const hunt = search(`${randomBytes(32).toString('base64url')} ${tokenSignedWith(key)} ${key.slice(0, -1)}`);
    expect(hunt.hits).toEqual([]);
    expect(hunt.tried).toBeGreaterThan(1);
  });

  it('names the key that it found', () => {
    const canary = randomBytes(32).toString('base64url');
    const hunt = new KeyHunt([
      { name: 'the key', token: tokenSignedWith(key) },
      { name: 'the canary', token: tokenSignedWith(canary) },
    ]);
    hunt.look('a file', canary);
    hunt.look('a heap', `${canary} ${canary} ${key}`);
    expect(hunt.hits).toEqual([
      { name: 'the canary', place: 'a file' },
      { name: 'the canary', place: 'a heap' },
      { name: 'the key', place: 'a heap' },
    ]);
  });

  it('refuses a token without a signature', () => {
    expect(() => new KeyHunt([{ name: 'x', token: 'a.b.' }])).toThrow('no signed token');
  });
});
