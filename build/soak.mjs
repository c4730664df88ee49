/** `npm run soak [-- CALLS]`: hundreds of calls in one run of the app, at their full number; `npm test` makes a few of them. */
import { runProgram, say } from './program.mjs';
import { ensureBuilt } from './app-build.mjs';
import { runSoak } from './e2e.mjs';
import { setUp } from './setup.mjs';
import { summaryLine } from './summary.mjs';

const CALLS = 300;

await runProgram(async () => {
  const [calls, ...args] = process.argv.slice(2);
  const runtime = await setUp(['app', 'display']);
  await ensureBuilt();
  const counts = await runSoak(runtime, args, calls === undefined ? CALLS : Number(calls));
  for (const line of counts.notes) say(line);
  say(summaryLine(counts));
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
});
