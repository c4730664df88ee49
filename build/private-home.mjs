/** A home folder of its own for a process that runs for us: nothing of the person's own files, sessions or variables. */
import { chmod, chown, copyFile, lchown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimHome, HOME_PREFIX, removeLeftHomes } from './left-homes.mjs';
import { isRoot } from './places.mjs';
import { xauthorityPath } from './x-display.mjs';

/** What passes from our environment; anything else (tokens, sessions, proxies' passwords) stays behind. */
const PASSES =
  /^(?:PATH|LANG|LANGUAGE|LC_\w+|TZ|TERM|COLORTERM|FORCE_COLOR|NO_COLOR|CI|DEBUG|DISPLAY|WAYLAND_DISPLAY|ELECTRON_OZONE_PLATFORM_HINT|PWDEBUG|PWTEST_\w+|PLAYWRIGHT_\w+|RINGFENCE_\w+)$/;

/**
 * @typedef {object} PrivateHome
 * @property {string} folder
 * @property {Record<string, string>} env HOME, XDG_*, TMPDIR and what passes from ours
 * @property {string} hold an empty folder of ours inside
 * @property {() => Promise<void>} remove
 */

/** @typedef {{ uid: number, gid: number, name: string }} User */

/**
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} base
 * @param {string} userName
 * @returns {Record<string, string>}
 */
export function privateEnvironment(folder, base, userName) {
  /** @type {Record<string, string>} */
  const env = {};
  for (const [name, value] of Object.entries(base)) {
    if (value !== undefined && PASSES.test(name)) env[name] = value;
  }
  return {
    ...env,
    HOME: join(folder, 'home'),
    XDG_CONFIG_HOME: join(folder, 'home', '.config'),
    XDG_DATA_HOME: join(folder, 'home', '.local', 'share'),
    XDG_STATE_HOME: join(folder, 'home', '.local', 'state'),
    XDG_CACHE_HOME: join(folder, 'home', '.cache'),
    XDG_RUNTIME_DIR: join(folder, 'run'),
    TMPDIR: join(folder, 'tmp'),
    // Without this, libdbus would start a bus of its own on our display, and leave it running.
    DBUS_SESSION_BUS_ADDRESS: 'disabled:',
    USER: userName,
    LOGNAME: userName,
  };
}

/**
 * The Xauthority file to use: our own, or a copy for the user that root becomes.
 * @param {string} folder
 * @param {User | null} user
 * @param {NodeJS.ProcessEnv} base
 * @returns {Promise<string>}
 */
async function lendCookie(folder, user, base) {
  const own = xauthorityPath(base);
  if (user === null) return own;
  const copy = join(folder, 'Xauthority');
  await rm(copy, { force: true });
  const copied = await copyFile(own, copy).then(
    () => true,
    () => false,
  );
  if (copied) await chown(copy, user.uid, user.gid);
  return copy;
}

/**
 * Makes the folders, owned by `user` when one is given (for root), and readable by nobody else.
 * @param {{ user: User | null, persistent: string | null }} choice `persistent`: a folder that stays; null: a temporary one
 * @param {NodeJS.ProcessEnv} [base]
 * @returns {Promise<PrivateHome>}
 */
export async function makePrivateHome({ user, persistent }, base = process.env) {
  // Root's own TMPDIR may be closed to others. The path is short because Unix sockets below it may have 107 bytes.
  const temporary = isRoot && user !== null ? '/tmp' : tmpdir();
  if (persistent === null) await removeLeftHomes(temporary);
  const folder = persistent ?? (await mkdtemp(join(temporary, HOME_PREFIX)));
  if (persistent === null) await claimHome(folder);
  const removeNow = () => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  if (persistent === null) process.once('exit', removeNow);
  const env = privateEnvironment(folder, base, user?.name ?? base['USER'] ?? 'ringfence');
  // The folder itself stays root's, so that the other user can't put links where root writes.
  await mkdir(folder, { recursive: true });
  await chmod(folder, user === null ? 0o700 : 0o711);
  const session = `/run/user/${user?.uid ?? 0}`;
  if (user !== null && persistent !== null && existsSync(join(session, 'bus'))) {
    // Somebody who came by sudo sits at this computer: their keychain and their sound are there.
    env['XDG_RUNTIME_DIR'] = session;
    env['DBUS_SESSION_BUS_ADDRESS'] = `unix:path=${session}/bus`;
  }
  for (const name of ['HOME', 'XDG_RUNTIME_DIR', 'TMPDIR']) {
    const path = env[name] ?? '';
    if (path === session) continue;
    await mkdir(path, { recursive: true, mode: 0o700 });
    if (user !== null) await lchown(path, user.uid, user.gid);
  }
  const hold = join(folder, 'hold');
  await mkdir(hold, { recursive: true, mode: 0o700 });
  if (process.platform === 'linux' && env['DISPLAY'] !== undefined)
    env['XAUTHORITY'] = await lendCookie(folder, user, base);
  return {
    folder,
    hold,
    env,
    remove: async () => {
      if (persistent !== null) return;
      process.off('exit', removeNow);
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
