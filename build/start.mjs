/**
 * `npm start [-- --practice-run] [-- --screenshot PATH] [-- arguments for the app]`: sets up what is missing, builds, and
 * opens the app. Without a display it does the practice run instead.
 */
import { constants, copyFile, rm, stat } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { CannotContinue, messageOf, runProgram, say, warn } from './program.mjs';
import { isRoot, root } from './places.mjs';
import { ensureBuilt } from './app-build.mjs';
import { run } from './child.mjs';
import { runInOwnSession } from './own-session.mjs';
import { presentDisplay } from './display.mjs';
import { setUp } from './setup.mjs';
import { setUpTestBed } from './test-bed.mjs';
import { electronLaunch } from './unprivileged.mjs';

/** @typedef {import('./electron-runtime.mjs').Runtime} Runtime */

const leave = () => process.exit(1);
/** Before the app runs, a signal ends us by way of `exit`, where what was begun is ended and removed. @param {boolean} on */
function leaveAtOnce(on) {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process[on ? 'on' : 'off'](signal, leave);
}

/**
 * @typedef {object} Wishes
 * @property {boolean} practice
 * @property {string | null} screenshot where to put the practice run's picture
 * @property {string[]} forApp passed on to the app
 */

/** @param {readonly string[]} args @returns {Wishes} throws `CannotContinue` */
export function readWishes(args) {
  /** @type {Wishes} */
  const wishes = { practice: false, screenshot: null, forApp: [] };
  const rest = [...args];
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    if (argument === '--practice-run') wishes.practice = true;
    else if (argument === '--screenshot') {
      const path = rest.shift();
      if (path === undefined || path.startsWith('-'))
        throw new CannotContinue('--screenshot needs the path of a .png file to write.');
      if (!path.endsWith('.png'))
        throw new CannotContinue(`--screenshot writes a PNG picture: name it something.png, not ${path}.`);
      wishes.screenshot = resolve(path);
    } else wishes.forApp.push(argument);
  }
  return wishes;
}

/** @param {Runtime} runtime @param {string | null} screenshot @returns {Promise<number>} exit code */
async function practiceRun(runtime, screenshot) {
  const testBed = await setUpTestBed(runtime, {
    display: 'virtual',
    mustRead: ['out/main/index.js', 'build/practice-run.mjs', 'node_modules/@playwright/test/package.json'].map(
      (name) => join(root, name),
    ),
  });
  try {
    const taken = join(testBed.env['TMPDIR'] ?? tmpdir(), 'practice-run.png');
    const { command, args, ...as } = testBed.launch.invoke(process.execPath, [join(root, 'build', 'practice-run.mjs')]);
    const outcome = await run(command, args, {
      ...as,
      cwd: '/',
      env: { ...testBed.env, RINGFENCE_PRACTICE_SCREENSHOT: taken },
      show: true,
    });
    const kept = screenshot ?? join(tmpdir(), `ringfence-practice-run-${userInfo().username}.png`);
    if ((await stat(taken).catch(() => null)) === null) return outcome.code ?? 1;
    // Never through a link that somebody laid in a shared folder.
    await rm(kept, { force: true }).catch(() => undefined);
    const problem = await copyFile(taken, kept, constants.COPYFILE_EXCL).then(() => null, messageOf);
    if (problem === null) say(`  screenshot                    ${kept}`);
    else warn(`the screenshot could not be written to ${kept} (${problem}): name another place with --screenshot.`);
    return outcome.code ?? 1;
  } finally {
    await testBed.close();
  }
}

/**
 * Opens the app and stays until it is quit.
 * @param {Runtime} runtime
 * @param {import('./display.mjs').Display} display
 * @param {readonly string[]} args
 * @returns {Promise<number>} exit code
 */
async function open(runtime, display, args) {
  const env = { ...process.env, ...display.env };
  const launch = await electronLaunch(
    { executablePath: runtime.executablePath, home: 'persistent', mustRead: [join(root, 'out/main/index.js')] },
    env,
  );
  if (launch.osSandbox) say(`sandbox: ${launch.reason}`);
  else warn(launch.reason);
  say(`Ringfence opens on ${display.description}; close its window or press Ctrl-C to end it.`);
  const { command, args: words, ...as } = launch.invoke(launch.executablePath, [...launch.args, root, ...args]);
  // Of a person's own start it was there for the trial of the sandbox alone.
  if (!isRoot) await launch.home.remove();
  leaveAtOnce(false);
  return await runInOwnSession(
    command,
    words,
    {
      ...as,
      cwd: launch.user === null ? process.cwd() : '/',
      // A person keeps their own environment: their keychain, their sound, their settings.
      env: isRoot ? launch.env : env,
    },
    { say },
  );
}

await runProgram(async () => {
  leaveAtOnce(true);
  const wishes = readWishes(process.argv.slice(2));
  const display = await presentDisplay();
  const practice = wishes.practice || 'problem' in display;
  const runtime = await setUp(practice ? ['app', 'display'] : ['app']);
  await ensureBuilt();
  if ('problem' in display)
    say(`There is no display to open a window on (${display.problem}): this is the practice run instead.`);
  if (practice || 'problem' in display) return await practiceRun(runtime, wishes.screenshot);
  return await open(runtime, display, wishes.forApp);
});
