/** `npm run lab [-- arguments]`: real SIP servers on this computer, kept up for a person who tries the app against them. */
import { chmod, chown, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram, say } from './program.mjs';
import { isRoot, root } from './places.mjs';
import { installLab } from './lab-packages.mjs';
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

await runProgram(async () => {
  await ensureNpmPackages();
  if (!process.argv.includes('--help')) say(`packages: ${await installLab()}`);
  const { runnerImport } = await import('vite');
  /** @type {{ module: { runLab: (run: LabRun) => Promise<number> } }} */
  const { module } = await runnerImport(join(root, 'test', 'lab', 'cli.ts'), {
    root,
    configFile: false,
    logLevel: 'error',
  });
  /** @type {Promise<void>} */
  const ended = new Promise((resolve) => {
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => resolve());
  });
  return await module.runLab({ args: process.argv.slice(2), say, ended, share });
});
