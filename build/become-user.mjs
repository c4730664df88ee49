/**
 * How root runs a command as an unprivileged user who can't reach the checkout, because a folder above it (/root) is
 * closed to others: in a mount namespace of the command's own, where that folder is covered by an empty one that holds
 * nothing but what the command needs, at the same path. Nothing changes for any other process.
 */
import { stat } from 'node:fs/promises';
import { dirname, sep } from 'node:path';

/** @typedef {import('./private-home.mjs').User} User */

/** @typedef {{ command: string, args: string[], uid?: number, gid?: number }} Invocation */

/**
 * @typedef {object} Opening
 * @property {string} closed the folder that others may not enter
 * @property {string[]} needed the folders below it that the command needs
 */

/** @param {string} path @returns {string[]} the folders above it, the outermost first, without / */
export function foldersAbove(path) {
  const above = dirname(path);
  return above === path || above === sep ? [] : [...foldersAbove(above), above];
}

/**
 * Which closed folders stand between others and `paths`.
 * @param {readonly string[]} paths folders
 * @param {(folder: string) => Promise<boolean>} [isClosed]
 * @returns {Promise<Opening[]>}
 */
export async function openingsFor(paths, isClosed = async (folder) => ((await stat(folder)).mode & 0o001) === 0) {
  /** @type {Opening[]} */
  const openings = [];
  for (const path of paths) {
    for (const folder of foldersAbove(path)) {
      if (!(await isClosed(folder))) continue;
      const known = openings.find(({ closed }) => closed === folder);
      if (known === undefined) openings.push({ closed: folder, needed: [path] });
      else if (!known.needed.includes(path)) known.needed.push(path);
      break; // What is below comes along with its own modes.
    }
  }
  return openings;
}

/** @param {string} text */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * The shell script that covers the closed folders and becomes the user.
 * @param {User} user
 * @param {readonly Opening[]} openings
 * @param {string} hold an empty folder where nobody else writes
 * @returns {string}
 */
export function openingScript(user, openings, hold) {
  const lines = ['set -e', `mount -t tmpfs -o mode=700,size=1m ringfence ${quoted(hold)}`];
  let count = 0;
  for (const { closed, needed } of openings) {
    const held = needed.map((path) => ({ path, at: quoted(`${hold}/${count++}`) }));
    for (const { path, at } of held) lines.push(`mkdir ${at}`, `mount --rbind ${quoted(path)} ${at}`);
    lines.push(`mount -t tmpfs -o mode=755,size=1m ringfence ${quoted(closed)}`);
    for (const { path, at } of held) lines.push(`mkdir -p ${quoted(path)}`, `mount --move ${at} ${quoted(path)}`);
  }
  // The working folder may be below a covered one: enter it anew by its name.
  return [
    ...lines,
    'cd "$PWD"',
    `exec setpriv --reuid=${user.uid} --regid=${user.gid} --clear-groups --inh-caps=-all -- "$@"`,
  ].join('\n');
}

/**
 * @param {User | null} user null: whoever we are
 * @param {readonly Opening[]} openings empty where the user can reach everything
 * @param {string} hold see `openingScript`
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Invocation} for `run` or `spawn`
 */
export function invocationAs(user, openings, hold, command, args) {
  if (user === null) return { command, args: [...args] };
  if (openings.length === 0) return { command, args: [...args], uid: user.uid, gid: user.gid };
  return {
    command: 'unshare',
    args: [
      '--mount',
      '--propagation',
      'private',
      '--',
      'sh',
      '-c',
      openingScript(user, openings, hold),
      'sh',
      command,
      ...args,
    ],
  };
}
