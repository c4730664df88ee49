/**
 * The folder of unpacked programs: Electron runtimes, and the lab's Asterisk. One gets there by one rename of a complete
 * folder that carries a stamp with every file's size; a folder without a stamp, or one that does not fit its stamp, is never used.
 */
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { CannotContinue, codeOf, messageOf, say } from './program.mjs';
import { parseJson } from './json.mjs';
import { megabytes } from './meter.mjs';
import { withLock } from './lock.mjs';

const STAMP = 'ringfence-runtime.json';

/** @typedef {{ recipe: string, version: string, executable: string, files: Record<string, number> }} Stamp `recipe` names how it was made; `files` maps relative paths to sizes in bytes */

/** @param {string} folder @returns {Promise<Record<string, number>>} */
async function sizesOf(folder) {
  /** @type {Record<string, number>} */
  const sizes = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name === STAMP) continue;
    const path = join(entry.parentPath, entry.name);
    sizes[relative(folder, path)] = (await stat(path)).size;
  }
  return sizes;
}

/** @param {unknown} value @returns {value is Stamp} */
function isStamp(value) {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'recipe' in value &&
    'version' in value &&
    typeof value.version === 'string' &&
    'executable' in value &&
    typeof value.executable === 'string' &&
    'files' in value &&
    typeof value.files === 'object' &&
    value.files !== null
  );
}

/**
 * @param {string} folder
 * @param {string} recipe
 * @returns {Promise<{ executablePath: string, version: string } | { problem: 'absent' | 'damaged' }>}
 */
export async function readRuntime(folder, recipe) {
  try {
    await stat(folder);
  } catch {
    return { problem: 'absent' };
  }
  try {
    const stamp = parseJson(await readFile(join(folder, STAMP), 'utf8'));
    if (!isStamp(stamp) || stamp.recipe !== recipe) return { problem: 'damaged' };
    for (const [name, size] of Object.entries(stamp.files)) {
      if ((await stat(join(folder, name))).size !== size) return { problem: 'damaged' };
    }
    return { executablePath: join(folder, stamp.executable), version: stamp.version };
  } catch {
    return { problem: 'damaged' };
  }
}

/** @param {string} cache @param {number} bytes @param {string} what */
async function needSpace(cache, bytes, what) {
  const { bavail, bsize } = await statfs(cache);
  const free = bavail * bsize;
  if (free < bytes) {
    throw new CannotContinue(
      `${what} needs ${megabytes(bytes)} in ${cache}, where ${megabytes(free)} are free: make room, or set XDG_CACHE_HOME to a folder with more.`,
    );
  }
}

/**
 * Returns the runtime in `folder`, after making it when it is not there or damaged.
 * @param {string} folder
 * @param {object} how
 * @param {string} how.recipe changes whenever the result would
 * @param {string} how.version
 * @param {string} [how.program] what people call it; default `Electron`
 * @param {string} how.executable relative path inside the folder
 * @param {number} how.needsBytes free space needed at most while making it
 * @param {(staging: string, scratch: string) => Promise<void>} how.make fills the empty folder `staging`; `scratch` is removed afterwards
 * @returns {Promise<{ executablePath: string, version: string }>} rejects with whatever `make` threw, or `CannotContinue`
 */
export async function provideRuntime(folder, how) {
  const cache = dirname(folder);
  const { program = 'Electron' } = how;
  const what = `${program} ${how.version}`;
  const present = await readRuntime(folder, how.recipe);
  if ('executablePath' in present) return present;
  try {
    await mkdir(cache, { recursive: true, mode: 0o755 });
  } catch (error) {
    throw new CannotContinue(
      `The folder ${cache} for ${what} can't be made (${messageOf(error)}): set XDG_CACHE_HOME to a folder you may write to.`,
    );
  }
  return await withLock(join(cache, `${basename(folder)}.lock`), `another run is preparing ${what}`, async () => {
    const meanwhile = await readRuntime(folder, how.recipe);
    if ('executablePath' in meanwhile) return meanwhile;
    if (meanwhile.problem === 'damaged') say(`  the ${program} in ${folder} is damaged or outdated: it is replaced`);
    await removeLeftovers(cache);
    await needSpace(cache, how.needsBytes, what);
    const work = await mkdtemp(join(cache, '.making-'));
    try {
      const staging = join(work, 'runtime');
      const scratch = join(work, 'scratch');
      await mkdir(staging, { mode: 0o755 });
      await mkdir(scratch);
      await how.make(staging, scratch);
      /** @type {Stamp} */
      const stamp = {
        recipe: how.recipe,
        version: how.version,
        executable: how.executable,
        files: await sizesOf(staging),
      };
      await writeFile(join(staging, STAMP), JSON.stringify(stamp));
      // A damaged runtime may still be running: it is moved aside with the scratch files, not written over.
      await rename(folder, join(work, 'damaged')).catch((/** @type {unknown} */ error) => {
        if (codeOf(error) !== 'ENOENT') throw error;
      });
      await rename(staging, folder);
    } catch (error) {
      if (codeOf(error) === 'ENOSPC')
        throw new CannotContinue(
          `No space is left in ${cache} for ${what}: make room, or set XDG_CACHE_HOME to a folder with more.`,
        );
      throw error;
    } finally {
      await rm(work, { recursive: true, force: true });
    }
    const made = await readRuntime(folder, how.recipe);
    if ('executablePath' in made) return made;
    throw new CannotContinue(`${what} could not be kept in ${folder}: check the disk, then try again.`);
  });
}

/** What an interrupted run left behind; called under the lock of one runtime, so only old folders go. @param {string} cache */
async function removeLeftovers(cache) {
  const anHourAgo = Date.now() - 3_600_000;
  for (const name of await readdir(cache)) {
    if (!name.startsWith('.making-')) continue;
    const path = join(cache, name);
    const about = await stat(path).catch(() => null);
    if (about !== null && about.mtimeMs < anHourAgo) await rm(path, { recursive: true, force: true });
  }
}
