/** `npm run gateway [-- arguments]`: builds when needed and runs the practice gateway from the command line. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { CannotContinue, runProgram } from './program.mjs';
import { root } from './places.mjs';
import { ensureBuilt } from './app-build.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';

await runProgram(async () => {
  await ensureNpmPackages();
  await ensureBuilt();
  const child = spawn(process.execPath, [join(root, 'out', 'main', 'gateway-cli.js'), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  // Ctrl-C reaches both; the gateway ends by itself and we pass its answer on.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => child.kill(signal));
  return await new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new CannotContinue(`The gateway could not be started: ${error.message}.`)));
    child.once('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1)));
  });
});
