/**
 * Calls between the real app and the ordinary phones Linphone and Twinkle, through Kamailio and rtpengine: both ways, hold by either
 * side, digits, hang-up by either side, sound measured at both ends. Each phone is in a network namespace of its own (build/networks.mjs).
 *
 * Two things can't be seen. Twinkle does not tell that it was put on hold: that the agent's voice stops tells. Chromium does not tell the page of
 * digits that a phone sends as RFC 4733 events: the call must survive them.
 */
import { expect, test, type RunningApp } from '../support/app/app';
import { callCard, dial, expectEnd, press } from '../support/app/phone-driver';
import { measured } from '../support/measured';
import { AGENT } from '../support/phones/lab-line';
import { joinNetwork } from '../support/phones/network-line';
import { certutilProblem } from '../support/servers/trusted-authority';
import { waitForSilence, waitForTone } from '../support/sound/audio-probe';
import { withoutEchoCanceller } from '../support/sound/plain-microphone';
import { durationMs, purestTone, soundOf } from '../support/sound/recording';
import { LONGEST_PAUSE_MS } from '../support/sound/tone';
import { PHONES } from '../lab/ordinary-phone';
import { networkAt, PHONE_HZ, type FarPhone, type Network } from '../survival/orders';

/** What the agent says. */
const AGENT_HZ = 700;
const socket = process.env['RINGFENCE_E2E_NETWORK'];
let network: Network;

test.beforeEach(async () => {
  test.skip(
    socket === undefined,
    process.env['RINGFENCE_E2E_NETWORK_PROBLEM'] ?? 'there are no namespaces: start with npm run e2e as root.',
  );
  const problem = await certutilProblem();
  test.skip(problem !== null, problem ?? '');
  network = networkAt(socket ?? '');
  await network.lose(0);
  await network.plug('wifi');
  await network.unplug('lan');
});
test.afterEach(async ({}, testInfo) => {
  if (socket !== undefined) for (const name of PHONES) await network.phone(name).stop();
  if (socket === undefined || testInfo.status === testInfo.expectedStatus || testInfo.status === 'skipped') return;
  await testInfo.attach('printed by the lab', { body: await network.logs(), contentType: 'text/plain' });
});

/** Waits until the phone has heard the agent, from now on. */
async function heardByPhone(phone: FarPhone): Promise<void> {
  await phone.listen();
  const look = async (): Promise<string> => {
    const file = await phone.heard();
    if (file.length === 0) return 'nothing recorded';
    const sound = soundOf(file);
    const tone = purestTone(sound, AGENT_HZ);
    if (tone === null) return `${(durationMs(sound) / 1000).toFixed(1)} s without it`;
    measured(`the phone heard ${tone.frequencyHz.toFixed(1)} Hz at ${tone.toneDbfs.toFixed(1)} dBFS`);
    return 'heard';
  };
  await expect
    .poll(look, { message: `a tone of ${AGENT_HZ} Hz at the phone`, timeout: 15_000, intervals: [200] })
    .toBe('heard');
}

/** Waits until the phone has not heard the agent for well over the longest pause between two bursts. */
async function voiceGone(phone: FarPhone): Promise<void> {
  await phone.listen();
  let quietSince = performance.now();
  const look = async (): Promise<boolean> => {
    const file = await phone.heard();
    if (file.length > 0 && purestTone(soundOf(file), AGENT_HZ) !== null) {
      await phone.listen();
      quietSince = performance.now();
    }
    return performance.now() - quietSince > 3 * LONGEST_PAUSE_MS;
  };
  await expect
    .poll(look, { message: `no tone of ${AGENT_HZ} Hz at the phone`, timeout: 20_000, intervals: [200] })
    .toBe(true);
}

/** Each hears the other. */
async function bothHeard({ page }: RunningApp, phone: FarPhone): Promise<void> {
  await Promise.all([waitForTone(page, PHONE_HZ), heardByPhone(phone)]);
}

