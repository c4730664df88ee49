/** Runs one project of vitest.config.ts and counts its tests. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './places.mjs';
import { run } from './child.mjs';
import { failedToRun, readVitestReport } from './summary.mjs';

/**
 * @param {'unit' | 'integration' | 'lab'} project
 * @param {object} [how]
 * @param {readonly string[]} [how.inside] words to put before the command, to run it inside of something
 * @param {Record<string, string>} [how.env] more of its environment
 * @param {readonly string[]} [how.files] only those whose path holds one of these
 * @returns {Promise<import('./summary.mjs').Counts>}
 */
export async function runVitest(project, { inside = [], env = {}, files = [] } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'ringfence-vitest-'));
  try {
    const report = join(folder, 'report.json');
    const skips = join(folder, 'skips.txt');
    const [command, ...words] = [
      ...inside,
      process.execPath,
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      '--project',
      project,
    ];
    const outcome = await run(
      command,
      [
        ...words,
        ...files,
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${report}`,
        `--reporter=${join(root, 'build', 'skip-reporter.mjs')}`,
      ],
      {
        cwd: root,
        env: { ...process.env, ...env, RINGFENCE_SKIPS: skips },
        show: true,
      },
    );
    const counts = readVitestReport(await readFile(report, 'utf8').catch(() => ''));
    counts.notes.push(...(await readFile(skips, 'utf8').catch(() => '')).split('\n').filter((line) => line !== ''));
    if (outcome.code !== 0 && counts.failed === 0)
      return failedToRun(counts, `The ${project} tests ended with code ${String(outcome.code)} although none failed.`);
    if (counts.passed + counts.failed + counts.skipped === 0) return failedToRun(counts, `No ${project} test ran.`);
    return counts;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
