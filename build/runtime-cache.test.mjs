import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { provideRuntime, readRuntime } from './runtime-cache.mjs';

let cache = '';
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'ringfence-cache-'));
  vi.spyOn(console, 'log').mockReturnValue(undefined);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(cache, { recursive: true, force: true });
});

/** @param {string} content @param {string} [recipe] */
function recipe(content, recipe = 'r1') {
  const make = vi.fn(async (/** @type {string} */ staging) => {
    await writeFile(join(staging, 'electron'), content);
    await writeFile(join(staging, 'icudtl.dat'), 'data');
  });
  return { recipe, version: '33.2.1', executable: 'electron', needsBytes: 1, make };
}

describe('provideRuntime', () => {
  it('makes it once', async () => {
    const folder = join(cache, 'e');
    const how = recipe('binary');
    const first = await provideRuntime(folder, how);
    expect(first).toEqual({ executablePath: join(folder, 'electron'), version: '33.2.1' });
    expect(await provideRuntime(folder, how)).toEqual(first);
    expect(how.make).toHaveBeenCalledTimes(1);
    expect(await readdir(cache)).toEqual(['e']);
  });

  it('makes it once for two who want it at the same time', async () => {
    const how = recipe('binary');
    const both = await Promise.all([provideRuntime(join(cache, 'e'), how), provideRuntime(join(cache, 'e'), how)]);
    expect(both[0]).toEqual(both[1]);
    expect(how.make).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['a file of another size', (/** @type {string} */ folder) => truncate(join(folder, 'icudtl.dat'), 1)],
    ['a missing file', (/** @type {string} */ folder) => rm(join(folder, 'electron'))],
    ['no stamp', (/** @type {string} */ folder) => rm(join(folder, 'ringfence-runtime.json'))],
    ['half a stamp', (/** @type {string} */ folder) => truncate(join(folder, 'ringfence-runtime.json'), 10)],
  ])('does not use a folder with %s, and replaces it', async (_, damage) => {
    const folder = join(cache, 'e');
    await provideRuntime(folder, recipe('binary'));
    await damage(folder);
    expect(await readRuntime(folder, 'r1')).toEqual({ problem: 'damaged' });
    const again = recipe('binary');
    await provideRuntime(folder, again);
    expect(again.make).toHaveBeenCalledTimes(1);
    expect(await readRuntime(folder, 'r1')).toHaveProperty('executablePath');
  });

  it('replaces what another recipe made', async () => {
    await provideRuntime(join(cache, 'e'), recipe('old', 'r0'));
    await provideRuntime(join(cache, 'e'), recipe('new one', 'r1'));
    expect(await readRuntime(join(cache, 'e'), 'r1')).toHaveProperty('executablePath');
  });

  it('leaves nothing behind when making it fails', async () => {
    const how = { ...recipe(''), make: () => Promise.reject(new Error('the network is gone')) };
    await expect(provideRuntime(join(cache, 'e'), how)).rejects.toThrow('the network is gone');
    expect(await readdir(cache)).toEqual([]);
  });

  it('says in one sentence that there is no room, before it begins', async () => {
    const how = { ...recipe(''), needsBytes: 1e18 };
    await expect(provideRuntime(join(cache, 'e'), how)).rejects.toThrow(/needs .* MB in .* are free/);
    expect(how.make).not.toHaveBeenCalled();
  });
});
