import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { removeLeftHomes } from './left-homes.mjs';
import { root } from './places.mjs';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rf-homes-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A run that makes a home below `folder`, says so, and lives until it is killed. */
async function otherRun() {
  const script = `
    import { makePrivateHome } from ${JSON.stringify(join(root, 'build', 'private-home.mjs'))};
    console.log((await makePrivateHome({ user: null, persistent: null })).folder);
    setInterval(() => undefined, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return {
    end: async (/** @type {NodeJS.Signals} */ signal) => {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
  };
}

it.skipIf(process.platform === 'win32')('the home of a killed run goes, and that of a living one stays', async () => {
  const [killed, living] = [await otherRun(), await otherRun()];
  await killed.end('SIGKILL');
  expect(await readdir(folder)).toHaveLength(2);
  await removeLeftHomes(folder);
  expect(await readdir(folder)).toHaveLength(1);
  await living.end('SIGKILL');
  await removeLeftHomes(folder);
  expect(await readdir(folder)).toEqual([]);
});

it('what has no owner’s name, is a link, or is called otherwise stays', async () => {
  await mkdir(join(folder, 'ringfence-mine'));
  await mkdir(join(folder, 'other'));
  await writeFile(join(folder, 'other', 'owner'), '999999999 1');
  await symlink(join(folder, 'other'), join(folder, 'ringfence-link'));
  await removeLeftHomes(folder);
  expect((await readdir(folder)).sort()).toEqual(['other', 'ringfence-link', 'ringfence-mine']);
});
