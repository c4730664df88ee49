/** Child processes, with their output collected or passed on. */
import { spawn } from 'node:child_process';
import os from 'node:os';

/**
 * @typedef {object} Outcome
 * @property {number | null} code null when it was killed or could not be started
 * @property {NodeJS.Signals | null} signal
 * @property {string} stdout
 * @property {string} stderr
 * @property {string | null} startError why it could not be started ("ENOENT")
 */

/**
 * Runs a command to its end and never throws: what went wrong is in the outcome.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, uid?: number, gid?: number, timeoutMs?: number, show?: boolean, yields?: boolean, onLine?: (line: string) => void }} [options]
 *   `show` passes its output on to the terminal instead of collecting it; `yields`: it gets the processor when nobody else wants it
 * @returns {Promise<Outcome>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    /** @type {{ stdout: string, stderr: string }} */
    const output = { stdout: '', stderr: '' };
    const child = spawn(command, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.env === undefined ? {} : { env: options.env }),
      ...(options.uid === undefined ? {} : { uid: options.uid }),
      ...(options.gid === undefined ? {} : { gid: options.gid }),
      ...(options.timeoutMs === undefined
        ? {}
        : { timeout: options.timeoutMs, killSignal: /** @type {const} */ ('SIGKILL') }),
      stdio: options.show === true ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    });
    if (options.yields === true && child.pid !== undefined) {
      try {
        os.setPriority(child.pid, os.constants.priority.PRIORITY_LOW);
      } catch {
        // It has ended already.
      }
    }
    /** @param {'stdout' | 'stderr'} name */
    const collect = (name) => {
      let rest = '';
      child[name]?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
        output[name] += text;
        if (options.onLine === undefined) return;
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) options.onLine(line);
      });
    };
    collect('stdout');
    collect('stderr');
    // Whoever ends us ends what we started.
    const kill = () => child.kill('SIGTERM');
    process.prependOnceListener('exit', kill);
    child.once('error', (error) => {
      process.off('exit', kill);
      resolve({
        code: null,
        signal: null,
        ...output,
        startError: 'code' in error && typeof error.code === 'string' ? error.code : error.message,
      });
    });
    child.once('close', (code, signal) => {
      process.off('exit', kill);
      resolve({ code, signal, ...output, startError: null });
    });
  });
}
