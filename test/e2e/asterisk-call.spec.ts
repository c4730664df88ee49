/** Calls between the real app, on the preset "Asterisk" as it is, and Asterisk itself or an ordinary phone (baresip) behind it. */
import type { Asterisk } from '../lab/asterisk/asterisk';
import { expect, test, type RunningApp } from '../support/app/app';
import { heardBy } from '../support/sound/heard-by';
import { callCard, dial, press, expectEnd } from '../support/app/phone-driver';
import { withoutEchoCanceller } from '../support/sound/plain-microphone';
import { measured } from '../support/measured';
import { joinAsterisk } from '../support/phones/asterisk-line';
import { waitForSilence, waitForTone } from '../support/sound/audio-probe';
import { audioStats, watchConnections } from '../support/sound/call-stats';
import { waitForRecordedTone } from '../support/sound/recording';

/** What the agent says, and what bob and the dialplan play. */
const AGENT_HZ = 700;
const BOB_HZ = 440;

// Each has several calls, or waits for a token's end.
test.describe.configure({ timeout: 150_000 });

/** Starts the app on its line to Asterisk. */
async function agentAt(
  asterisk: Asterisk,
  launched: Promise<RunningApp>,
  line: Parameters<typeof joinAsterisk>[2] = {},
): Promise<RunningApp> {
  const app = await launched;
  await joinAsterisk(app, asterisk, line);
  await watchConnections(app.page);
  await withoutEchoCanceller(app.page);
  return app;
}

/** The call is over for everybody. */
async function expectNothingLeft(asterisk: Asterisk): Promise<void> {
  await expect.poll(() => asterisk.channels(), { message: 'channels of Asterisk' }).toEqual([]);
  await expect.poll(() => asterisk.bob().calls(), { message: 'calls of bob' }).toBe(0);
}

/** The channel between Asterisk and this user. */
async function channelOf(asterisk: Asterisk, user: string): Promise<string> {
  const channel = (await asterisk.channels()).find((name) => name.startsWith(`PJSIP/${user}-`));
  if (channel === undefined) throw new Error(`${user} has no channel`);
  return channel;
}

/** Moves a user's call as Asterisk does it by itself, for example from a queue. */
async function move(asterisk: Asterisk, user: string, to: string): Promise<void> {
  await asterisk.console(`channel redirect ${await channelOf(asterisk, user)} phones,${to},1`);
}

for (const { codec, name } of [
  { codec: 'PCMU', name: 'audio/opus' },
  { codec: 'opus', name: 'audio/opus' },
] as const) {
  test.describe(`bob speaks ${codec}`, () => {
    test.use({ asteriskOptions: { codec } });

    test(`${codec}: the agent calls bob: both hear each other, no packet is lost, the agent hangs up`, async ({
      launch,
      asterisk,
      keyring,
    }) => {
      const app = await agentAt(asterisk, launch({ toneHz: AGENT_HZ, bus: keyring.bus }));
      const { page } = app;
      await dial(page, 'bob');
      await expect(callCard(page, 'active')).toBeVisible();
      const heard = await waitForTone(page, BOB_HZ);
      measured(`bob ${codec}: the agent heard ${heard.frequencyHz.toFixed(1)} Hz at ${heard.toneDbfs.toFixed(1)} dBFS`);
      expect(heard.toneDbfs).toBeGreaterThan(-20);
      const said = await waitForRecordedTone(await heardBy(asterisk.bob()), AGENT_HZ);
      measured(`bob ${codec}: he recorded ${said.frequencyHz.toFixed(1)} Hz at ${said.toneDbfs.toFixed(1)} dBFS`);
      expect(said.toneDbfs).toBeGreaterThan(-20);
      await expect
        .poll(async () => (await audioStats(page))?.lostByPeer ?? null, {
          message: "Asterisk's report",
          timeout: 20_000,
        })
        .not.toBeNull();
      expect(await audioStats(page)).toMatchObject({ codec: name, lost: 0, lostByPeer: 0 });
      await press(page, 'end');
      await expectEnd(app.page, 'You ended the call.');
      await expectNothingLeft(asterisk);
    });
  });
}

test('bob calls: the agent answers, both hear each other, bob hangs up', async ({ launch, asterisk, keyring }) => {
  const app = await agentAt(asterisk, launch({ toneHz: AGENT_HZ, bus: keyring.bus }));
  const { page } = app;
  await asterisk.bob().dial('1001');
  await expect(page.getByRole('article', { name: 'Incoming call from bob' })).toBeVisible();
  await press(page, 'answer');
  await expect(callCard(page, 'active')).toBeVisible();
  await waitForTone(page, BOB_HZ);
  expect((await waitForRecordedTone(await heardBy(asterisk.bob()), AGENT_HZ)).toneDbfs).toBeGreaterThan(-20);
  await asterisk.bob().hangup();
  await expectEnd(app.page, 'They hung up.');
  await expectNothingLeft(asterisk);
});

