/**
 * `npm run matrix [-- MESSAGES]`: what is too broad for `npm test`. The torture messages in every cell of their table, and
 * mutated messages against parser, repair and stack, in full number.
 */
import { runProgram, say } from './program.mjs';
import { addUp, summaryLine } from './summary.mjs';
import { runVitest } from './vitest-run.mjs';

const MESSAGES = 20_000;

await runProgram(async () => {
  const messages = process.argv[2] ?? String(MESSAGES);
  const counts = addUp([
    await runVitest('integration', { files: ['test/integration/torture.test.ts'] }),
    await runVitest('integration', {
      files: ['test/integration/fuzz.test.ts'],
      env: { RINGFENCE_FUZZ_MESSAGES: messages },
    }),
  ]);
  for (const line of counts.notes) say(line);
  say(summaryLine(counts));
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
});
