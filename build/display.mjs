/** A display for Electron: the one that is there, or an Xvfb of our own that ends with us. */
import { spawn } from 'node:child_process';
import { CannotContinue } from './program.mjs';
import { displayProblem } from './x-display.mjs';

/**
 * @typedef {object} Display
 * @property {Record<string, string>} env what a process needs to use it
 * @property {string} description
 * @property {() => Promise<void>} close ends the Xvfb, if it was ours
 */

/** A Wayland session without X; Electron takes it when asked to. @param {NodeJS.ProcessEnv} env */
const onWaylandOnly = (env) =>
  (env['WAYLAND_DISPLAY'] ?? '') !== '' && (env['XDG_RUNTIME_DIR'] ?? '') !== '' && (env['DISPLAY'] ?? '') === '';

/**
 * The display of whoever sits at this computer.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<Display | { problem: string }>} the problem is half a sentence
 */
export async function presentDisplay(env = process.env) {
  const none = { close: () => Promise.resolve() };
  if (process.platform !== 'linux') return { env: {}, description: 'the desktop', ...none };
  if (onWaylandOnly(env))
    return {
      env: { ELECTRON_OZONE_PLATFORM_HINT: 'auto' },
      description: `Wayland ${env['WAYLAND_DISPLAY'] ?? ''}`,
      ...none,
    };
  const problem = await displayProblem(env);
  if (problem !== null) return { problem };
  return { env: { DISPLAY: env['DISPLAY'] ?? '' }, description: `DISPLAY=${env['DISPLAY'] ?? ''}`, ...none };
}

/**
 * Starts an X server without a screen on a free display number.
 * @returns {Promise<Display>} rejects with `CannotContinue` when there is no Xvfb
 */
export function virtualDisplay() {
  return new Promise((resolve, reject) => {
    const args = ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp', '-noreset'];
    const server = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
    const ended = new Promise((/** @type {(value: void) => void} */ resolveEnd) =>
      server.once('close', () => resolveEnd()),
    );
    const kill = () => server.kill('SIGTERM');
    let complaints = '';
    server.stderr?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      complaints += text;
    });
    server.once('error', () =>
      reject(new CannotContinue("Xvfb can't be started: install it with `apt-get install xvfb`, or set DISPLAY.")),
    );
    server.once('exit', (code) => {
      process.off('exit', kill);
      reject(new CannotContinue(`Xvfb ended with code ${String(code)}: ${complaints.trim().split('\n').at(-1) ?? ''}`));
    });
    process.once('exit', kill);
    let number = '';
    server.stdio[3]?.on('data', (/** @type {Buffer} */ text) => {
      number += text.toString('latin1');
      if (!number.endsWith('\n')) return;
      resolve({
        env: { DISPLAY: `:${number.trim()}` },
        description: `Xvfb on DISPLAY=:${number.trim()}`,
        close: async () => {
          kill();
          await ended;
        },
      });
    });
  });
}
