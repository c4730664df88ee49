import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createJsonFile, migrate, type JsonFile, type Migrations } from './json-file';

const schema = z.object({ version: z.literal(3), name: z.string(), list: z.array(z.number()) });
const migrations: Migrations = {
  1: (document) => ({ ...document, name: document['title'] }),
  2: (document) => ({ ...document, list: [] }),
};

let folder = '';
let path = '';
let file: JsonFile<z.infer<typeof schema>>;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringfence-json-'));
  path = join(folder, 'deeper', 'things.json');
  file = make(path);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const make = (at: string): typeof file =>
  createJsonFile({ path: at, schema, version: 3, migrations, holds: 'things', now: () => 0 });

const value = { version: 3 as const, name: 'a', list: [1, 2] };

describe('a JSON file', () => {
  it('that is not there is nothing to speak of', async () => {
    expect(await file.load()).toEqual({ value: null, notice: null });
  });

  it('comes back as it was saved, readable by its owner alone, with nothing left beside it', async () => {
    expect(await file.save(value)).toEqual({ ok: true, value: null });
    expect(await make(path).load()).toEqual({ value, notice: null });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'deeper'))).toEqual(['things.json']);
  });

  it('saved twice at once holds the later one', async () => {
    await Promise.all([file.save({ ...value, name: 'first' }), file.save({ ...value, name: 'second' })]);
    expect((await file.load()).value?.name).toBe('second');
  });

  it('that is only looked at stays as it is, damaged or not', async () => {
    path = join(folder, 'things.json');
    const looking = createJsonFile({
      path,
      schema,
      version: 3,
      migrations,
      holds: 'things',
      now: () => 0,
      readOnly: true,
    });
    writeFileSync(path, '{');
    expect(await looking.load()).toMatchObject({
      value: null,
      notice: "The file with your things can't be used (it is no JSON): things.json.",
    });
    expect(await looking.save(value)).toMatchObject({ ok: false, failure: { reason: 'file-unreadable' } });
    expect(readdirSync(folder)).toEqual(['things.json']);
    expect(readFileSync(path, 'utf8')).toBe('{');
  });

  it('that could not be written keeps what it held', async () => {
    path = join(folder, 'things.json');
    writeFileSync(path, JSON.stringify(value));
    const blocked = make(join(path, 'below-a-file.json'));
    expect(await blocked.save(value)).toMatchObject({ ok: false, failure: { reason: 'file-unreadable' } });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(value);
  });

  it.each([
    ['no JSON', '{"version": 3, "name'],
    ['empty', ''],
    ['another shape', '{"version": 3, "name": 5, "list": []}'],
    ['no object', '[1]'],
    ['without version', '{"name": "a", "list": []}'],
    ['of a version nobody knows', '{"version": 0, "name": "a", "list": []}'],
  ])('that is %s is set aside whole, with a notice', async (_what, text) => {
    await file.save(value);
    writeFileSync(path, text);
    const loaded = await make(path).load();
    expect(loaded.value).toBeNull();
    const aside = 'things.json.damaged-1970-01-01T00-00-00.000Z';
    expect(loaded.notice).toContain(aside);
    expect(loaded.notice?.length).toBeLessThanOrEqual(300);
    expect(existsSync(path)).toBe(false);
    expect(readFileSync(join(folder, 'deeper', aside), 'utf8')).toBe(text);
  });

  it('that can be neither read nor moved is never overwritten', async () => {
    // A folder in its place: readable by nobody, not even root.
    const blocked = make(folder);
    const loaded = await blocked.load();
    expect(loaded).toMatchObject({ value: null });
    expect(loaded.notice).toMatch(/can't be read \(EISDIR\)/);
    expect(await blocked.save(value)).toMatchObject({ ok: false, failure: { reason: 'file-unreadable' } });
    chmodSync(folder, 0o700);
  });

  it('of a newer version stays where it is, and nothing is written over it', async () => {
    const text = '{"version": 4, "name": "a", "list": [1], "more": true}';
    await file.save(value);
    writeFileSync(path, text);
    for (const empty of [undefined, () => ({ version: 3 as const, name: '', list: [] })]) {
      const newer = createJsonFile({
        path,
        schema,
        version: 3,
        migrations,
        holds: 'things',
        now: () => 0,
        ...(empty === undefined ? {} : { empty }),
      });
      const loaded = await newer.load();
      expect(loaded.value).toEqual(empty === undefined ? null : { version: 3, name: 'a', list: [1] });
      expect(loaded.notice).toMatch(/only looked at \(version 4 was written by a newer Ringfence\)/);
      expect(await newer.save(value)).toMatchObject({
        failure: {
          reason: 'file-unreadable',
          sentence: expect.stringContaining('start the newer Ringfence') as unknown,
        },
      });
    }
    expect(readdirSync(join(folder, 'deeper'))).toEqual(['things.json']);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it.each<[string, Buffer]>([
    ['a byte order mark', Buffer.from(`\ufeff${JSON.stringify(value)}`)],
    ['UTF-16', Buffer.from(`\ufeff${JSON.stringify(value)}`, 'utf16le')],
  ])('with %s is read', async (_what, bytes) => {
    await file.save(value);
    writeFileSync(path, bytes);
    expect(await make(path).load()).toEqual({ value, notice: null });
  });

  it('of an older version is brought up step by step', async () => {
    await file.save(value);
    writeFileSync(path, JSON.stringify({ version: 1, title: 'old' }));
    expect(await make(path).load()).toEqual({ value: { version: 3, name: 'old', list: [] }, notice: null });
  });
});

it('a JSON file that lost something when it was brought up to date says so once, and holds it no longer', async () => {
  path = join(folder, 'things.json');
  const text = JSON.stringify({ version: 2, name: 'a', hidden: 'not to be kept' });
  writeFileSync(path, text);
  const opened = (readOnly: boolean) =>
    createJsonFile({
      path,
      schema,
      version: 3,
      migrations: {
        2: ({ name }, say) => {
          say('Something hidden was taken out.');
          return { name, list: [] };
        },
      },
      holds: 'things',
      now: () => 0,
      readOnly,
    }).load();
  const lost = { value: { version: 3, name: 'a', list: [] }, notice: 'Something hidden was taken out.' };
  expect(await opened(true)).toEqual(lost);
  expect(readFileSync(path, 'utf8')).toBe(text);
  expect(await opened(false)).toEqual(lost);
  expect(readFileSync(path, 'utf8')).not.toContain('not to be kept');
  expect(await opened(false)).toEqual({ ...lost, notice: null });
});

describe('migrate', () => {
  it('leaves the document it was given alone', () => {
    const old = Object.freeze({ version: 2, name: 'x' });
    expect(migrate(old, 3, migrations)).toEqual({ version: 3, name: 'x', list: [] });
    expect(old).toEqual({ version: 2, name: 'x' });
  });
});
