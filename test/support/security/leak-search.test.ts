import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { needlesOf, searchBytes, searchDirectory, searchTexts } from './leak-search';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** Every way in which a key of 32 bytes may be spelled somewhere. */
const canaries: [string, (key: Buffer) => Buffer][] = [
  ['raw', (key) => key],
  ['hex', (key) => Buffer.from(key.toString('hex'))],
  ['upper-case hex', (key) => Buffer.from(key.toString('hex').toUpperCase())],
  ['base64', (key) => Buffer.from(key.toString('base64'))],
  ['base64url', (key) => Buffer.from(key.toString('base64url'))],
  [
    'base64 one byte into something longer',
    (key) => Buffer.from(Buffer.concat([Buffer.from('!'), key, Buffer.from('tail')]).toString('base64')),
  ],
  [
    'base64url two bytes into something longer',
    (key) => Buffer.from(Buffer.concat([Buffer.from('!!'), key, Buffer.from('tail')]).toString('base64url')),
  ],
  ['percent-encoded base64', (key) => Buffer.from(encodeURIComponent(key.toString('base64')))],
  ['UTF-16 base64', (key) => Buffer.from(key.toString('base64'), 'utf16le')],
  ['UTF-16 hex', (key) => Buffer.from(key.toString('hex'), 'utf16le')],
  ['a Latin-1 string in UTF-8', (key) => Buffer.from(key.toString('latin1'), 'utf8')],
];

describe('needlesOf', () => {
  it.each(canaries)('finds a planted key: %s', (_, spell) => {
    for (let round = 0; round < 50; round++) {
      const key = randomBytes(32);
      const haystack = Buffer.concat([randomBytes(100), spell(key), randomBytes(100)]);
      expect(searchBytes(needlesOf(key), haystack, 'here')).not.toEqual([]);
      expect(searchBytes(needlesOf(randomBytes(32)), haystack, 'here')).toEqual([]);
    }
  });

  it.each(canaries)('finds the bytes of a key that was pasted as base64url or hex: %s', (_, spell) => {
    for (let round = 0; round < 50; round++) {
      const key = randomBytes(32 + (round % 3));
      for (const pasted of [key.toString('base64url'), key.toString('base64'), key.toString('hex')]) {
        expect(searchBytes(needlesOf(` ${pasted}\n`), spell(key), 'here')).not.toEqual([]);
        expect(searchBytes(needlesOf(pasted), spell(Buffer.from(pasted)), 'here')).not.toEqual([]);
      }
    }
  });

  it('never names the key in a hit', () => {
    const key = randomBytes(32).toString('hex');
    expect(JSON.stringify(searchBytes(needlesOf(key), Buffer.from(key), 'here'))).not.toContain(key.slice(0, 8));
  });

  it('refuses a key so short that chance finds it', () => {
    expect(() => needlesOf('secret')).toThrow(RangeError);
  });
});

describe('searchTexts', () => {
  it('finds a key within one text and does not glue two texts into one', () => {
    const key = randomBytes(24).toString('hex');
    expect(searchTexts(needlesOf(key), ['a', `b ${key} c`], 'the log').hits).not.toEqual([]);
    expect(searchTexts(needlesOf(key), [key.slice(0, 24), key.slice(24)], 'the log').hits).toEqual([]);
  });
});

describe('searchDirectory', () => {
  it('finds a canary in a file deep down and in a file name, and counts what it read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'leak-search-'));
    folders.push(folder);
    const key = randomBytes(32);
    await mkdir(join(folder, 'a', 'b'), { recursive: true });
    await writeFile(join(folder, 'a', 'innocent'), randomBytes(1000));
    expect(await searchDirectory(needlesOf(key), folder)).toMatchObject({
      hits: [],
      places: 1,
      bytes: 1000,
      unreadable: [],
    });
    await writeFile(join(folder, 'a', 'b', 'guilty'), Buffer.concat([randomBytes(70_000), key]));
    await writeFile(join(folder, `guilty-${key.toString('base64url')}`), '');
    const { hits, places } = await searchDirectory(needlesOf(key), folder);
    expect(places).toBe(3);
    expect(hits.some(({ place }) => place === join(folder, 'a', 'b', 'guilty'))).toBe(true);
    expect(hits.some(({ place }) => place.startsWith('the name of '))).toBe(true);
  });
});
