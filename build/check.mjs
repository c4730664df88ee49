/**
 * `npm run check`: types by zone, lint, the arrow table, unit tests. All of them run, also after a failure; prints one
 * line for each with its time.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runProgram, say } from './program.mjs';
import { root } from './places.mjs';
import { run } from './child.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { addUp, none, summaryLine } from './summary.mjs';
import { runVitest } from './vitest-run.mjs';

/** @typedef {import('./summary.mjs').Counts} Counts */

/** @param {string} path below node_modules */
const tool = (path) => join(root, 'node_modules', path);

/**
 * Runs a tool that is silent, or talks only about what is wrong; it counts as one test.
 * @param {string} script
 * @param {readonly string[]} args
 * @returns {Promise<Counts>}
 */
async function runTool(script, args) {
  const outcome = await run(process.execPath, [script, ...args], { cwd: root });
  if (outcome.code === 0) return { ...none(), passed: 1 };
  console.error((outcome.stdout + outcome.stderr).trimEnd());
  return { ...none(), failed: 1 };
}

/** @typedef {{ name: string, work: () => Promise<Counts> }} Step */

/** @type {readonly Step[]} */
const TOOLS = [
  { name: 'types', work: () => runTool(tool('typescript/bin/tsc'), ['--build', '--pretty']) },
  { name: 'lint', work: () => runTool(tool('eslint/bin/eslint.js'), ['.', '--max-warnings', '0']) },
  { name: 'arrows', work: () => runTool(tool('dependency-cruiser/bin/dependency-cruise.mjs'), ['--config', '.dependency-cruiser.cjs', 'src', 'test', 'build']) },
];

/** @param {Step} step @returns {Promise<Counts>} */
async function timed({ name, work }) {
  const started = Date.now();
  const counts = await work();
  const sum = counts.passed + counts.failed + counts.skipped > 1 ? ` (${summaryLine(counts)})` : '';
  say(`check: ${counts.failed === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(10)} ${((Date.now() - started) / 1000).toFixed(1)} s${sum}`);
  return counts;
}

/**
 * The tools share the processors; the unit tests, some of which watch the clock, have them alone.
 * @returns {Promise<Counts>}
 */
export async function runChecks() {
  const tools = await Promise.all(TOOLS.map(timed));
  return addUp([...tools, await timed({ name: 'unit tests', work: () => runVitest('unit') })]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runProgram(async () => {
    await ensureNpmPackages();
    const counts = await runChecks();
    for (const line of counts.skips) say(line);
    say(counts.failed === 0 ? 'check: everything holds' : `check: FAILED, ${counts.failed} of ${counts.passed + counts.failed}`);
    return counts.failed === 0 ? 0 : 1;
  });
}
