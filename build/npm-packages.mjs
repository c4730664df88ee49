/** The npm packages of package-lock.json, in node_modules. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CannotContinue, say } from './program.mjs';
import { cacheFolder, root, stampFolder } from './places.mjs';
import { run } from './child.mjs';
import { parseJson } from './json.mjs';
import { bytesBelow } from './folder-size.mjs';
import { megabytes, watchProgress } from './meter.mjs';
import { NPM_MANNERS, npmFailure } from './npm-manners.mjs';
import { withLock } from './lock.mjs';

const STAMP = join(stampFolder, 'npm-ci.json');
const NEEDS_BYTES = 800_000_000;

/**
 * Whether node_modules holds what the lock file says. npm writes node_modules/.package-lock.json at the very end, so a
 * matching one means a complete installation. Packages for other systems are missing from it, and may be.
 * @param {string} lock package-lock.json
 * @param {string} hidden node_modules/.package-lock.json
 * @returns {boolean}
 */
export function lockIsInstalled(lock, hidden) {
  const wanted = packagesOf(lock);
  const present = packagesOf(hidden);
  if (wanted === null || present === null) return false;
  for (const [path, about] of Object.entries(wanted)) {
    if (path === '') continue;
    const there = present[path];
    if (
      there === undefined
        ? about.optional !== true
        : there.version !== about.version || there.integrity !== about.integrity
    )
      return false;
  }
  return Object.keys(present).every((path) => path in wanted);
}

/** @typedef {{ version?: unknown, integrity?: unknown, optional?: unknown }} Locked */

/** @param {string} text @returns {Record<string, Locked> | null} */
function packagesOf(text) {
  try {
    const lock = /** @type {{ packages?: Record<string, Locked> } | null} */ (parseJson(text));
    return lock?.packages ?? null;
  } catch {
    return null;
  }
}

/** @param {string} path @returns {Promise<string>} empty when it can't be read */
const textOf = (path) => readFile(path, 'utf8').catch(() => '');

/** @param {string} text */
const sha256 = (text) => createHash('sha256').update(text).digest('hex');

/** Whether node_modules is as the lock file wants it. @returns {Promise<boolean>} */
async function isInstalled() {
  const lock = await textOf(join(root, 'package-lock.json'));
  const hidden = await textOf(join(root, 'node_modules', '.package-lock.json'));
  if (hidden === '') return false;
  const mark = JSON.stringify({
    lock: sha256(lock),
    hidden: sha256(hidden),
    platform: process.platform,
    arch: process.arch,
  });
  if ((await textOf(STAMP)) === mark) return true;
  if (!lockIsInstalled(lock, hidden)) return false;
  await mkdir(stampFolder, { recursive: true });
  await writeFile(STAMP, mark);
  return true;
}

/**
 * Runs `npm ci` unless node_modules is as the lock file wants it.
 * @returns {Promise<string>} half a sentence saying what was done; rejects with `CannotContinue`
 */
export async function ensureNpmPackages() {
  if (await isInstalled()) return 'as locked';
  const cache = cacheFolder();
  await mkdir(cache, { recursive: true }).catch(() => {
    throw new CannotContinue(`The folder ${cache} can't be made: set XDG_CACHE_HOME to a folder you may write to.`);
  });
  // Not inside node_modules, which `npm ci` removes.
  return await withLock(
    join(cache, `npm-${sha256(root).slice(0, 16)}.lock`),
    'another run is installing the npm packages',
    async () => {
      if (await isInstalled()) return 'as locked';
      const { bavail, bsize } = await statfs(root);
      if (bavail * bsize < NEEDS_BYTES)
        throw new CannotContinue(
          `The npm packages need ${megabytes(NEEDS_BYTES)} in ${root}, where ${megabytes(bavail * bsize)} are free: make room, then try again.`,
        );
      say('  npm ci');
      const modules = join(root, 'node_modules');
      const meter = watchProgress('node_modules', () => bytesBelow(modules), null, 3000);
      const outcome = await run('npm', ['ci', '--no-audit', '--no-fund', ...NPM_MANNERS], {
        cwd: root,
        env: { ...process.env, NODE_ENV: 'development' },
      });
      meter.stop();
      if (outcome.code !== 0) throw npmFailure(outcome, 'the npm packages');
      if (!(await isInstalled()))
        throw new CannotContinue(
          'npm installed other packages than package-lock.json names: remove node_modules and try again.',
        );
      return 'installed';
    },
  );
}
