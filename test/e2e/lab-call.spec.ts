/** Calls between the real app and an ordinary phone (baresip) through Kamailio and rtpengine: what is said arrives, measured in numbers. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from '../lab/lab';
import type { Sipp } from '../lab/sipp';
import { expect, test, type RunningApp } from '../support/app/app';
import { heardBy } from '../support/sound/heard-by';
import { waitForSilence, waitForTone } from '../support/sound/audio-probe';
import { audioStats, watchConnections } from '../support/sound/call-stats';
import { AGENT, joinLab } from '../support/phones/lab-line';
import { measured } from '../support/measured';
import { withoutEchoCanceller } from '../support/sound/plain-microphone';
import { callCard, dial, expectEnd, press } from '../support/app/phone-driver';
import { durationMs, purestTone, readSound, waitForRecordedTone } from '../support/sound/recording';

/** What the agent says, and what bob plays. */
const AGENT_HZ = 700;
const BOB_HZ = 440;

/** Starts the app on its line to the lab. */
async function agentAt(lab: Lab, launched: Promise<RunningApp>): Promise<RunningApp> {
  const app = await launched;
  await joinLab(app, lab);
  await watchConnections(app.page);
  await withoutEchoCanceller(app.page);
  return app;
}

/** The call is over for everybody: rtpengine holds no media, bob no call. */
async function expectNothingLeft(lab: Lab): Promise<void> {
  await expect.poll(() => lab.mediaSessions(), { message: 'media sessions in rtpengine' }).toBe(0);
  await expect.poll(() => lab.baresip.calls(), { message: 'calls of bob' }).toBe(0);
}

/** One of the lab's scenarios, with what it leaves open filled in. */
async function play(
  lab: Lab,
  scenario: string,
  args: readonly string[] = [],
  open: Readonly<Record<string, string>> = {},
): Promise<Sipp> {
  const text = await readFile(new URL(`../lab/sipp/${scenario}.xml`, import.meta.url), 'utf8');
  const path = join(lab.folder, `${scenario}.xml`);
  await writeFile(
    path,
    text.replace(/%(\w+)%/g, (whole, name: string) => open[name] ?? whole),
  );
  return await lab.sipp(path, { role: 'uas', args, timeoutMs: 60_000 });
}

for (const { codec, name, rateHz } of [
  { codec: 'PCMU', name: 'audio/PCMU', rateHz: 8_000 },
  { codec: 'opus', name: 'audio/opus', rateHz: 48_000 },
] as const) {
  test.describe(`with ${codec}`, () => {
    test.use({ labOptions: { codec } });

    test(`the agent calls: both hear each other in ${codec}, no packet is lost, the agent hangs up`, async ({
      launch,
      lab,
      keyring,
    }) => {
      const app = await agentAt(lab, launch({ toneHz: AGENT_HZ, bus: keyring.bus }));
      const { page } = app;
      await dial(page, 'bob');
      await expect(callCard(page, 'active')).toBeVisible();
      await lab.baresip.event('CALL_ESTABLISHED');
      const heard = await waitForTone(page, BOB_HZ);
      measured(`${codec}: the agent heard ${heard.frequencyHz.toFixed(1)} Hz at ${heard.toneDbfs.toFixed(1)} dBFS`);
      expect(heard.toneDbfs).toBeGreaterThan(-20);

      const recording = await heardBy(lab.baresip);
      await waitForRecordedTone(recording, AGENT_HZ);
      await expect
        .poll(async () => (await audioStats(page))?.lostByPeer ?? null, {
          message: "bob's report of what he missed",
          timeout: 20_000,
        })
        .not.toBeNull();
      const stats = await audioStats(page);
      measured(
        `${codec}: ${String(stats?.received)} packets received, ${String(stats?.sent)} sent; lost ${String(stats?.lost)} and ${String(stats?.lostByPeer)}`,
      );
      expect(stats).toMatchObject({ codec: name, lost: 0, lostByPeer: 0 });
      expect(stats?.received).toBeGreaterThan(100);
      expect(stats?.sent).toBeGreaterThan(100);
      expect(await lab.mediaSessions()).toBe(1);

      await press(page, 'end');
      await expectEnd(page, 'You ended the call.');
      await expectNothingLeft(lab);
      const sound = await readSound(recording);
      const said = purestTone(sound, AGENT_HZ);
      measured(
        `${codec}: bob recorded ${String(said?.frequencyHz.toFixed(1))} Hz at ${String(said?.toneDbfs.toFixed(1))} dBFS in ${(durationMs(sound) / 1000).toFixed(1)} s at ${sound.sampleRateHz} Hz`,
      );
      expect(sound.sampleRateHz).toBe(rateHz);
      expect(said?.toneDbfs).toBeGreaterThan(-20);
    });
  });
}

