/**
 * The practice run: drives the real app through two calls on its Practice line, measures them, and looks for the key
 * outside of main. start.mjs starts it, as the user and with the variables that test-bed.mjs chose.
 */
import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CannotContinue, runProgram, say } from './program.mjs';
import { searchFiles, searchPage, searchProcesses, UNCUT_STRINGS } from './app-traces.mjs';
import { parseJson } from './json.mjs';
import { hearTone } from './far-end-sound.mjs';
import { KeyHunt, tokenSignedWith } from './key-hunt.mjs';
import * as phone from './practice-window.mjs';
import { Steps } from './steps.mjs';
import { toneWav } from './tone-wav.mjs';

/** @typedef {import('@playwright/test').Page} Page */

const TONE_HZ = 1000;
const WITHIN_MS = 20_000;

/** @param {string} name @returns {string} */
function variable(name) {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new CannotContinue(`${name} is not set: start the practice run with \`npm start -- --practice-run\`.`);
  return value;
}

/** @param {number | null} ms @returns {string} */
const inMs = (ms) => (ms === null ? 'not measured' : `${ms < 100 ? ms.toFixed(1) : ms.toFixed(0)} ms`);

/** @param {import('./far-end-sound.mjs').Sound} sound */
const soundLine = (sound) => `${sound.frequencyHz.toFixed(1)} Hz at ${sound.levelDbfs.toFixed(1)} dBFS`;

/**
 * The search, with a canary that it must find in each kind of place.
 * @param {import('@playwright/test').ElectronApplication} app
 * @param {Page} page
 * @param {readonly string[]} printed what the app printed
 * @param {string} token
 * @returns {Promise<string>} one line on what was searched; rejects when the key was found, or the canary was not
 */
async function searchForKey(app, page, printed, token) {
  const canary = randomBytes(32).toString('base64url');
  const hunt = new KeyHunt([
    { name: 'the key', token },
    { name: 'the canary', token: tokenSignedWith(canary) },
  ]);
  const userData = await app.evaluate(({ app: electron }) => electron.getPath('userData'));
  const planted = join(userData, 'canary.txt');
  // Planted as a leak would look, inside of other text. It crosses to the window backwards, so that it is found there
  // only where it was planted; reversing makes one flat string, while `a + b` would leave V8 two halves.
  await writeFile(planted, Buffer.from(`key=${canary};`, 'utf16le'));
  await page.evaluate((backwards) => {
    const text = Array.from(`${backwards}=yek`).reverse().join('');
    localStorage.setItem('canary', text);
    Object.assign(globalThis, { canary: { deep: [text] } });
  }, Array.from(canary).reverse().join(''));
  await searchPage(page, hunt);
  const unreadable = (await searchFiles(userData, hunt)) + (await searchFiles(variable('HOME'), hunt));
  const { processes } = await searchProcesses(app.process().pid ?? 0, hunt);
  hunt.look('what the app printed', printed.join('\n'));
  await rm(planted, { force: true });
  await page.evaluate(() => localStorage.removeItem('canary'));

  const leaks = hunt.hits.filter(({ name }) => name === 'the key').map(({ place }) => place);
  if (leaks.length > 0) throw new Error(`the key was found outside of main: ${[...new Set(leaks)].join(', ')}`);
  const foundIn = hunt.hits.filter(({ name }) => name === 'the canary').map(({ place }) => place);
  for (const place of ['window: local', 'window: heap snapshot', `file ${planted}`]) {
    if (!foundIn.includes(place)) throw new Error(`the search is blind: it did not find a key planted in ${place}`);
  }
  return `no: ${hunt.places} places (heap, storage, files, ${processes} processes, output), ${(hunt.bytes / 1e6).toFixed(0)} MB, ${hunt.tried} texts tried as the token's key${unreadable === 0 ? '' : `, ${unreadable} files unreadable`}; a planted key was found ${foundIn.length} times`;
}

