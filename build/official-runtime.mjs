/** Electron's own release of the version in package.json, from GitHub or the mirror in ELECTRON_MIRROR. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CannotContinue, codeOf, messageOf, say } from './program.mjs';
import { root } from './places.mjs';
import { parseJson } from './json.mjs';
import { unzip } from './unzip.mjs';
import { meterLine } from './meter.mjs';
import { provideRuntime, readRuntime } from './runtime-cache.mjs';

/** No first byte within this time: the host can't be reached from here. */
const CONNECT_MS = 6000;
/** No further byte within this time: the download is dead. */
const STALL_MS = 30_000;

/** Where the executable is inside a release. @param {string} platform @returns {string} */
export function executableIn(platform) {
  if (platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron';
  return platform === 'win32' ? 'electron.exe' : 'electron';
}

/** Electron's release could not be fetched from here; another runtime may do. */
export class Unreachable extends Error {}

/** The pinned version, from the installed package. @returns {Promise<string>} */
export async function pinnedVersion() {
  const about = parseJson(await readFile(join(root, 'node_modules', 'electron', 'package.json'), 'utf8'));
  if (typeof about === 'object' && about !== null && 'version' in about && typeof about.version === 'string')
    return about.version;
  throw new CannotContinue('node_modules/electron is damaged: remove node_modules and try again.');
}

/** @param {string} version @param {string} scratch @returns {Promise<string>} the archive, verified */
async function download(version, scratch) {
  const get = await import('@electron/get');
  const checksums = /** @type {Record<string, string>} */ (
    parseJson(await readFile(join(root, 'node_modules', 'electron', 'checksums.json'), 'utf8'))
  );
  const timeout = new AbortController();
  let timer = setTimeout(() => timeout.abort(), CONNECT_MS);
  const started = Date.now();
  let shownAt = started;
  try {
    return await get.downloadArtifact({
      version,
      artifactName: 'electron',
      platform: process.platform,
      arch: process.arch,
      checksums,
      cacheMode: get.ElectronDownloadCacheMode.Bypass,
      tempDirectory: scratch,
      downloadOptions: {
        quiet: true,
        signal: timeout.signal,
        getProgressCallback: (/** @type {{ transferred: number, total: number | null }} */ { transferred, total }) => {
          clearTimeout(timer);
          timer = setTimeout(() => timeout.abort(), STALL_MS);
          if (Date.now() - shownAt < 2000) return;
          shownAt = Date.now();
          say(meterLine(`Electron ${version}`, transferred, total, shownAt - started));
        },
      },
    });
  } catch (error) {
    if (timeout.signal.aborted) throw new Unreachable('no answer in time');
    throw new Unreachable(codeOf(error) ?? messageOf(error).split('\n')[0] ?? 'unknown');
  } finally {
    clearTimeout(timer);
  }
}

/** @param {string} cache @param {string} version */
const folderOf = (cache, version) => join(cache, `electron-${version}-${process.platform}-${process.arch}`);

/** @param {string} version */
const recipeOf = (version) => `official ${version} 1`;

/**
 * The official runtime where it is already: in the cache, or where `npx install-electron` puts it.
 * @param {string} cache
 * @returns {Promise<{ executablePath: string, version: string } | null>}
 */
export async function installedOfficial(cache) {
  const version = await pinnedVersion();
  const cached = await readRuntime(folderOf(cache, version), recipeOf(version));
  if ('executablePath' in cached) return cached;
  const dist = join(root, 'node_modules', 'electron', 'dist');
  const executablePath = join(dist, executableIn(process.platform));
  const found = await readFile(join(dist, 'version'), 'utf8').catch(() => '');
  const there = await stat(executablePath).then(
    () => true,
    () => false,
  );
  return there && found.trim().replace(/^v/, '') === version ? { executablePath, version } : null;
}

/**
 * Fetches the official runtime.
 * @param {string} cache
 * @returns {Promise<{ executablePath: string, version: string }>} rejects with `Unreachable` or `CannotContinue`
 */
export async function fetchOfficial(cache) {
  const version = await pinnedVersion();
  return await provideRuntime(folderOf(cache, version), {
    recipe: recipeOf(version),
    version,
    executable: executableIn(process.platform),
    needsBytes: 700_000_000,
    make: async (staging, scratch) => {
      say(
        `  fetching Electron ${version} (${process.env['ELECTRON_MIRROR'] === undefined ? 'github.com' : 'ELECTRON_MIRROR'})`,
      );
      const archive = await download(version, scratch);
      say('  checksum verified, unpacking');
      await unzip(archive, staging, (name) => name);
    },
  });
}
