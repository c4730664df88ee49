/**
 * Runs the app in a session of its own, so that a terminal, npm and we do not each send it a signal for one Ctrl+C: it gets exactly one from us, whatever
 * we get, and its time to hang up. A pipe tells it when we are gone ourselves.
 */
import { spawn } from 'node:child_process';
import { CannotContinue } from './program.mjs';

/** The app's own time for an orderly end (END_WITHIN_MS of src/main/desktop/end-requests.ts) and a little more, ms. Then it is killed. */
export const KILLED_AFTER_MS = 15_000;
/** The descriptor of the pipe, and the variable that names it (STARTER_VARIABLE there). */
const STARTER_FD = 3;
const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, uid?: number, gid?: number }} as
 * @param {object} [how]
 * @param {number} [how.killedAfterMs]
 * @param {(line: string) => void} [how.say]
 * @returns {Promise<number>} its exit code; rejects with `CannotContinue` where it can't be started
 */
export function runInOwnSession(command, args, as, { killedAfterMs = KILLED_AFTER_MS, say = () => undefined } = {}) {
  const hasSessions = process.platform !== 'win32';
  const child = spawn(command, args, {
    ...as,
    env: { ...as.env, RINGFENCE_STARTER_FD: String(STARTER_FD) },
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    detached: hasSessions,
  });
  // What we print into a terminal that was closed is lost, and nothing else.
  const ignore = () => undefined;
  for (const stream of [process.stdout, process.stderr, child.stdio[STARTER_FD]]) stream?.on('error', ignore);
  const kill = () => {
    if (child.pid === undefined) return;
    try {
      process.kill(hasSessions ? -child.pid : child.pid, 'SIGKILL');
    } catch {
      // All of them are gone.
    }
  };
  /** @type {NodeJS.Timeout | undefined} */
  let limit;
  const end = () => {
    if (limit !== undefined) {
      say(`Ringfence is hanging up: it has ${killedAfterMs / 1000} s for that.`);
      return;
    }
    child.kill('SIGTERM');
    limit = setTimeout(kill, killedAfterMs);
  };
  for (const signal of SIGNALS) process.on(signal, end);
  return new Promise((resolve, reject) => {
    const settle = () => {
      clearTimeout(limit);
      child.stdio[STARTER_FD]?.destroy();
      for (const signal of SIGNALS) process.off(signal, end);
    };
    child.once('error', (error) => {
      settle();
      reject(new CannotContinue(`Electron could not be started: ${error.message}.`));
    });
    child.once('exit', (code) => {
      settle();
      resolve(code ?? 1);
    });
  });
}
