import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporary-folder';
import { claimProblem, folderProblem, pathProblem } from './usable-folder';

let at: string;
beforeEach(async () => {
  at = await temporaryFolder();
});
afterEach(() => rm(at, { recursive: true, force: true }));

describe('a folder for an installation', () => {
  it('is made where it is not there, for its owner alone, and nothing stays in it', () => {
    const folder = join(at, 'new', 'one');
    expect(pathProblem(folder)).toBeNull();
    expect(existsSync(folder)).toBe(false);
    expect(folderProblem(folder)).toBeNull();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder)).toEqual([]);
    expect(folderProblem(folder)).toBeNull();
  });

  it.each<[string, (at: string) => string, RegExp]>([
    ['relative', () => 'profiles/one', /the folder profiles\/one: it is not a whole path/],
    ['with a home that no shell has written out', () => '~/ringfence', /not a whole path/],
    ['a name that is too long', (folder) => join(folder, 'x'.repeat(256)), /too long/],
    [
      'a path that is too long',
      (folder) => join(folder, ...Array.from({ length: 40 }, () => 'x'.repeat(100))),
      /too long/,
    ],
    [
      'a file',
      (folder) => {
        writeFileSync(join(folder, 'file'), '');
        return join(folder, 'file');
      },
      /it is no folder/,
    ],
    [
      'below a file',
      (folder) => {
        writeFileSync(join(folder, 'file'), '');
        return join(folder, 'file', 'one');
      },
      /something on its path is no folder/,
    ],
    [
      'a link that leads nowhere',
      (folder) => {
        symlinkSync(join(folder, 'gone', 'deeper'), join(folder, 'link'));
        return join(folder, 'link');
      },
      /can't use the folder/,
    ],
    ['one where nobody may write', () => '/proc/none', /can't use the folder \/proc\/none/],
  ])('is none: %s', (_what, make, sentence) => {
    const problem = folderProblem(make(at));
    expect(problem).toMatch(sentence);
    expect(problem?.length).toBeLessThan(400);
    expect(problem).toMatch(/--user-data-dir=FOLDER\.$/);
  });

  it('is none where its owner has taken the right to write', ({ skip }) => {
    skip(process.getuid?.() === 0, 'root may write everywhere');
    mkdirSync(join(at, 'closed'));
    chmodSync(join(at, 'closed'), 0o500);
    expect(folderProblem(join(at, 'closed'))).toMatch(/you may not write there/);
  });

  it('is held by another Ringfence only where its lock is', () => {
    expect(claimProblem(at, 'linux')).toMatch(/can not claim it/);
    symlinkSync('host-1', join(at, 'SingletonLock'));
    expect(claimProblem(at, 'linux')).toBeNull();
  });
});
