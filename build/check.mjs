/**
 * `npm run check`: types by zone, lint, format, the arrow table, unit tests. All of them run, also after a failure; prints one
 * line for each with its time.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runProgram, say } from './program.mjs';
import { root } from './places.mjs';
import { run } from './child.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { addUp, failure, none, summaryLine } from './summary.mjs';
import { runVitest } from './vitest-run.mjs';

/** @typedef {import('./summary.mjs').Counts} Counts */

/** @param {string} path below node_modules */
const tool = (path) => join(root, 'node_modules', path);

/**
 * Runs a tool that is silent, or talks only about what is wrong; it counts as one test.
 * @param {Tool} tool
 * @param {boolean} yields
 * @returns {Promise<Counts>}
 */
async function runTool({ name, script, args }, yields) {
  const outcome = await run(process.execPath, [tool(script), ...args], { cwd: root, yields });
  if (outcome.code === 0) return { ...none(), passed: 1 };
  const said = (outcome.stdout + outcome.stderr).trimEnd();
  console.error(said);
  return { ...none(), failed: 1, notes: [failure(name, said)] };
}

/** @typedef {{ name: string, script: string, args: readonly string[] }} Tool */

/** @type {readonly Tool[]} */
const TOOLS = [
  { name: 'types', script: 'typescript/bin/tsc', args: ['--build', '--pretty'] },
  { name: 'lint', script: 'eslint/bin/eslint.js', args: ['.', '--max-warnings', '0'] },
  {
    name: 'arrows',
    script: 'dependency-cruiser/bin/dependency-cruise.mjs',
    args: ['--config', '.dependency-cruiser.cjs', 'src', 'test', 'build'],
  },
];

/** @param {string} name @param {() => Promise<Counts>} work @returns {Promise<Counts>} */
async function timed(name, work) {
  const started = Date.now();
  const counts = await work();
  const sum = counts.passed + counts.failed + counts.skipped > 1 ? ` (${summaryLine(counts)})` : '';
  say(
    `check: ${counts.failed === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(10)} ${((Date.now() - started) / 1000).toFixed(1)} s${sum}`,
  );
  return counts;
}

/**
 * Types, lint, format, arrows: they share the processors.
 * @param {{ yields: boolean }} how `yields`: only what others leave of them
 * @returns {Promise<Counts>}
 */
export async function runTools({ yields }) {
  return addUp(await Promise.all(TOOLS.map((each) => timed(each.name, () => runTool(each, yields)))));
}

/**
 * The unit tests, some of which watch the clock, have the processors alone.
 * @returns {Promise<Counts>}
 */
export async function runUnitTests() {
  return await timed('unit tests', () => runVitest('unit'));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runProgram(async () => {
    await ensureNpmPackages();
    const counts = addUp([await runTools({ yields: false }), await runUnitTests()]);
    for (const line of counts.notes) say(line);
    say(
      counts.failed === 0
        ? 'check: everything holds'
        : `check: FAILED, ${counts.failed} of ${counts.passed + counts.failed}`,
    );
    return counts.failed === 0 ? 0 : 1;
  });
}