test('bob calls: the agent answers, both hear each other, bob hangs up', async ({ launch, lab, keyring }) => {
  const app = await agentAt(lab, launch({ toneHz: AGENT_HZ, bus: keyring.bus }));
  const { page } = app;
  await lab.baresip.dial(AGENT);
  await expect(page.getByRole('article', { name: 'Incoming call from bob' })).toBeVisible();
  await press(page, 'answer');
  await expect(callCard(page, 'active')).toBeVisible();
  await lab.baresip.event('CALL_ESTABLISHED');
  await waitForTone(page, BOB_HZ);
  const said = await waitForRecordedTone(await heardBy(lab.baresip), AGENT_HZ);
  expect(said.toneDbfs).toBeGreaterThan(-20);
  expect(await audioStats(page)).toMatchObject({ codec: 'audio/PCMU', lost: 0 });
  await lab.baresip.hangup();
  await expectEnd(page, 'They hung up.');
  await expectNothingLeft(lab);
});

test('hold and resume, from either side: bob is not heard meanwhile, and is again after', async ({
  launch,
  lab,
  keyring,
}) => {
  const app = await agentAt(lab, launch({ toneHz: AGENT_HZ, bus: keyring.bus }));
  const { page } = app;
  await dial(page, 'bob');
  await waitForTone(page, BOB_HZ);

  await press(page, 'hold');
  await expect(callCard(page, 'held')).toContainText('On hold');
  await waitForSilence(page, BOB_HZ);
  await press(page, 'resume');
  await expect(callCard(page, 'active')).toBeVisible();
  await waitForTone(page, BOB_HZ);

  await lab.baresip.hold();
  await expect(callCard(page, 'held')).toContainText('They put you on hold');
  await waitForSilence(page, BOB_HZ);
  await lab.baresip.resume();
  await expect(callCard(page, 'active')).toBeVisible();
  await waitForTone(page, BOB_HZ);
  expect(await audioStats(page)).toMatchObject({ lost: 0 });

  await press(page, 'end');
  await expectEnd(page, 'You ended the call.');
  await expectNothingLeft(lab);
});

test('hold and resume at a phone that repeats what it hears: the agent is silent meanwhile, and heard again after', async ({
  launch,
  lab,
  keyring,
}) => {
  const app = await agentAt(lab, launch({ toneHz: AGENT_HZ, bus: keyring.bus }));
  const { page } = app;
  const repeats = await play(lab, 'repeats', ['-rtp_echo']);
  await dial(page, 'pstn');
  await waitForTone(page, AGENT_HZ);
  await press(page, 'hold');
  await expect(callCard(page, 'held')).toContainText('On hold');
  await waitForSilence(page, AGENT_HZ);
  await press(page, 'resume');
  await expect(callCard(page, 'active')).toBeVisible();
  const again = await waitForTone(page, AGENT_HZ);
  measured(`after the hold: ${again.frequencyHz.toFixed(1)} Hz at ${again.toneDbfs.toFixed(1)} dBFS`);
  await press(page, 'end');
  await expectEnd(page, 'You ended the call.');
  const outcome = await repeats.done;
  expect(outcome.ok, outcome.errors).toBe(true);
  await expectNothingLeft(lab);
});

