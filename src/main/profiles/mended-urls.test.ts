/** A profiles.json of version 4, in which URLs were taken as they were typed, on a real disk. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporary-folder';
import { profilesSnapshot } from '../../contracts/profile/profile';
import { mendedUrl } from './mended-urls';
import { openProfileStore, profilesFile, PROFILES_VERSION, type ProfileStore } from './profile-store';
import { exampleProfile } from '../../../test/support/app/example-profile';

const INSTALL = '0a8f7a7e-0f4b-4a52-9c55-2f3d2f0c8a11';
const parsed = exampleProfile({
  presentation: { kind: 'query', parameter: 'jwt' },
});
const line = (id: string, more: object = {}) => ({ ...parsed, id, name: `Line ${id}`, ...more });
const http = (more: object) => ({
  kind: 'generic-http',
  method: 'POST',
  url: 'https://t.example.com/issue',
  headers: [],
  body: '',
  answer: 'json',
  token: '/token',
  expiresAt: '',
  gatewayUrl: '',
  username: '',
  password: '',
  iceServers: '',
  ...more,
});
const records = { active: { fingerprint: '01234567', addedAt: 1, origin: 'file' }, next: null, retired: null };

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const lay = (...profiles: readonly object[]): Promise<void> =>
  writeFile(
    join(folder, 'profiles.json'),
    JSON.stringify({
      version: 4,
      installId: INSTALL,
      activeProfileId: 'a',
      profiles,
      keyRecords: { a: records },
      instanceIds: {},
    }),
  );
const open = (readOnly = false): Promise<ProfileStore> =>
  openProfileStore(profilesFile(folder, { now: () => 0, readOnly }));
const onDisk = (): Promise<string> => readFile(join(folder, 'profiles.json'), 'utf8');

describe('an old URL', () => {
  it.each([
    ['wss://pbx.example.com/ws', 'wss://pbx.example.com/ws'],
    ['wss://PBX.example.com', 'wss://PBX.example.com'],
    ['wss:/pbx.example.com', 'wss://pbx.example.com'],
    ['wss:pbx.example.com/ws?v=1', 'wss://pbx.example.com/ws?v=1'],
    ['wss:///pbx.example.com/', 'wss://pbx.example.com/'],
    ['wss:\\\\pbx.example.com\\ws', 'wss://pbx.example.com/ws'],
    [' wss://pbx.example.com/ws ', 'wss://pbx.example.com/ws'],
    ['wss://pbx.exam\nple.com/ws', 'wss://pbx.example.com/ws'],
    ['wss://pbx.example.com/w s', 'wss://pbx.example.com/w%20s'],
    ['wss://\uff50bx\u3002example.com:8443/ws', 'wss://pbx.example.com:8443/ws'],
    ['wss://b\u00fccher.example/ws', 'wss://xn--bcher-kva.example/ws'],
    ['wss://pbx%2Eexample.com/ws', 'wss://pbx.example.com/ws'],
    ['ws://2130706433:4000/', 'ws://127.0.0.1:4000/'],
    ['wss://@pbx.example.com/ws', 'wss://pbx.example.com/ws'],
    ['wss://pbx.example.com/ws#', 'wss://pbx.example.com/ws'],
    // Whoever typed these meant something that nobody knows.
    ['wss://a,b/ws', 'wss://a,b/ws'],
    ['nonsense', 'nonsense'],
    ['', ''],
  ])('%j is %j', (old, now) => {
    expect(mendedUrl(old, 'wss')).toBe(now);
    // It leads where it led.
    if (URL.canParse(old))
      expect([new URL(now).host, new URL(now).protocol]).toEqual([new URL(old).host, new URL(old).protocol]);
  });
});

describe('a profiles.json of version 4', () => {
  it('keeps its profiles as they are where their URLs are well written', async () => {
    const profiles = [line('a'), line('b', { provider: http({ url: 'https://t.example.com/issue?tenant=1' }) })];
    await lay(...profiles);
    const store = await open();
    expect([store.profiles().slice(1), store.notice, store.installId]).toEqual([profiles, null, INSTALL]);
    expect(JSON.parse(await onDisk())).toMatchObject({
      version: PROFILES_VERSION,
      profiles,
      keyRecords: { a: records },
    });
  });

  it('keeps its profiles with their URLs written as they were read', async () => {
    await lay(
      line('a', { gatewayUrl: 'wss:/pbx.example.com' }),
      line('b', { provider: http({ url: 'https:t.example.com/issue' }) }),
      line('c', { provider: { kind: 'sautikit', baseUrl: 'https:\\\\api.example.com' } }),
    );
    const store = await open();
    expect([store.find('a')?.gatewayUrl, store.find('b')?.provider, store.find('c')?.provider]).toMatchObject([
      'wss://pbx.example.com',
      { url: 'https://t.example.com/issue' },
      { baseUrl: 'https://api.example.com' },
    ]);
    expect([store.notice, store.keyRecords('a').active?.fingerprint]).toEqual([null, '01234567']);
    expect(await readdir(folder)).toEqual(['profiles.json']);
  });

  it('loses the secrets in its URLs, from the disk too, says in whose, and shows nothing of them', async () => {
    await lay(
      line('a', { gatewayUrl: 'wss://pbx.example.com/ws?v=1&access_token=s3cr3t-0123' }),
      line('b', { gatewayUrl: 'wss:/pbx.example.com/ws?jwt=s3cr3t-0123' }),
      line('c', { gatewayUrl: 'wss://asha:s3cr3t-0123@pbx.example.com/ws' }),
      line('d', { provider: http({ url: 'https://t.example.com/issue;token=s3cr3t-0123' }) }),
      line('e'),
    );
    const looked = await open(true);
    expect(await onDisk(), 'who only looks changes nothing').toContain('s3cr3t-0123');
    const store = await open();
    for (const each of [looked, store]) {
      expect(
        each
          .profiles()
          .slice(1)
          .map(({ gatewayUrl }) => gatewayUrl),
      ).toEqual([
        'wss://pbx.example.com/ws?v=1&access_token=',
        'wss://pbx.example.com/ws?jwt=',
        'wss://pbx.example.com/ws',
        'wss://pbx.example.com/ws',
        'wss://pbx.example.com/ws',
      ]);
      expect(each.notice).toMatch(/^The gateway URL of "Line a" held a secret, which was taken out of it/);
      expect(each.notice).toContain('"Line b"');
      expect(profilesSnapshot.shape.notice.safeParse(each.notice).success).toBe(true);
      expect(JSON.stringify([each.profiles(), each.notice])).not.toContain('s3cr3t');
    }
    expect(await onDisk()).not.toContain('s3cr3t');
    expect(await readdir(folder)).toEqual(['profiles.json']);
    expect((await open()).notice).toBeNull();
  });

  it('loses by name the profile whose gateway nobody can make out, and no other', async () => {
    await lay(line('a', { gatewayUrl: 'wss:/pbx.example.com' }), line('b', { gatewayUrl: 'wss://a,b/ws' }), line('c'));
    const store = await open();
    expect(
      store
        .profiles()
        .map(({ id, gatewayUrl }) => [id, gatewayUrl])
        .slice(1),
    ).toEqual([
      ['a', 'wss://pbx.example.com'],
      ['c', 'wss://pbx.example.com/ws'],
    ]);
    expect(store.notice).toMatch(
      /^Of your profiles "Line b" could not be used \(profiles\.1\.gatewayUrl: name one host: .*\) and is set aside/,
    );
    expect([store.installId, store.keyRecords('a').active?.fingerprint]).toEqual([INSTALL, '01234567']);
    const aside = (await readdir(folder)).find((name) => name.includes('damaged')) ?? '';
    expect(await readFile(join(folder, aside), 'utf8')).toContain('wss://a,b/ws');
  });
});
