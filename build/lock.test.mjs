import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { judgeLock, withLock } from './lock.mjs';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringfence-lock-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('judgeLock', () => {
  it.each([
    ['4711', true, 'wait'],
    ['4711\n', true, 'wait'],
    ['4711', false, 'take-over'],
    ['', true, 'take-over'],
    ['-1', true, 'take-over'],
    ['nonsense', true, 'take-over'],
  ])('%j of a process that lives (%s): %s', (text, alive, verdict) => {
    expect(judgeLock(text, () => alive)).toBe(verdict);
  });
});

describe('withLock', () => {
  it('takes over from a dead process, gives the result, and leaves nothing', async () => {
    // Linux gives out no process id above 2^22.
    await writeFile(join(folder, 'x.lock'), '99999999');
    expect(await withLock(join(folder, 'x.lock'), '', () => Promise.resolve(7))).toBe(7);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is free again after a failure', async () => {
    await expect(withLock(join(folder, 'x.lock'), '', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withLock(join(folder, 'x.lock'), '', () => Promise.resolve(1))).toBe(1);
  });
});
