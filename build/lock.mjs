/** A lock between processes: a file that names its holder. A dead holder's lock is taken over. */
import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf, say } from './program.mjs';

/** @param {number} pid @returns {boolean} true also for another user's process */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/**
 * What to do about a lock file's text.
 * @param {string} text
 * @param {(pid: number) => boolean} alive
 * @returns {'wait' | 'take-over'} a text that is no process id comes from a crash and is taken over
 */
export function judgeLock(text, alive) {
  const pid = Number(text.trim());
  return Number.isInteger(pid) && pid > 0 && alive(pid) ? 'wait' : 'take-over';
}

/**
 * Runs `work` while holding the lock; waits as long as its holder lives.
 * @template T
 * @param {string} path
 * @param {string} waiting said once when somebody else holds it
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(path, waiting, work) {
  const own = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`;
  let said = false;
  await writeFile(own, String(process.pid));
  try {
    for (;;) {
      try {
        // A link appears with its content: nobody ever reads an empty lock.
        await link(own, path);
        break;
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error;
      }
      const holder = await readFile(path, 'utf8').catch(() => null);
      if (holder === null) continue;
      if (judgeLock(holder, isAlive) === 'take-over') {
        // Of several who want to take over, one moves it away. It may have been another's new lock by then: that goes back.
        await rename(path, `${own}.stale`).catch(() => undefined);
        if (judgeLock(await readFile(`${own}.stale`, 'utf8').catch(() => ''), isAlive) === 'wait')
          await link(`${own}.stale`, path).catch(() => undefined);
        await rm(`${own}.stale`, { force: true });
        continue;
      }
      if (!said) say(`  waiting: ${waiting} (process ${holder.trim()})`);
      said = true;
      await delay(300);
    }
    try {
      return await work();
    } finally {
      await rm(path, { force: true });
    }
  } finally {
    await rm(own, { force: true });
  }
}
