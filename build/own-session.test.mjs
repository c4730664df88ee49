import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { root } from './places.mjs';

/** A program that says which signals it gets, and ends after some of them, or when its pipe closes. */
const program = (/** @type {number} */ endsAfter) => `
  const { Socket } = require('node:net');
  let count = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => { console.log(signal); if (++count >= ${endsAfter}) setTimeout(() => process.exit(7), 200); });
  const pipe = new Socket({ fd: Number(process.env.RINGFENCE_STARTER_FD) });
  pipe.on('close', () => { console.log('pipe'); process.exit(8); });
  pipe.resume();
  console.log('pid ' + process.pid);
`;

/** Starts a starter as start.mjs is one. @param {number} endsAfter @param {number} killedAfterMs */
async function start(endsAfter, killedAfterMs) {
  const script = `
    import { runInOwnSession } from ${JSON.stringify(join(root, 'build', 'own-session.mjs'))};
    process.exitCode = await runInOwnSession(process.execPath, ['-e', ${JSON.stringify(program(endsAfter))}],
      { cwd: '/', env: process.env }, { killedAfterMs: ${killedAfterMs}, say: console.log });
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  /** @type {string[]} */
  const lines = [];
  const reader = createInterface({ input: child.stdout });
  const first = once(reader, 'line');
  reader.on('line', (line) => lines.push(line));
  await first;
  const ended = once(child, 'close');
  return { child, lines, ended, app: Number(lines[0]?.slice(4)) };
}
/** As a terminal does: to every process of its group. @param {import('node:child_process').ChildProcess} child @param {NodeJS.Signals} signal */
const toGroup = (child, signal) => process.kill(-(child.pid ?? 0), signal);

describe.skipIf(process.platform === 'win32')('an app in a session of its own', () => {
  it('gets one signal, however many its starter gets, and its exit code is the starter’s', async () => {
    const { child, lines, ended } = await start(1, 60_000);
    for (let n = 0; n < 3; n++) toGroup(child, 'SIGINT');
    child.kill('SIGHUP');
    expect(await ended).toEqual([7, null]);
    expect(lines.filter((line) => line.startsWith('SIG'))).toEqual(['SIGTERM']);
  });

  it('is told by the pipe when its starter was killed', async () => {
    const { child, lines, ended } = await start(1, 60_000);
    child.kill('SIGKILL');
    await ended;
    expect(lines.at(-1)).toBe('pipe');
  });

  it('is killed when it does not end in its time', async () => {
    const { child, app, ended } = await start(99, 300);
    child.kill('SIGTERM');
    expect(await ended).toEqual([1, null]);
    expect(() => process.kill(app, 0)).toThrow('ESRCH');
  });
});
