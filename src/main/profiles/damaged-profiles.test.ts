/** A profiles.json that somebody has edited, that another program has written, or that a newer Ringfence has left. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporary-folder';
import { profile as profileSchema, profilesSnapshot } from '../../contracts/profile/profile';
import { openProfileStore, profilesFile, PROFILES_VERSION, type ProfileStore } from './profile-store';
import { exampleProfile } from '../../../test/support/app/example-profile';

const INSTALL = '0a8f7a7e-0f4b-4a52-9c55-2f3d2f0c8a11';
const ASIDE = 'profiles.json.damaged-1970-01-01T00-00-00.000Z';
const line = (id: string) => ({
  ...exampleProfile({
    id,
    name: `Line ${id}`,
    identity: `${id}@pbx.example.com`,
  }),
});
const key = { fingerprint: '01234567', addedAt: 1, origin: 'file', place: 'next' };
const records = { active: key, next: null, retired: null };
const document = {
  version: PROFILES_VERSION,
  installId: INSTALL,
  activeProfileId: 'b',
  profiles: [line('a'), line('b'), line('c')],
  keyRecords: { a: records, b: records },
  instanceIds: { b: '5a0fd8f4-6a6c-4e36-8a53-95a4c1b7a111' },
};

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (readOnly = false): Promise<ProfileStore> =>
  openProfileStore(profilesFile(folder, { now: () => 0, readOnly }));
const lay = (content: object | string | Buffer): Promise<void> =>
  writeFile(
    join(folder, 'profiles.json'),
    typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content),
  );
const ids = (store: ProfileStore): string[] => store.profiles().map(({ id }) => id);

describe('a damaged profiles.json', () => {
  it.each<[string, object, string[], string[]]>([
    [
      'one with a gateway that is none',
      { profiles: [line('a'), { ...line('b'), gatewayUrl: 'ws://pbx' }, line('c')] },
      ['a', 'c'],
      ['"Line b"'],
    ],
    ['one that is no profile', { profiles: [line('a'), 5, line('b'), line('c')] }, ['a', 'b', 'c'], ['profiles.1']],
    [
      'two',
      { profiles: [{ ...line('a'), id: 'A B' }, line('b'), { ...line('c'), policy: { tokenLifeS: 0 } }] },
      ['b'],
      ['"Line a"', '"Line c"'],
    ],
    [
      'with a rule that cannot be read, which would be none without it',
      { profiles: [{ ...line('a'), policy: { dial: { deny: ['+1 900!'] } } }, line('b')] },
      ['b'],
      ['"Line a"'],
    ],
    ['no list of them', { profiles: 'none' }, [], ['profiles']],
    ['none at all', { profiles: undefined }, [], ['profiles']],
    [
      'more than there may be',
      { profiles: Array.from({ length: 1_001 }, (_, n) => line(`n${n}`)) },
      Array.from({ length: 1_000 }, (_, n) => `n${n}`),
      ['"Line n1000"'],
    ],
    ['a key record that is none', { keyRecords: { a: records, b: { active: 5 } } }, ['a', 'b', 'c'], ['keyRecords.b']],
    ['an instance-id that is none', { instanceIds: { b: 'x' } }, ['a', 'b', 'c'], ['instanceIds.b']],
    ['a line in use that has no name', { activeProfileId: null }, ['a', 'b', 'c'], ['activeProfileId']],
  ])('loses nothing but what is wrong: %s', async (_what, wrong, left, lost) => {
    const text = JSON.stringify({ ...document, ...wrong });
    await lay(text);
    const store = await open();
    expect(ids(store)).toEqual(['practice', ...left]);
    expect(store.installId).toBe(INSTALL);
    expect(store.keyRecords('a').active?.fingerprint).toBe('01234567');
    for (const name of lost) expect(store.notice).toContain(name);
    expect(store.notice).toContain(ASIDE);
    expect(profilesSnapshot.shape.notice.safeParse(store.notice).success).toBe(true);
    // All of it is there for whoever puts it right, and the next start finds no damage.
    expect(await readFile(join(folder, ASIDE), 'utf8')).toBe(text);
    const again = await open();
    expect([ids(again), again.notice, again.installId]).toEqual([['practice', ...left], null, INSTALL]);
  });

  it.each<[string, Buffer | string]>([
    ['a byte order mark', `\ufeff${JSON.stringify(document)}`],
    ['UTF-16, as PowerShell writes it', Buffer.from(`\ufeff${JSON.stringify(document)}`, 'utf16le')],
  ])('is none with %s', async (_what, content) => {
    await lay(content);
    const store = await open();
    expect([ids(store), store.notice, store.installId]).toEqual([['practice', 'a', 'b', 'c'], null, INSTALL]);
  });

  it.each<[string, string]>([
    ['ends too soon', JSON.stringify(document).slice(0, -20)],
    ['has a comma too many', JSON.stringify(document).replace('{', '{,')],
  ])('that is no JSON keeps the id of the installation: it %s', async (_what, text) => {
    await lay(text);
    const store = await open();
    expect([ids(store), store.installId]).toEqual([['practice'], INSTALL]);
    expect(await readFile(join(folder, ASIDE), 'utf8')).toBe(text);
    expect((await open()).installId).toBe(INSTALL);
  });

  it('without its version is read as what it can be', async () => {
    await lay({ ...document, version: undefined });
    expect(ids(await open())).toEqual(['practice', 'a', 'b', 'c']);
  });

  it('is left alone by who only looks', async () => {
    const text = JSON.stringify({ ...document, profiles: [line('a'), 5] });
    await lay(text);
    const store = await open(true);
    expect([ids(store), store.installId]).toEqual([['practice', 'a'], INSTALL]);
    expect(await readdir(folder)).toEqual(['profiles.json']);
    expect(await readFile(join(folder, 'profiles.json'), 'utf8')).toBe(text);
  });
});

it('a profiles.json of a newer Ringfence gives its lines, and nothing is ever written over it', async () => {
  const newer = {
    ...document,
    version: PROFILES_VERSION + 1,
    profiles: [line('a'), { ...line('b'), provider: { kind: 'new' } }],
    more: 1,
  };
  await lay(newer);
  const store = await open();
  expect([ids(store), store.installId]).toEqual([['practice', 'a'], INSTALL]);
  expect(store.notice).toMatch(/newer Ringfence.*profiles\.json stays as it is.*"Line b" can't be used/);
  expect(await store.save(profileSchema.parse(line('d')))).toMatchObject({ failure: { reason: 'file-unreadable' } });
  expect(await store.select('a')).toMatchObject({ failure: { reason: 'file-unreadable' } });
  store.instanceId('a');
  expect(await store.remove('a')).toMatchObject({ failure: { reason: 'file-unreadable' } });
  expect(JSON.parse(await readFile(join(folder, 'profiles.json'), 'utf8'))).toEqual(newer);
  expect(await readdir(folder)).toEqual(['profiles.json']);
});
