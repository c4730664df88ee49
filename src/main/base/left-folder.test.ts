import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeLeftFolder, socketFolder } from './left-folder';

let folder = '';
let [userData, left] = ['', ''];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rf-left-'));
  userData = join(folder, 'user-data');
  left = join(folder, '.org.chromium.Chromium.abc');
  mkdirSync(userData);
  mkdirSync(left);
  writeFileSync(join(left, 'SingletonSocket'), '');
  symlinkSync('1234', join(left, 'SingletonCookie'));
  symlinkSync(join(left, 'SingletonSocket'), join(userData, 'SingletonSocket'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const claim = (): void => {
  rmSync(join(userData, 'SingletonSocket'));
  symlinkSync(join(folder, 'new', 'SingletonSocket'), join(userData, 'SingletonSocket'));
};

describe.skipIf(process.platform === 'win32')('the folder that a killed run left', () => {
  it('goes when the next run has claimed the app', () => {
    const found = socketFolder(userData);
    expect(found).toBe(left);
    claim();
    removeLeftFolder(found, userData);
    expect(readdirSync(folder)).toEqual(['user-data']);
  });

  it('stays while it is in use', () => {
    removeLeftFolder(socketFolder(userData), userData);
    expect(readdirSync(left)).toHaveLength(2);
  });

  it.each([
    ['holds something else', () => writeFileSync(join(left, 'letter'), 'dear')],
    [
      'is a link to another one',
      () => {
        mkdirSync(join(folder, 'another'));
        writeFileSync(join(folder, 'another', 'SingletonSocket'), '');
        rmSync(left, { recursive: true });
        symlinkSync(join(folder, 'another'), left);
      },
    ],
  ])('stays where it %s', (_what, change) => {
    change();
    const found = socketFolder(userData);
    claim();
    const before = readdirSync(left);
    removeLeftFolder(found, userData);
    expect(readdirSync(left)).toEqual(before);
  });

  it('is null without a link, and with a link to another name', () => {
    rmSync(join(userData, 'SingletonSocket'));
    expect(socketFolder(userData)).toBeNull();
    symlinkSync(join(left, 'SingletonCookie'), join(userData, 'SingletonSocket'));
    expect(socketFolder(userData)).toBeNull();
    removeLeftFolder(null, userData);
  });
});