test('early media is heard before the answer, and the same call goes on', async ({ launch, asterisk, keyring }) => {
  const app = await agentAt(asterisk, launch({ toneHz: AGENT_HZ, bus: keyring.bus }));
  const { page } = app;
  await dial(page, 'early');
  await waitForTone(page, BOB_HZ);
  await expect(callCard(page, 'ringing')).toBeVisible();
  await expect(callCard(page, 'active')).toBeVisible({ timeout: 10_000 });
  await waitForTone(page, AGENT_HZ);
  await press(page, 'end');
  await expectEnd(app.page, 'You ended the call.');
  await expectNothingLeft(asterisk);
});

test('hold and resume, from either side', async ({ launch, asterisk, keyring }) => {
  const app = await agentAt(asterisk, launch({ toneHz: AGENT_HZ, bus: keyring.bus }));
  const { page } = app;
  await dial(page, 'bob');
  await waitForTone(page, BOB_HZ);
  await press(page, 'hold');
  await expect(callCard(page, 'held')).toContainText('On hold');
  await waitForSilence(page, BOB_HZ);
  await press(page, 'resume');
  await expect(callCard(page, 'active')).toBeVisible();
  await waitForTone(page, BOB_HZ);
  await asterisk.bob().hold();
  await expect(callCard(page, 'held')).toContainText('They put you on hold');
  await waitForSilence(page, BOB_HZ);
  await asterisk.bob().resume();
  await expect(callCard(page, 'active')).toBeVisible();
  await waitForTone(page, BOB_HZ);
  expect(await audioStats(page)).toMatchObject({ lost: 0 });
  await press(page, 'end');
  await expectEnd(app.page, 'You ended the call.');
  await expectNothingLeft(asterisk);
});

test('digits arrive in order, at Asterisk and at the phone behind it', async ({ launch, asterisk, keyring }) => {
  const app = await agentAt(asterisk, launch({ toneHz: AGENT_HZ, bus: keyring.bus }));
  const { page } = app;
  const wanted = '1234567890*#';
  const heard: Readonly<Record<string, () => string | Promise<string>>> = {
    digits: asterisk.digits,
    bob: asterisk.bob().digits,
  };
  for (const [callee, digits] of Object.entries(heard)) {
    await dial(page, callee);
    await expect(callCard(page, 'active')).toBeVisible();
    await press(page, 'keypad');
    const pad = page.getByRole('group', { name: 'Keypad' });
    for (const digit of wanted) await pad.getByRole('button', { name: digit, exact: true }).click();
    await expect.poll(digits, { message: callee, timeout: 20_000 }).toBe(wanted);
    await press(page, 'end');
    await expectEnd(app.page, 'You ended the call.');
    await expectNothingLeft(asterisk);
  }
});

test('a call that Asterisk moves by itself stays one call, and has the sound of where it is', async ({
  launch,
  asterisk,
  keyring,
}) => {
  const app = await agentAt(asterisk, launch({ toneHz: AGENT_HZ, bus: keyring.bus }));
  const { page } = app;
  await dial(page, 'bob');
  await waitForTone(page, BOB_HZ);
  // From a bridge with bob to an application: bob's part ends.
  await move(asterisk, '1001', 'echo');
  await waitForTone(page, AGENT_HZ);
  await expect.poll(() => asterisk.bob().calls()).toBe(0);
  await expect(callCard(page, 'active')).toBeVisible();
  // Into another bridge.
  await move(asterisk, '1001', 'bob');
  await waitForTone(page, BOB_HZ);
  await expect.poll(() => asterisk.bob().calls()).toBe(1);
  // On hold, too: the move waits for the agent.
  await press(page, 'hold');
  await expect(callCard(page, 'held')).toContainText('On hold');
  await move(asterisk, '1001', 'tone');
  await expect.poll(() => asterisk.bob().calls()).toBe(0);
  await press(page, 'resume');
  await expect(callCard(page, 'active')).toBeVisible();
  await waitForTone(page, BOB_HZ);
  await expect(callCard(page)).toHaveCount(1);
  expect(await asterisk.logs()).not.toMatch(/REFER sip:/);
  await press(page, 'end');
  await expectEnd(app.page, 'You ended the call.');
  await expectNothingLeft(asterisk);
});

