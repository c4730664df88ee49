/** `npm run ringfence -- keys list`: sets up and builds what is missing, then runs the app's command line (README.md, "A fleet from the command line"). */
import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from './app-build.mjs';
import { isRoot, root } from './places.mjs';
import { CannotContinue, runProgram, warn } from './program.mjs';
import { setUp } from './setup.mjs';

/**
 * The file descriptors that the app gets: the three of every program, and all up to the one that holds the passphrase.
 * @param {readonly string[]} words
 * @returns {'inherit'[]}
 */
export function inheritedBy(words) {
  const at = words.findIndex((word) => word === '--passphrase-fd' || word.startsWith('--passphrase-fd='));
  const number = at === -1 ? '' : (words[at]?.split('=')[1] ?? words[at + 1] ?? '');
  return Array.from({ length: /^\d{1,2}$/.test(number) ? Math.max(3, Number(number) + 1) : 3 }, () => 'inherit');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runProgram(async () => {
    // Standard output is the command's own: a script reads JSON there.
    console.log = console.error;
    const words = process.argv.slice(2);
    const runtime = await setUp(['app']);
    await ensureBuilt();
    if (isRoot)
      warn(
        "as root this is root's own installation, and not the one that npm start opens as another user: name that one with --user-data-dir=FOLDER, or run this as its user.",
      );
    // Without a window there is no renderer, and nothing for Chromium's sandbox to hold; it refuses to start as root with it.
    const child = spawn(
      runtime.executablePath,
      [...(isRoot ? ['--no-sandbox'] : []), root, ...(words.length === 0 ? ['--help'] : words)],
      {
        stdio: inheritedBy(words),
        // npm goes to the checkout; a path that a person writes is meant from where they are.
        cwd: process.env['INIT_CWD'] ?? process.cwd(),
      },
    );
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
      process.on(signal, () => child.kill(signal));
    return await new Promise((/** @type {(code: number) => void} */ resolve, reject) => {
      child.once('error', (error) => reject(new CannotContinue(`Ringfence could not be started: ${error.message}.`)));
      child.once('close', (code) => resolve(code ?? 1));
    });
  });
}
