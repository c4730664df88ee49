import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporary-folder';
import { profilePolicy } from '../../contracts/policy/policy';
import { openManagedPolicy, type ManagedPolicy } from './managed-policy';
import { readTrustedFile, stampOf, unmountedDisk, type TrustedFile } from './trusted-file';

const OWN = process.getuid?.() ?? 0;
const OWNERS = [0, OWN];
const STRANGER = 12_345;
const TEXT = '{ "version": 1, "all": { "dial": { "deny": ["+1900*"] } } }';

let folder: string;
let path: string;
const opened: ManagedPolicy[] = [];
beforeEach(async () => {
  folder = await temporaryFolder();
  await mkdir(join(folder, 'etc'), { mode: 0o755 });
  path = join(folder, 'etc', 'policy.json');
});
afterEach(async () => {
  for (const each of opened.splice(0)) each.stop();
  await rm(folder, { recursive: true, force: true });
});

const write = (at = path): Promise<void> => writeFile(at, TEXT, { mode: 0o644 });
const read = (owners: readonly number[] = OWNERS): Promise<TrustedFile> => readTrustedFile({ path, owners });
const why = async (owners?: readonly number[]): Promise<string> => {
  const file = await read(owners);
  return file.is === 'refused' ? file.why : file.is;
};
/** What a line may do under whatever lies there now. */
async function opens(): Promise<ManagedPolicy> {
  const managed = await openManagedPolicy({ place: { path, owners: OWNERS }, onProblem: () => undefined });
  opened.push(managed);
  return managed;
}
const ownPolicy = { id: 'work', environment: 'production', policy: profilePolicy.parse({}) } as const;
const isStrictest = (managed: ManagedPolicy): boolean =>
  managed.effective(ownPolicy).values.dial.deny.includes('*') && managed.adminLock() === 'required';

describe("the admin's policy file", () => {
  it('is read where the admin has put it, or a link to it', async () => {
    await write();
    expect(await read()).toEqual({ is: 'read', text: TEXT });
    await rename(path, join(folder, 'managed.json'));
    await symlink('../managed.json', path);
    expect(await read()).toEqual({ is: 'read', text: TEXT });
    await rename(join(folder, 'etc'), join(folder, 'elsewhere'));
    await symlink(join(folder, 'elsewhere'), join(folder, 'etc'));
    expect(await read()).toEqual({ is: 'read', text: TEXT });
  });

  it('is absent where nothing is, and neither its folder', async () => {
    expect(await why()).toBe('absent');
    await rm(join(folder, 'etc'), { recursive: true });
    expect(await why()).toBe('absent');
    expect((await opens()).notice()).toBeNull();
  });

  it.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'a link that leads nowhere',
      () => symlink(join(folder, 'mnt', 'policy.json'), path),
      /a link .* leads to .*mnt, where nothing is/,
    ],
    [
      'its folder a link that leads nowhere',
      async () => {
        await rm(join(folder, 'etc'), { recursive: true });
        await symlink('/mnt/none-here/ringfence', join(folder, 'etc'));
      },
      /where nothing is/,
    ],
    [
      'its folder a link to an empty one, as the place of a disk is',
      async () => {
        await rm(join(folder, 'etc'), { recursive: true });
        await mkdir(join(folder, 'disk'));
        await symlink(join(folder, 'disk'), join(folder, 'etc'));
      },
      /leads to .*disk.policy\.json, where nothing is/,
    ],
    ['a link to itself', () => symlink(path, path), /links lead in a circle/],
    [
      'a file in place of its folder',
      async () => {
        await rm(join(folder, 'etc'), { recursive: true });
        await write(join(folder, 'etc'));
      },
      /etc is no folder/,
    ],
    ['a folder in its own place', () => mkdir(path), /policy\.json is a folder/],
    [
      'a pipe, which nobody writes to',
      () => Promise.resolve(execFileSync('mkfifo', ['-m', '600', path])),
      /it is no ordinary file/,
    ],
    ['too long a file', () => writeFile(path, 'x'.repeat(2 * 1024 * 1024), { mode: 0o644 }), /too long/],
    [
      'a file that everybody may write',
      async () => {
        await write();
        await chmod(path, 0o666);
      },
      /everybody may write to .*policy\.json/,
    ],
    [
      'a folder that everybody may write',
      async () => {
        await write();
        await chmod(join(folder, 'etc'), 0o777);
      },
      /everybody may write to .*etc/,
    ],
    [
      'an empty folder that everybody may write would be one for a file of theirs',
      () => chmod(join(folder, 'etc'), 0o777),
      /everybody may write to .*etc/,
    ],
    [
      'what a link leads to lies where everybody may write',
      async () => {
        await mkdir(join(folder, 'shared'));
        await chmod(join(folder, 'shared'), 0o777);
        await write(join(folder, 'shared', 'policy.json'));
        await symlink(join(folder, 'shared', 'policy.json'), path);
      },
      /everybody may write to .*shared/,
    ],
  ])('holds everything at its strictest: %s', async (_what, lay, sentence) => {
    await lay();
    expect(await why()).toMatch(sentence);
    const managed = await opens();
    expect(isStrictest(managed)).toBe(true);
    expect(managed.notice()).toContain("The admin's policy file can't be read");
  });

  it.skipIf(OWN !== 0).each<[string, () => Promise<unknown>, RegExp]>([
    [
      'the file of another user',
      async () => {
        await write();
        await chown(path, STRANGER, 0);
      },
      /policy\.json belongs to the user 12345/,
    ],
    [
      'the folder of another user',
      async () => {
        await write();
        await chown(join(folder, 'etc'), STRANGER, 0);
      },
      /etc belongs to the user 12345/,
    ],
    [
      'a group that may write',
      async () => {
        await write();
        await chown(path, 0, STRANGER);
        await chmod(path, 0o664);
      },
      /the group 12345 may write to .*policy\.json/,
    ],
  ])('holds everything at its strictest for %s', async (_what, lay, sentence) => {
    await lay();
    expect(await why()).toMatch(sentence);
    expect(isStrictest(await opens())).toBe(true);
  });

  it("is nobody else's, whoever runs Ringfence", async () => {
    await write();
    expect(await why([STRANGER])).toMatch(/belongs to the user \d+, and not to the admin/);
  });
});