test('two calls that Asterisk joins: both hear each other', async ({ launch, asterisk, keyring }) => {
  const app = await agentAt(asterisk, launch({ toneHz: AGENT_HZ, bus: keyring.bus }));
  const { page } = app;
  await dial(page, 'echo');
  await waitForTone(page, AGENT_HZ);
  await asterisk.bob().dial('echo');
  await asterisk.bob().event('CALL_ESTABLISHED');
  await asterisk.console(`dialplan set global OTHER ${await channelOf(asterisk, 'bob')}`);
  await move(asterisk, '1001', 'join');
  await waitForTone(page, BOB_HZ);
  await waitForRecordedTone(await heardBy(asterisk.bob()), AGENT_HZ);
  await expect(callCard(page, 'active')).toHaveCount(1);
  await asterisk.bob().hangup();
  await expectEnd(app.page, 'They hung up.');
  await expectNothingLeft(asterisk);
});

test('calls that come to nothing: busy, declined, unanswered, unknown, given up', async ({
  launch,
  asterisk,
  keyring,
}) => {
  const app = await agentAt(asterisk, launch({ toneHz: AGENT_HZ, bus: keyring.bus }));
  const { page } = app;
  await test.step('busy', async () => {
    await dial(page, 'busy');
    await expectEnd(app.page, 'They are in another call.');
  });
  await test.step('declined', async () => {
    await dial(page, 'decline');
    await expectEnd(app.page, 'They declined the call.');
    expect(await asterisk.logs()).toMatch(/SIP\/2\.0 403 [^]*?Reason: Q\.850;cause=21\r?\n/);
  });
  await test.step('the agent cancels', async () => {
    await dial(page, 'rings');
    await expect(callCard(page, 'ringing')).toContainText('Ringing');
    await press(page, 'end');
    await expectEnd(app.page, 'You cancelled before they answered.');
  });
  await test.step('nobody is there by that name', async () => {
    await dial(page, '1999');
    await expectEnd(app.page, 'This number or name does not exist. Check the number.');
  });
  await test.step('bob gives up', async () => {
    await asterisk.bob().dial('1001');
    await expect(callCard(page, 'ringing')).toBeVisible();
    await asterisk.bob().hangup();
    await expectEnd(app.page, 'They gave up before you answered.');
  });
  await test.step('the agent declines', async () => {
    const from = asterisk.bob().events.length;
    await asterisk.bob().dial('1001');
    await expect(callCard(page, 'ringing')).toBeVisible();
    await press(page, 'decline');
    await expectEnd(app.page, 'You declined the call.');
    await asterisk.bob().event('CALL_CLOSED', { from });
  });
  await expectNothingLeft(asterisk);
});

test('a new password during a call: registered with it, and the call works on', async ({
  launch,
  asterisk,
  keyring,
}) => {
  const app = await agentAt(asterisk, launch({ toneHz: AGENT_HZ, bus: keyring.bus }), {
    more: { policy: { tokenLifeS: 20, purposes: ['sip'] } },
  });
  const { page } = app;
  await dial(page, 'bob');
  await waitForTone(page, BOB_HZ);
  const before = await asterisk.registrations('1001');
  await expect
    .poll(() => asterisk.registrations('1001'), { message: 'REGISTERs that Asterisk took', timeout: 40_000 })
    .toBeGreaterThan(before);
  await expect(page.getByTestId('registration')).toHaveAttribute('data-phase', 'registered');
  await waitForTone(page, BOB_HZ);
  await press(page, 'hold');
  await expect(callCard(page, 'held')).toContainText('On hold');
  await waitForSilence(page, BOB_HZ);
  await press(page, 'resume');
  await waitForTone(page, BOB_HZ);
  await asterisk.bob().hangup();
  await expectEnd(app.page, 'They hung up.');
  await expectNothingLeft(asterisk);
});

test('Asterisk dies and starts again during a call: registered again with a new password, and calls work', async ({
  launch,
  asterisk,
  keyring,
}) => {
  const app = await agentAt(asterisk, launch({ toneHz: AGENT_HZ, bus: keyring.bus }));
  const { page } = app;
  await dial(page, 'echo');
  await waitForTone(page, AGENT_HZ);
  await asterisk.restart();
  await expect.poll(async () => (await asterisk.contacts('1001')).length, { timeout: 40_000 }).toBe(1);
  await expect(page.getByTestId('registration')).toHaveAttribute('data-phase', 'registered', { timeout: 20_000 });
  // 481 alone does not end it: after a restart of a gateway the sound may go on without it. ICE has to find that nobody is there.
  await expect(callCard(page, 'ended')).toBeVisible({ timeout: 20_000 });
  await expectEnd(app.page, '');
  await dial(page, 'echo');
  await waitForTone(page, AGENT_HZ);
  await press(page, 'end');
  await expectEnd(app.page, 'You ended the call.');
});
