/**
 * `npm run e2e [-- arguments for Playwright]`: builds, then runs the end-to-end tests in real Electron under Xvfb: the plain ones side by side, then those
 * that measure, then those with Asterisk and last those that change the network, each inside a network namespace of their own.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CannotContinue, runProgram, say } from './program.mjs';
import { root } from './places.mjs';
import { run } from './child.mjs';
import { installAsterisk } from './asterisk-folder.mjs';
import { makeNamespace } from './namespace.mjs';
import { makeNetworks } from './networks.mjs';
import { ensureBuilt } from './app-build.mjs';
import { setUp } from './setup.mjs';
import { setUpTestBed } from './test-bed.mjs';
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
  const become =
    uid === undefined || gid === undefined
      ? []
      : ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--inh-caps=-all', '--'];
  return { command: enter, args: [...words, ...become, command, ...args] };
}

/** @typedef {import('./electron-runtime.mjs').Runtime} Runtime */

/**
 * @typedef {object} Part
 * @property {'plain' | 'second' | 'third' | 'soak' | 'measured' | 'asterisk' | 'network'} name as in playwright.config.ts
 * @property {readonly string[]} [inside] the words that enter a namespace
 * @property {Record<string, string>} [env]
 */

const playwright = join(root, 'node_modules', '@playwright', 'test', 'cli.js');

/** A display, a user, a home and a clipboard of its own. @param {Runtime} runtime */
const ownTestBed = (runtime) =>
  setUpTestBed(runtime, {
    display: 'virtual',
    mustRead: [
      playwright,
      ...['out/main/index.js', 'test/e2e/sandbox.spec.ts', 'playwright.config.ts'].map((name) => join(root, name)),
    ],
  });

/** @param {import('./test-bed.mjs').TestBed} testBed @returns {string} the test bed's own folder */
const folderOf = (testBed) => testBed.env['TMPDIR'] ?? '';

/**
 * @param {import('./test-bed.mjs').TestBed} testBed
 * @param {readonly string[]} args for Playwright
 * @param {Part} part
 * @returns {Promise<Counts>}
 */
async function play(testBed, args, { name, inside = [], env = {} }) {
  const report = join(folderOf(testBed), `playwright-${name}.json`);
  const invocation = testBed.launch.invoke(process.execPath, [
    playwright,
    'test',
    '--config',
    join(root, 'playwright.config.ts'),
    '--pass-with-no-tests',
    ...args,
  ]);
  const { command, args: words, ...as } = entering(inside, invocation);
  const outcome = await run(command, words, {
    ...as,
    cwd: root,
    env: {
      ...testBed.env,
      RINGFENCE_E2E_PART: name,
      RINGFENCE_E2E_REPORT: report,
      RINGFENCE_E2E_OUTPUT: join(folderOf(testBed), `test-results-${name}`),
      ...env,
    },
    show: true,
  });
  const counts = readPlaywrightReport(await readFile(report, 'utf8').catch(() => ''));
  return outcome.code === 0 || counts.failed > 0
    ? counts
    : failedToRun(counts, `Playwright ended with code ${String(outcome.code)}`);
}

/** Those that change the network. @param {import('./test-bed.mjs').TestBed} testBed @param {readonly string[]} args @returns {Promise<Counts>} */
async function playNetwork(testBed, args) {
  const networks = await makeNetworks(join(folderOf(testBed), 'edge')).catch((/** @type {unknown} */ error) => {
    if (error instanceof CannotContinue) return error;
    throw error;
  });
  if (networks instanceof CannotContinue) return failedToRun(none(), networks.message);
  if ('problem' in networks)
    return await play(testBed, args, { name: 'network', env: { RINGFENCE_E2E_NETWORK_PROBLEM: networks.problem } });
  try {
    return await play(testBed, args, {
      name: 'network',
      inside: networks.desk,
      env: { RINGFENCE_E2E_NETWORK: networks.socket },
    });
  } finally {
    await networks.remove();
  }
}

/**
 * Those with Asterisk, which needs a network of its own.
 * @param {import('./test-bed.mjs').TestBed} testBed
 * @param {readonly string[]} args
 * @param {Record<string, string>} asterisk
 * @returns {Promise<Counts>}
 */
async function playAsterisk(testBed, args, asterisk) {
  const place = await makeNamespace({ cable: true });
  try {
    return await play(testBed, args, { name: 'asterisk', inside: place.inside, env: asterisk });
  } finally {
    place.remove();
  }
}

/**
 * @param {Runtime} runtime
 * @param {readonly string[]} args for Playwright
 * @param {Record<string, string>} asterisk what `installAsterisk` tells the tests
 * @returns {Promise<Counts>}
 */
export async function runEndToEnd(runtime, args, asterisk) {
  const testBed = await ownTestBed(runtime);
  try {
    say(`runtime: ${testBed.env['RINGFENCE_E2E_RUNTIME'] ?? ''}`);
    // Those that neither measure time nor change the network run side by side, each part on a test bed of its own.
    const beside = async (/** @type {readonly ('second' | 'third' | 'soak')[]} */ names) => {
      const own = await ownTestBed(runtime);
      const counts = [];
      try {
        for (const name of names) counts.push(await play(own, args, { name }));
      } finally {
        await own.close();
      }
      return addUp(counts);
    };
    const plain = await Promise.all([
      play(testBed, args, { name: 'plain' }),
      beside(['second']),
      beside(['soak', 'third']),
    ]);
    return addUp([
      ...plain,
      await play(testBed, args, { name: 'measured' }),
      await playAsterisk(testBed, args, asterisk),
      await playNetwork(testBed, args),
    ]);
  } finally {
    await testBed.close();
  }
}

/**
 * The soak alone, at its full length.
 * @param {Runtime} runtime
 * @param {readonly string[]} args for Playwright
 * @param {number} calls
 * @returns {Promise<Counts>}
 */
export async function runSoak(runtime, args, calls) {
  const testBed = await ownTestBed(runtime);
  try {
    return await play(testBed, args, { name: 'soak', env: { RINGFENCE_SOAK_CALLS: String(calls) } });
  } finally {
    await testBed.close();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runProgram(async () => {
    const runtime = await setUp(['app', 'display']);
    await ensureBuilt();
    const asterisk = await installAsterisk();
    say(`lab: ${asterisk.said}`);
    const counts = await runEndToEnd(runtime, process.argv.slice(2), asterisk.env);
    for (const line of counts.notes) say(line);
    say(summaryLine(counts));
    return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
  });
}