describe('a disk that is not mounted', () => {
  it('is known by the table of disks', async () => {
    const place = join(folder, 'my disk');
    const table = join(folder, 'fstab');
    const line = (options: string): string =>
      `# disks\nUUID=1 / ext4 defaults 0 1\nUUID=2 none swap sw 0 0\nUUID=3 ${place.replaceAll(' ', '\\040')} ext4 ${options} 0 2\n`;
    await writeFile(table, line('defaults'));
    expect(await unmountedDisk(join(place, 'policy.json'), table)).toBe(place);
    await mkdir(place);
    expect(await unmountedDisk(join(place, 'policy.json'), table)).toBe(place);
    expect(await unmountedDisk(join(folder, 'other', 'policy.json'), table)).toBeNull();
    await writeFile(table, line('bind'));
    expect(await unmountedDisk(join(place, 'policy.json'), table)).toBeNull();
    expect(await unmountedDisk(join(place, 'policy.json'), join(folder, 'none'))).toBeNull();
  });
});

describe('a change of the file', () => {
  it('is seen whatever changes on the way to it, and nothing else is', async () => {
    const place = { path, owners: OWNERS };
    const stamps = [await stampOf(place)];
    const note = async (): Promise<number> => stamps.push(await stampOf(place));
    await symlink('target.json', path);
    await note();
    await write(join(folder, 'etc', 'target.json'));
    await note();
    await chmod(join(folder, 'etc', 'target.json'), 0o600);
    await note();
    await chmod(join(folder, 'etc'), 0o700);
    await note();
    await rm(path);
    await note();
    expect(new Set(stamps).size).toBe(stamps.length);
    await writeFile(join(folder, 'etc', 'beside'), '');
    expect(await stampOf(place)).toBe(stamps.at(-1));
  });

  it('is told to whoever follows, also one from before, and never to nobody', async () => {
    const managed = await opens();
    // Other files are still being opened: there is nobody yet who could hear of it.
    await write();
    expect(managed.effective(ownPolicy).file).toBeNull();
    const onChanged = vi.fn();
    managed.follow(onChanged);
    await vi.waitFor(() => expect(onChanged).toHaveBeenCalledOnce(), { timeout: 15_000 });
    expect(managed.effective(ownPolicy).values.dial.deny).toEqual(['+1900*']);
    await rm(path);
    await symlink('gone.json', path);
    await vi.waitFor(() => expect(isStrictest(managed)).toBe(true), { timeout: 15_000 });
  }, 40_000);
});

it.each<[string, (text: string) => Buffer]>([
  ['UTF-16, little end first', (text) => Buffer.from(`\ufeff${text}`, 'utf16le')],
  ['UTF-16, big end first', (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
  ['UTF-16 without a mark', (text) => Buffer.from(text, 'utf16le')],
  ['UTF-16 without a mark, big end first', (text) => Buffer.from(text, 'utf16le').swap16()],
  ['UTF-8 with a mark', (text) => Buffer.from(`\ufeff${text}`, 'utf8')],
])('is read as %s', async (_what, bytes) => {
  await writeFile(path, bytes(TEXT), { mode: 0o644 });
  expect(await read()).toEqual({ is: 'read', text: TEXT });
  expect((await opens()).effective(ownPolicy).values.dial.deny).toEqual(['+1900*']);
});
