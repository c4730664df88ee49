/**
 * `npm run lab [-- arguments]`: real SIP servers on this computer, kept up for a person who tries the app against them. With Asterisk it runs once
 * more inside a network namespace, as a child of its own.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CannotContinue, runProgram, say } from './program.mjs';
import { isRoot, root } from './places.mjs';
import { installAsterisk } from './asterisk-folder.mjs';
import { installLab } from './lab-packages.mjs';
import { makeNamespace } from './namespace.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { candidateUsers } from './unprivileged.mjs';

/** @typedef {{ args: readonly string[], say: (text: string) => void, ended: Promise<void>, share: (folder: string, keyFile: string) => Promise<void> }} LabRun */

/** Root's app runs as an unprivileged user, who must be able to load the key. @param {string} folder @param {string} keyFile */
async function share(folder, keyFile) {
  const [user] = isRoot ? candidateUsers(process.env, await readFile('/etc/passwd', 'utf8')) : [];
  if (user === undefined) return;
  await chmod(folder, 0o711);
  await chown(keyFile, user.uid, user.gid);
}

/** Words that enter the namespace; set for the child inside. */
const ENTER = 'RINGFENCE_LAB_ENTER';
const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/** The lab inside a namespace; the namespace goes when the lab has ended. @returns {Promise<number>} its exit code */
async function runInside() {
  const asterisk = await installAsterisk();
  const { RINGFENCE_ASTERISK_PROBLEM: problem } = asterisk.env;
  if (problem !== undefined) throw new CannotContinue(`There can be no Asterisk here: ${problem}`);
  say(`packages: ${asterisk.said}`);
  const place = await makeNamespace({ cable: true, staysOnSignals: true });
  const [command, ...words] = place.inside;
  if (command === undefined) throw new CannotContinue(`Asterisk needs a network namespace: ${place.reason}.`);
  try {
    const child = spawn(command, [...words, process.execPath, ...process.argv.slice(1)], {
      stdio: 'inherit',
      env: { ...process.env, ...asterisk.env, [ENTER]: place.inside.join(' ') },
    });
    for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
    await once(child, 'exit');
    return child.exitCode ?? 1;
  } finally {
    place.remove();
  }
}

/** Told by arguments that only cli.ts reads in full. */
const wantsAsterisk = () => / --server[ =]asterisk(?: |$)/.test(` ${process.argv.slice(2).join(' ')}`);

await runProgram(async () => {
  const inside = process.env[ENTER] !== undefined;
  const help = process.argv.includes('--help');
  if (!inside) await ensureNpmPackages();
  if (!inside && !help) say(`packages: ${await installLab()}`);
  if (!inside && !help && wantsAsterisk()) return await runInside();
  const { runnerImport } = await import('vite');
  /** @type {{ module: { runLab: (run: LabRun) => Promise<number> } }} */
  const { module } = await runnerImport(join(root, 'test', 'lab', 'cli.ts'), {
    root,
    configFile: false,
    logLevel: 'error',
  });
  /** @type {Promise<void>} */
  const ended = new Promise((resolve) => {
    for (const signal of SIGNALS) process.on(signal, () => resolve());
  });
  return await module.runLab({ args: process.argv.slice(2), say, ended, share });
});