/** The phone's newest call has come this far, and rtpengine holds as many media sessions. */
async function expectStory(phone: FarPhone, from: number, story: readonly string[], sessions: number): Promise<void> {
  await expect.poll(async () => (await phone.events()).slice(from), { timeout: 15_000 }).toEqual(story);
  await expect.poll(() => network.mediaSessions(), { timeout: 15_000 }).toBe(sessions);
}

for (const { name, tellsHold, playsOnHold } of [
  // To those whom it holds Linphone plays the file that is its microphone here.
  { name: 'linphone', tellsHold: true, playsOnHold: true },
  { name: 'twinkle', tellsHold: false, playsOnHold: false },
] as const) {
  test(`${name}: calls both ways, hold by either side, digits, hang-up by either side`, async ({
    launch,
    keyring,
    folder,
  }) => {
    test.setTimeout(120_000);
    const phone = network.phone(name);
    const missing = await phone.start();
    test.skip(missing !== null, missing ?? '');
    const app = await joinNetwork(network, { launch, keyring, folder }, { toneHz: AGENT_HZ });
    const { page } = app;
    await withoutEchoCanceller(page);
    const held = tellsHold ? ['held'] : [];

    await test.step('the phone calls, the agent answers: both hear each other', async () => {
      await phone.dial(AGENT);
      await expect(callCard(page, 'ringing')).toContainText(name);
      await expectStory(phone, 0, ['ringing'], 1);
      await press(page, 'answer');
      await expect(callCard(page, 'active')).toBeVisible();
      await expectStory(phone, 0, ['ringing', 'established'], 1);
      await bothHeard(app, phone);
    });
    await test.step('the agent holds, and takes the call back', async () => {
      await press(page, 'hold');
      await expect(callCard(page, 'held')).toContainText('On hold');
      await Promise.all([voiceGone(phone), waitForSilence(page, PHONE_HZ)]);
      await expectStory(phone, 0, ['ringing', 'established', ...held], 1);
      await press(page, 'resume');
      await expect(callCard(page, 'active')).toBeVisible();
      await bothHeard(app, phone);
    });
    await test.step('the phone holds, and takes the call back', async () => {
      await phone.hold();
      await expect(callCard(page, 'held')).toContainText('They put you on hold');
      await Promise.all([voiceGone(phone), playsOnHold ? waitForTone(page, PHONE_HZ) : waitForSilence(page, PHONE_HZ)]);
      await phone.resume();
      await expect(callCard(page, 'active')).toBeVisible();
      await bothHeard(app, phone);
    });
    await test.step('digits go both ways', async () => {
      await press(page, 'keypad');
      const pad = page.getByRole('group', { name: 'Keypad' });
      const wanted = '159*0#';
      for (const digit of wanted) await pad.getByRole('button', { name: digit, exact: true }).click();
      await expect.poll(() => phone.digits(), { timeout: 20_000 }).toBe(wanted);
      await phone.sendDigits('42#');
      await bothHeard(app, phone);
    });
    await test.step('the agent hangs up', async () => {
      await press(page, 'end');
      await expectEnd(page, 'You ended the call.');
      await expectStory(phone, 0, ['ringing', 'established', ...held, 'ended'], 0);
    });

    const from = (await phone.events()).length;
    await test.step('the agent calls, the phone answers: both hear each other', async () => {
      await dial(page, name);
      await expect(callCard(page, 'ringing')).toContainText('Ringing');
      await expectStory(phone, from, ['incoming'], 1);
      await phone.answer();
      await expect(callCard(page, 'active')).toBeVisible();
      await expectStory(phone, from, ['incoming', 'established'], 1);
      await bothHeard(app, phone);
    });
    await test.step('the phone hangs up', async () => {
      await phone.hangUp();
      await expectEnd(page, 'They hung up.');
      await expectStory(phone, from, ['incoming', 'established', 'ended'], 0);
    });
  });
}
