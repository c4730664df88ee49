/**
 * `npm run lab-tests [-- files]`: the tests against real SIP servers, in a network namespace of their own where nothing of them can reach a
 * network. `npm test` runs all of them.
 */
import { pathToFileURL } from 'node:url';
import { runProgram, say } from './program.mjs';
import { installAsterisk } from './asterisk-folder.mjs';
import { installLab } from './lab-packages.mjs';
import { makeNamespace } from './namespace.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { summaryLine } from './summary.mjs';
import { runVitest } from './vitest-run.mjs';

/**
 * @param {Record<string, string>} asterisk what `installAsterisk` tells the tests
 * @param {readonly string[]} [files] only those whose path holds one of these
 * @returns {Promise<import('./summary.mjs').Counts>}
 */
export async function runLab(asterisk, files = []) {
  const place = await makeNamespace({ cable: true });
  try {
    say(place.reason);
    return await runVitest('lab', { inside: place.inside, env: asterisk, files });
  } finally {
    place.remove();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runProgram(async () => {
    await ensureNpmPackages();
    say(`lab: ${await installLab()}`);
    const asterisk = await installAsterisk();
    say(`lab: ${asterisk.said}`);
    const counts = await runLab(asterisk.env, process.argv.slice(2));
    for (const line of counts.notes) say(line);
    say(summaryLine(counts));
    return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
  });
}
