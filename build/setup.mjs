/**
 * Sets up whatever is missing: system libraries, npm packages, an Electron runtime. Does nothing that is done already.
 * `node build/setup.mjs` sets up for everything; the other commands call `setUp` with what they need.
 */
import { pathToFileURL } from 'node:url';
import { CannotContinue, runProgram, say } from './program.mjs';
import { isRoot } from './places.mjs';
import { ensureSystemPackages } from './system-packages.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { resolveRuntime } from './electron-runtime.mjs';

const OLDEST_NODE = [20, 18];

/** @param {string} version "20.18.1" @returns {boolean} */
export function nodeIsNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > (OLDEST_NODE[0] ?? 0) || (major === OLDEST_NODE[0] && minor >= (OLDEST_NODE[1] ?? 0));
}

/**
 * @param {readonly import('./system-packages.mjs').Need[]} required what the command can't do without
 * @returns {Promise<import('./electron-runtime.mjs').Runtime>} rejects with `CannotContinue`
 */
export async function setUp(required) {
  if (!nodeIsNewEnough(process.versions.node))
    throw new CannotContinue(`This is Node ${process.versions.node}: install Node ${OLDEST_NODE.join('.')} or newer.`);
  // Root's files must be readable by the user that Electron runs as.
  if (isRoot) process.umask(0o022);
  say('[1/3] system libraries');
  say(`  ${await ensureSystemPackages(required)}`);
  say('[2/3] npm packages');
  say(`  ${await ensureNpmPackages()}`);
  say('[3/3] Electron runtime');
  const runtime = await resolveRuntime();
  say(`  Electron ${runtime.version}: ${runtime.why}`);
  return runtime;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runProgram(async () => {
    await setUp(['app', 'display']);
    return 0;
  });
}
