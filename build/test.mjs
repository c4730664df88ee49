/**
 * `npm test`: sets up what is missing, then runs everything: the checks, integration, the lab, the window in Chromium, end to end. A part that fails
 * does not keep the others from running. The last line sums up all runners.
 */
import { CannotContinue, runProgram, say } from './program.mjs';
import { ensureBuilt } from './app-build.mjs';
import { runTools, runUnitTests } from './check.mjs';
import { runEndToEnd } from './e2e.mjs';
import { installAsterisk } from './asterisk-folder.mjs';
import { installLab } from './lab-packages.mjs';
import { runLab } from './lab-tests.mjs';
import { setUp } from './setup.mjs';
import { addUp, failedToRun, none, summaryLine } from './summary.mjs';
import { installUi, runUi } from './ui.mjs';
import { runVitest } from './vitest-run.mjs';

/** @typedef {import('./summary.mjs').Counts} Counts */

/**
 * @param {string} title
 * @param {() => Promise<Counts>} work
 * @returns {Promise<Counts>}
 */
async function part(title, work) {
  const started = Date.now();
  say(`\n=== ${title}`);
  let counts;
  try {
    counts = await work();
  } catch (error) {
    if (!(error instanceof CannotContinue)) throw error;
    counts = failedToRun(none(), error.message);
  }
  say(`=== ${title}: ${summaryLine(counts)}, ${((Date.now() - started) / 1000).toFixed(0)} s`);
  return counts;
}

await runProgram(async () => {
  const runtime = await setUp(['app', 'display']);
  say(`lab: ${await installLab()}`);
  const asterisk = await installAsterisk();
  say(`lab: ${asterisk.said}`);
  say(`ui: ${await installUi()}`);
  const counts = addUp([
    await part('unit tests', runUnitTests),
    // The first two wait most of the time: the window in Chromium and the tools get what they leave of the processors.
    ...(await Promise.all([
      part('integration', () => runVitest('integration')),
      part('lab', () => runLab(asterisk.env)),
      part('window in Chromium', () => runUi(runtime, [], { yields: true })),
      part('types, lint, arrows', () => runTools({ yields: true })),
    ])),
    await part('end to end', async () => {
      await ensureBuilt();
      return await runEndToEnd(runtime, [], asterisk.env);
    }),
  ]);
  say('');
  for (const line of counts.notes) say(line);
  say(summaryLine(counts));
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
});
