/** Where things are: the checkout, and the caches outside and inside it. */
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Stamps of what was done in this checkout; goes with node_modules. */
export const stampFolder = join(root, 'node_modules', '.cache', 'ringfence');

/** True for root on a system that has such a thing. */
export const isRoot = process.getuid?.() === 0;

/**
 * The folder that keeps Electron runtimes. For root it is one that unprivileged users can read, because Electron then
 * runs as such a user.
 * @param {NodeJS.ProcessEnv} env
 * @param {boolean} asRoot
 * @returns {string}
 */
export function cacheFolder(env = process.env, asRoot = isRoot) {
  if (env['XDG_CACHE_HOME'] !== undefined && env['XDG_CACHE_HOME'] !== '')
    return join(env['XDG_CACHE_HOME'], 'ringfence');
  if (asRoot) return '/var/cache/ringfence';
  return join(homedir(), '.cache', 'ringfence');
}