/** Starts the app and tells the story. @param {string} screenshot @returns {Promise<number>} */
async function practise(screenshot) {
  const { _electron } = await import('@playwright/test');
  const steps = new Steps();
  const microphone = join(variable('TMPDIR'), 'microphone.wav');
  await writeFile(microphone, toneWav(TONE_HZ));
  const launchedAt = Date.now();
  const app = await steps.step('the app starts', () =>
    _electron.launch({
      executablePath: variable('RINGFENCE_E2E_ELECTRON'),
      chromiumSandbox: variable('RINGFENCE_E2E_OS_SANDBOX') === '1',
      args: [
        .../** @type {string[]} */ (parseJson(variable('RINGFENCE_E2E_ARGS'))),
        '--use-fake-device-for-media-stream',
        `--use-file-for-fake-audio-capture=${microphone}`,
        UNCUT_STRINGS,
        variable('RINGFENCE_E2E_APP'),
      ],
      timeout: 60_000,
    }),
  );
  /** @type {string[]} */
  const printed = [];
  app.process().stdout?.on('data', (/** @type {Buffer} */ text) => printed.push(text.toString('utf8')));
  app.process().stderr?.on('data', (/** @type {Buffer} */ text) => printed.push(text.toString('utf8')));
  try {
    const page = await steps.step('its window opens', () => phone.phoneWindow(app));
    page.on('console', (message) => printed.push(message.text()));
    await steps.step('it registers with a minted token', () => phone.waitForRegistration(page, WITHIN_MS));
    const registeredAt = await phone.lastMark(page, 'registered');

    await steps.step('"echo" answers', async () => {
      await phone.dial(page, 'echo');
      await phone.waitForActiveCall(page, WITHIN_MS);
    });
    const echo = await steps.step(`our own ${TONE_HZ} Hz come back`, () => hearTone(page, TONE_HZ, WITHIN_MS));
    const toInvite = await phone.between(page, 'click-call', 'invite-sent');
    const toAudio = await phone.between(page, 'click-call', 'first-audio');
    await page.screenshot({ path: screenshot });
    await steps.step('we hang up', () => phone.hangUp(page, WITHIN_MS));

    await steps.step('"call-me" hangs up and calls back', async () => {
      await phone.dial(page, 'call-me');
      await phone.answer(page, WITHIN_MS);
      await phone.waitForActiveCall(page, WITHIN_MS);
    });
    const callBack = await steps.step(`our ${TONE_HZ} Hz come back from the caller`, () =>
      hearTone(page, TONE_HZ, WITHIN_MS),
    );
    await steps.step('we hang up again', () => phone.hangUp(page, WITHIN_MS));

    const mints = await steps.step('the audit log names the tokens', () => phone.mintsSoFar(page));
    const search = await steps.step('the key is nowhere outside of main', async () =>
      searchForKey(app, page, printed, await phone.freshToken(page)),
    );

    say('');
    say('Practice run');
    say(`  start -> registered           ${registeredAt === null ? 'not measured' : inMs(registeredAt - launchedAt)}`);
    say(`  click -> INVITE               ${inMs(toInvite)}`);
    say(`  click -> first audio          ${inMs(toAudio)}`);
    say(`  what came back from echo      ${soundLine(echo)}`);
    say(`  what came back from call-me   ${soundLine(callBack)}`);
    say(
      `  tokens minted                 ${mints.length} (${mints.map(({ fingerprint, lifeS }) => `${fingerprint} lives ${Math.floor(lifeS / 60)}:${String(lifeS % 60).padStart(2, '0')}`).join(', ')})`,
    );
    say(`  key found outside of main     ${search}`);
    say(`  runtime                       ${variable('RINGFENCE_E2E_RUNTIME')}`);
    say(
      `  OS sandbox                    ${variable('RINGFENCE_E2E_OS_SANDBOX') === '1' ? 'on' : variable('RINGFENCE_E2E_OS_SANDBOX_REASON')}`,
    );
    return 0;
  } catch (error) {
    await phone
      .phoneWindow(app)
      .then((page) => page.screenshot({ path: screenshot }))
      .catch(() => undefined);
    // Without the complaints of Chromium and ALSA about a machine that has no desktop and no sound card.
    const last = printed
      .join('')
      .split('\n')
      .filter((line) => line.trim() !== '' && !/^ALSA lib|^\[\d+:.*(?:ERROR|WARNING):/.test(line))
      .slice(-8);
    if (last.length > 0) console.error(`The app's last words:\n    ${last.join('\n    ')}`);
    throw error;
  } finally {
    await app.close().catch(() => undefined);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runProgram(() => practise(variable('RINGFENCE_PRACTICE_SCREENSHOT')));
}
