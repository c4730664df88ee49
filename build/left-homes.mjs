/** Removes the private homes that killed runs left in the temporary folder. Each names its owner in a file; of a dead owner it is nobody's. */
import { lstat, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const HOME_PREFIX = 'ringfence-';
const OWNER = 'owner';

/** When a process began; null when it has ended. Another process may get its number later, and began later. @param {number} pid @returns {Promise<string | null>} */
async function beginning(pid) {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
    // Field 22 of proc(5); the second one, a name in parentheses, may hold anything.
    return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  }
  try {
    process.kill(pid, 0);
    return 'alive';
  } catch {
    return null;
  }
}

/** Says that a folder is ours. @param {string} folder */
export async function claimHome(folder) {
  await writeFile(join(folder, OWNER), `${process.pid} ${(await beginning(process.pid)) ?? ''}`, { mode: 0o600 });
}

/** @param {string} temporary the folder with the homes */
export async function removeLeftHomes(temporary) {
  for (const name of await readdir(temporary).catch(() => /** @type {string[]} */ ([]))) {
    if (!name.startsWith(HOME_PREFIX)) continue;
    const folder = join(temporary, name);
    const about = await lstat(folder).catch(() => null);
    // Another user's may hold anything, a link too.
    if (about === null || !about.isDirectory() || about.uid !== process.getuid?.()) continue;
    const owner = await readFile(join(folder, OWNER), 'utf8').catch(() => null);
    if (owner === null) continue;
    const [pid = '', began = ''] = owner.split(' ');
    if ((await beginning(Number(pid))) === began) continue;
    await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
}
