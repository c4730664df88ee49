/** `npm run e2e [-- arguments for Playwright]`: builds, then runs the end-to-end tests in real Electron under Xvfb. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runProgram, say } from './program.mjs';
import { root } from './places.mjs';
import { run } from './child.mjs';
import { ensureBuilt } from './app-build.mjs';
import { setUp } from './setup.mjs';
import { setStage } from './stage.mjs';
import { failedToRun, readPlaywrightReport, summaryLine } from './summary.mjs';

/**
 * @param {import('./electron-runtime.mjs').Runtime} runtime
 * @param {readonly string[]} args for Playwright
 * @returns {Promise<import('./summary.mjs').Counts>}
 */
export async function runEndToEnd(runtime, args) {
  const playwright = join(root, 'node_modules', '@playwright', 'test', 'cli.js');
  const stage = await setStage(runtime, { display: 'virtual', mustRead: [playwright, ...['out/main/index.js', 'test/e2e/sandbox.spec.ts', 'playwright.config.ts'].map((name) => join(root, name))] });
  try {
    const temporary = stage.env['TMPDIR'] ?? '';
    const report = join(temporary, 'playwright.json');
    say(`runtime: ${stage.env['RINGFENCE_E2E_RUNTIME'] ?? ''}`);
    const { command, args: words, ...as } = stage.launch.invoke(process.execPath, [playwright, 'test', '--config', join(root, 'playwright.config.ts'), ...args]);
    const outcome = await run(command, words, {
      ...as,
      cwd: root,
      env: { ...stage.env, RINGFENCE_E2E_REPORT: report, RINGFENCE_E2E_OUTPUT: join(temporary, 'test-results') },
      show: true,
    });
    const counts = readPlaywrightReport(await readFile(report, 'utf8').catch(() => ''));
    return outcome.code === 0 || counts.failed > 0 ? counts : failedToRun(counts, `Playwright ended with code ${String(outcome.code)}`);
  } finally {
    await stage.close();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runProgram(async () => {
    const runtime = await setUp(['app', 'display']);
    await ensureBuilt();
    const counts = await runEndToEnd(runtime, process.argv.slice(2));
    for (const line of counts.skips) say(line);
    say(summaryLine(counts));
    return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
  });
}