test('digits that the agent types arrive at bob, in order', async ({ launch, lab, keyring }) => {
  const app = await agentAt(lab, launch({ toneHz: AGENT_HZ, bus: keyring.bus }));
  const { page } = app;
  await dial(page, 'bob');
  await expect(callCard(page, 'active')).toBeVisible();
  await press(page, 'keypad');
  const pad = page.getByRole('group', { name: 'Keypad' });
  const wanted = '1234567890*#';
  for (const digit of wanted) await pad.getByRole('button', { name: digit, exact: true }).click();
  await expect.poll(() => lab.baresip.digits(), { timeout: 20_000 }).toBe(wanted);
  await press(page, 'end');
  await expectEnd(page, 'You ended the call.');
  await expectNothingLeft(lab);
});

test.describe('calls that come to nothing', () => {
  test.use({ labOptions: { answerMode: 'manual' } });

  test('have their words on both sides, and leave no media behind', async ({ launch, lab, keyring }) => {
    const app = await agentAt(lab, launch({ toneHz: AGENT_HZ, bus: keyring.bus }));
    const { page } = app;
    const { baresip } = lab;

    await test.step('the agent cancels', async () => {
      await dial(page, 'bob');
      await expect(callCard(page, 'ringing')).toContainText('Ringing');
      await press(page, 'end');
      await expectEnd(page, 'You cancelled before they answered.');
      await expectNothingLeft(lab);
    });
    await test.step('bob is busy', async () => {
      await dial(page, 'bob');
      await expect(callCard(page, 'ringing')).toBeVisible();
      await baresip.hangup();
      await expectEnd(page, 'They are in another call.');
      await expectNothingLeft(lab);
    });
    await test.step('somebody declines', async () => {
      const pstn = await play(lab, 'refuse', [], { status: '603 Decline' });
      await dial(page, 'pstn');
      await expectEnd(page, 'They declined the call.');
      expect((await pstn.done).ok).toBe(true);
      await expectNothingLeft(lab);
    });
    await test.step('nobody is there by that name', async () => {
      await dial(page, 'nobody-of-this-name');
      await expectEnd(page, 'This number or name does not exist. Check the number.');
      await expectNothingLeft(lab);
    });
    await test.step('bob gives up', async () => {
      await baresip.dial(AGENT);
      await expect(callCard(page, 'ringing')).toBeVisible();
      await baresip.hangup();
      await expectEnd(page, 'They gave up before you answered.');
      await expectNothingLeft(lab);
    });
    await test.step('the agent declines', async () => {
      const from = baresip.events.length;
      await baresip.dial(AGENT);
      await expect(callCard(page, 'ringing')).toBeVisible();
      await press(page, 'decline');
      await expectEnd(page, 'You declined the call.');
      expect((await baresip.event('CALL_CLOSED', { from })).param).toContain('603');
      await expectNothingLeft(lab);
    });
  });
});

for (const presentation of ['subprotocol', 'bearer', 'digest', 'main-injected'] as const) {
  test.describe(`when Kamailio wants the token by ${presentation}`, () => {
    test.use({ labOptions: { presentation } });

    test(`${presentation}: the agent registers, calls and is called`, async ({ launch, lab, keyring }) => {
      const app = await agentAt(lab, launch({ toneHz: AGENT_HZ, bus: keyring.bus }));
      const { page } = app;
      await dial(page, 'bob');
      await expect(callCard(page, 'active')).toBeVisible();
      await waitForTone(page, BOB_HZ);
      await press(page, 'end');
      await expectEnd(page, 'You ended the call.');
      await expectNothingLeft(lab);
      await lab.baresip.dial(AGENT);
      await expect(callCard(page, 'ringing')).toBeVisible();
      await press(page, 'answer');
      await waitForTone(page, BOB_HZ);
      await lab.baresip.hangup();
      await expectEnd(page, 'They hung up.');
      await expectNothingLeft(lab);
    });
  });
}
