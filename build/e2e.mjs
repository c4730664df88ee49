/**
 * `npm run e2e [-- arguments for Playwright]`: builds, then runs the end-to-end tests in real Electron under Xvfb; those that
 * change the network run last, inside a network namespace of their own.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CannotContinue, runProgram, say } from './program.mjs';
import { root } from './places.mjs';
import { run } from './child.mjs';
import { makeNetworks } from './networks.mjs';
import { ensureBuilt } from './app-build.mjs';
import { setUp } from './setup.mjs';
import { setStage } from './stage.mjs';
import { addUp, failedToRun, none, readPlaywrightReport, summaryLine } from './summary.mjs';

/** @typedef {import('./summary.mjs').Counts} Counts */
/** @typedef {import('./become-user.mjs').Invocation} Invocation */

/**
 * The same command, begun as root by the words that enter a namespace and only then as its user.
 * @param {readonly string[]} inside none: as it is
 * @param {Invocation} invocation
 * @returns {Invocation}
 */
export function entering(inside, { command, args, uid, gid }) {
  const [enter, ...words] = inside;
  if (enter === undefined) return { command, args, ...(uid === undefined || gid === undefined ? {} : { uid, gid }) };
  const become = uid === undefined || gid === undefined ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--inh-caps=-all', '--'];
  return { command: enter, args: [...words, ...become, command, ...args] };
}

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
    say(`runtime: ${stage.env['RINGFENCE_E2E_RUNTIME'] ?? ''}`);
    /** @param {'ordinary' | 'network'} part @param {readonly string[]} inside @param {Record<string, string>} more @returns {Promise<Counts>} */
    const play = async (part, inside, more) => {
      const report = join(temporary, `playwright-${part}.json`);
      const invocation = stage.launch.invoke(process.execPath, [playwright, 'test', '--config', join(root, 'playwright.config.ts'), '--pass-with-no-tests', ...args]);
      const { command, args: words, ...as } = entering(inside, invocation);
      const outcome = await run(command, words, {
        ...as,
        cwd: root,
        env: { ...stage.env, RINGFENCE_E2E_PART: part, RINGFENCE_E2E_REPORT: report, RINGFENCE_E2E_OUTPUT: join(temporary, `test-results-${part}`), ...more },
        show: true,
      });
      const counts = readPlaywrightReport(await readFile(report, 'utf8').catch(() => ''));
      return outcome.code === 0 || counts.failed > 0 ? counts : failedToRun(counts, `Playwright ended with code ${String(outcome.code)}`);
    };
    const ordinary = await play('ordinary', [], {});
    const networks = await makeNetworks(join(temporary, 'edge')).catch((/** @type {unknown} */ error) => {
      if (error instanceof CannotContinue) return error;
      throw error;
    });
    if (networks instanceof CannotContinue) return addUp([ordinary, failedToRun(none(), networks.message)]);
    if ('problem' in networks) return addUp([ordinary, await play('network', [], { RINGFENCE_E2E_NETWORK_PROBLEM: networks.problem })]);
    try {
      return addUp([ordinary, await play('network', networks.desk, { RINGFENCE_E2E_NETWORK: networks.socket })]);
    } finally {
      await networks.remove();
    }
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
