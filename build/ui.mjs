/**
 * `npm run ui [-- arguments for Playwright]`: the window without its main process, in Debian's Chromium, which is newer than Electron's. Builds and serves
 * the preview once; Playwright and Chromium run as the user that Electron would be, without a screen.
 */
import { existsSync, rmSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CannotContinue, runProgram, say, warn } from './program.mjs';
import { isRoot, root } from './places.mjs';
import { run } from './child.mjs';
import { claimHome, HOME_PREFIX } from './left-homes.mjs';
import { setUp } from './setup.mjs';
import { install, missingFor } from './system-packages.mjs';
import { failedToRun, readPlaywrightReport, summaryLine } from './summary.mjs';
import { setUpTestBed } from './test-bed.mjs';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const playwright = join(root, 'node_modules', '@playwright', 'test', 'cli.js');
const config = join(root, 'test', 'ui', 'playwright.config.ts');

/** @returns {string | null} null, or a sentence saying what is missing */
function chromiumProblem() {
  if (existsSync(CHROMIUM)) return null;
  return `There is no Chromium at ${CHROMIUM}: apt-get install chromium, or name another one in CHROMIUM.`;
}

/**
 * Installs what is missing, as root; otherwise names the command that does. Never fails: the tests say again what is missing.
 * @returns {Promise<string>} half a sentence saying what there is
 */
export async function installUi() {
  if (chromiumProblem() === null) return 'Chromium is there';
  const missing = (await missingFor('ui')) ?? [];
  if (missing.length === 0) return 'no Chromium, its tests will be skipped';
  if (!isRoot) {
    warn(
      `tests of the window will be skipped without ${missing.join(', ')}: \`sudo apt-get update && sudo apt-get install --no-install-recommends ${missing.join(' ')}\` installs them.`,
    );
    return 'no Chromium';
  }
  try {
    await install(missing);
    return `installed ${missing.length}`;
  } catch (error) {
    if (!(error instanceof CannotContinue)) throw error;
    warn(`tests of the window will be skipped. ${error.message}`);
    return 'no Chromium';
  }
}

/** Builds the preview and serves it. @param {string} folder */
async function servePreview(folder) {
  const { build, preview } = await import('vite');
  const options = {
    configFile: join(root, 'test', 'support', 'ui-preview', 'vite.config.ts'),
    logLevel: /** @type {const} */ ('warn'),
    build: { outDir: folder },
  };
  await build(options);
  const server = await preview({ ...options, preview: { host: '127.0.0.1', port: 4599 } });
  const url = server.resolvedUrls?.local[0];
  if (url === undefined) throw new Error('unreachable: a server that listens has an address');
  return { url, close: () => server.close() };
}

/**
 * @param {import('./electron-runtime.mjs').Runtime} runtime
 * @param {readonly string[]} [args] for Playwright
 * @param {{ yields: boolean }} [how] `yields`: it gets the processor when nobody else wants it
 * @returns {Promise<import('./summary.mjs').Counts>}
 */
export async function runUi(runtime, args = [], { yields } = { yields: false }) {
  const problem = chromiumProblem();
  const folder = await mkdtemp(join(os.tmpdir(), `${HOME_PREFIX}ui-`));
  // Should this run be killed, the next one removes it.
  await claimHome(folder);
  const removeNow = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeNow);
  const served = problem === null ? await servePreview(join(folder, 'preview')) : null;
  try {
    const testBed = await setUpTestBed(runtime, { display: 'virtual', mustRead: [playwright, config] });
    try {
      const temporary = testBed.env['TMPDIR'] ?? '';
      const report = join(temporary, 'playwright-ui.json');
      const invocation = testBed.launch.invoke(process.execPath, [playwright, 'test', '--config', config, ...args]);
      const { command, args: words, ...as } = invocation;
      const outcome = await run(command, words, {
        ...as,
        cwd: root,
        env: {
          ...testBed.env,
          RINGFENCE_UI_CHROMIUM: CHROMIUM,
          RINGFENCE_UI_URL: served?.url ?? '',
          RINGFENCE_UI_PROBLEM: problem ?? '',
          RINGFENCE_UI_REPORT: report,
          RINGFENCE_UI_OUTPUT: join(temporary, 'test-results-ui'),
        },
        show: true,
        yields,
      });
      const counts = readPlaywrightReport(await readFile(report, 'utf8').catch(() => ''));
      return outcome.code === 0 || counts.failed > 0
        ? counts
        : failedToRun(counts, `Playwright ended with code ${String(outcome.code)}`);
    } finally {
      await testBed.close();
    }
  } finally {
    await served?.close();
    process.off('exit', removeNow);
    await rm(folder, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runProgram(async () => {
    const runtime = await setUp(['app', 'display']);
    say(`ui: ${await installUi()}`);
    const counts = await runUi(runtime, process.argv.slice(2));
    for (const line of counts.notes) say(line);
    say(summaryLine(counts));
    return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
  });
}
