/** Builds the app into out/ when its sources have changed since the last build. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { CannotContinue, say } from './program.mjs';
import { root, stampFolder } from './places.mjs';
import { run } from './child.mjs';

const STAMP = join(stampFolder, 'build.json');
/** Without these the app does not start. */
const RESULTS = ['out/main/index.js', 'out/preload/index.cjs', 'out/renderer/index.html'];

/** @param {string} folder @returns {Promise<string[]>} */
async function filesBelow(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) =>
    entry.isFile() && !/\.test\.tsx?$/.test(entry.name) ? [join(entry.parentPath, entry.name)] : [],
  );
}

/** What the result of a build depends on, as one hash. @returns {Promise<string>} */
async function sourcesHash() {
  const files = [
    ...(await filesBelow(join(root, 'src'))),
    ...['package.json', 'package-lock.json', 'electron.vite.config.ts', 'tsconfig.base.json'].map((name) =>
      join(root, name),
    ),
  ];
  const hash = createHash('sha256');
  for (const file of files.sort()) {
    hash
      .update(`${relative(root, file)}\0`)
      .update(await readFile(file))
      .update('\0');
  }
  return hash.digest('hex');
}

/** A hash of what a build left, to notice a folder that somebody emptied or changed; null when something is missing. @returns {Promise<string | null>} */
async function resultsHash() {
  try {
    const hash = createHash('sha256');
    for (const name of RESULTS) hash.update(await readFile(join(root, name)));
    return hash.digest('hex');
  } catch {
    return null;
  }
}

/**
 * @returns {Promise<void>} rejects with `CannotContinue` when the sources don't build
 */
export async function ensureBuilt() {
  const sources = await sourcesHash();
  const before = await resultsHash();
  if (
    before !== null &&
    (await readFile(STAMP, 'utf8').catch(() => '')) === JSON.stringify({ sources, results: before })
  ) {
    say('build: out/ is up to date');
    return;
  }
  const started = Date.now();
  const outcome = await run(
    process.execPath,
    [join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js'), 'build'],
    { cwd: root },
  );
  const results = outcome.code === 0 ? await resultsHash() : null;
  if (results === null) {
    console.error(outcome.stdout + outcome.stderr);
    throw new CannotContinue("The app could not be built: the compiler's message is above.");
  }
  await mkdir(stampFolder, { recursive: true });
  await writeFile(STAMP, JSON.stringify({ sources, results }));
  say(`build: out/ made in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}
