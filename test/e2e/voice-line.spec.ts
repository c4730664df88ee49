import { randomUUID } from 'node:crypto';
import type { Page } from '@playwright/test';
import type { ProfileInput } from '../../src/contracts/profile/profile';
import { BUTTON } from '../support/app/call-buttons';
import { expect, test as base } from '../support/app/app';
import { analyseTone, holdsTone, loudest, waitForSilence, waitForTone } from '../support/sound/audio-probe';
import { searchEverywhere, type Everywhere } from '../support/security/everywhere';
import {
  startFakeOpenaiRealtime,
  type FakeCall,
  type FakeOpenaiRealtime,
} from '../support/servers/fake-openai-realtime';
import { needlesOf } from '../support/security/leak-search';
import { measured } from '../support/measured';
import { ask, callCard, invoke, press, takeLine, untilLoadedAnew } from '../support/app/phone-driver';
import type { RealtimePeer } from '../support/servers/realtime-peer';

/** What the assistant sounds like, and what the fake microphone plays, Hz. */
const THEIRS = 523;
const OURS = 700;

const PLACES = [
  'heap',
  'rendererMemory',
  'localStorage',
  'indexedDb',
  'cookies',
  'userData',
  'logs',
  'processes',
  'ipc',
  'clipboard',
] as const satisfies readonly (keyof Everywhere)[];

const test = base.extend<{ readonly realtime: FakeOpenaiRealtime }>({
  realtime: async ({}, use) => {
    const fake = await startFakeOpenaiRealtime();
    await use(fake);
    await fake.close();
  },
});

const assistant = (baseUrl: string): ProfileInput => ({
  id: 'assistant',
  name: 'Front desk',
  environment: 'development',
  provider: { kind: 'openai-realtime', baseUrl, instructions: 'Be brief.', tools: ['transfer_to_agent'] },
  identity: '',
  gatewayUrl: '',
  presentation: { kind: 'main-injected' },
  policy: { tokenLifeS: 60, purposes: ['voice'] },
});

async function callAssistant(page: Page, realtime: FakeOpenaiRealtime): Promise<FakeCall> {
  await page.getByRole('button', { name: 'Call assistant' }).click();
  await expect(callCard(page, 'active')).toBeVisible();
  const call = realtime.calls.at(-1);
  if (call === undefined) throw new Error('the system has no call');
  await call.peer.opened;
  return call;
}

/** Our tone in the last second that the peer heard: its level, or that it is on its frequency. */
function heardBy(peer: RealtimePeer): string {
  const samples = peer.lastSecond();
  if (samples.length < 4_000) return 'too little';
  const reading = analyseTone(loudest(samples, 680), 8_000, OURS);
  if (holdsTone(reading, OURS)) return 'our tone';
  return reading.levelDbfs < -60
    ? 'silence'
    : `${reading.frequencyHz.toFixed(0)} Hz at ${reading.levelDbfs.toFixed(0)} dBFS`;
}

const events = (page: Page, text: string | RegExp) => page.getByTestId('event-row').filter({ hasText: text });

test('a call to an assistant: sound both ways, its words on the screen, mute, hold, a tool, hang-up; the token stays in main', async ({
  launch,
  keyring,
  realtime,
}, testInfo) => {
  test.setTimeout(120_000);
  const app = await launch({ bus: keyring.bus, toneHz: OURS });
  const { page } = app;
  await takeLine(app, assistant(realtime.baseUrl), realtime.key);
  await expect(page.getByTestId('registration')).toContainText('Ready');
  await expect(page.getByRole('textbox', { name: 'Name or number' })).toHaveCount(0);

  await testInfo.attach('voice-line-idle', {
    body: await page.screenshot({ path: testInfo.outputPath('voice-call-idle.png') }),
    contentType: 'image/png',
  });
  const asked = performance.now();
  const call = await callAssistant(page, realtime);
  measured(`from the click to the call: ${Math.round(performance.now() - asked)} ms`);
  const { peer } = call;
  expect(call.session).toMatchObject({
    type: 'realtime',
    model: 'gpt-realtime',
    instructions: 'Be brief.',
    tools: [{ type: 'function', name: 'transfer_to_agent' }],
  });
  await expect(callCard(page).getByRole('button', { name: BUTTON.keypad })).toBeDisabled();

  // Our voice there, theirs here.
  await expect.poll(() => heardBy(peer), { timeout: 15_000 }).toBe('our tone');
  peer.playTone(THEIRS);
  await waitForTone(page, THEIRS);

  // What is said, under the names of today and those before.
  peer.callerSaid('What are your hours?');
  peer.assistantSays('We are open from eight to five.');
  peer.assistantSays('Anything else?', true);
  const transcript = page.getByRole('log', { name: 'Transcript' });
  for (const text of ['What are your hours?', 'We are open from eight to five.', 'Anything else?']) {
    await expect(transcript).toContainText(text);
    await expect(events(page, text)).toHaveCount(1);
  }
  for (const [width, theme] of [
    [1040, 'light'],
    [1040, 'dark'],
    [360, 'light'],
  ] as const) {
    await ask(page, 'settings.set', { theme });
    await app.electron.evaluate(
      ({ BrowserWindow }, w) =>
        BrowserWindow.getAllWindows()
          .find((each) => each.webContents.getURL().endsWith('/index.html'))
          ?.setContentSize(w, 700),
      width,
    );
    await expect.poll(() => page.evaluate(() => innerWidth)).toBe(width);
    await testInfo.attach(`voice-call-${width}-${theme}`, {
      body: await page.screenshot({ path: testInfo.outputPath(`voice-call-${width}-${theme}.png`) }),
      contentType: 'image/png',
    });
  }
  await app.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()
      .find((each) => each.webContents.getURL().endsWith('/index.html'))
      ?.setContentSize(1040, 700),
  );

  // M mutes: silence goes out, their voice still comes in.
  await callCard(page).focus();
  await page.keyboard.press('m');
  await expect(callCard(page).getByRole('button', { name: BUTTON.unmute })).toBeVisible();
  await expect.poll(() => heardBy(peer), { timeout: 15_000 }).toBe('silence');
  await waitForTone(page, THEIRS);
  await page.keyboard.press('m');
  await expect.poll(() => heardBy(peer), { timeout: 15_000 }).toBe('our tone');

  // H holds: nothing goes out, nothing is heard.
  await page.keyboard.press('h');
  await expect(callCard(page, 'held')).toBeVisible();
  await waitForSilence(page, THEIRS);
  const before = peer.packets;
  await waitForSilence(page, THEIRS);
  expect(peer.packets, 'packets of sound that went out on hold').toBe(before);
  await page.keyboard.press('h');
  await expect(callCard(page, 'active')).toBeVisible();
  await waitForTone(page, THEIRS);
  await expect.poll(() => heardBy(peer), { timeout: 15_000 }).toBe('our tone');

  // A tool that the line does not have is refused by main; the assistant hears of it, and the call goes on.
  const refused = peer.callTool('end_call', '{}');
  await expect.poll(() => peer.toolOutput(refused)).toContain('no such tool');

  await press(page, 'end');
  await expect(callCard(page, 'ended')).toContainText('You ended the call.');
  await expect.poll(() => call.hangUps).toBe(1);
  expect(peer.isGone).toBe(true);

  const [token = ''] = realtime.secrets;
  expect(token).toMatch(/^ek_/);
  const found = await searchEverywhere(app, needlesOf(token));
  for (const place of PLACES) expect.soft(found[place].hits, `the token in ${place}`).toEqual([]);
  expect(found.heap.places).toBeGreaterThan(3);
  expect(found.ipc.places).toBeGreaterThan(3);
  expect(
    (await app.ipcSeen()).filter(({ payload }) => payload.includes(call.id)),
    "the system's own name of the call",
  ).toEqual([]);
  // What was done is written down.
  const log = await ask(page, 'audit.recent', { limit: 50 });
  expect(log).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ what: 'mint', purpose: 'voice' }),
      expect.objectContaining({ what: 'tool', tool: 'end_call', outcome: 'refused' }),
      expect.objectContaining({ what: 'voice-call', step: 'ended' }),
    ]),
  );
});

test('a tool runs in main: its output reaches the assistant, and the hand-over is read on the card', async ({
  launch,
  keyring,
  realtime,
}) => {
  const app = await launch({ bus: keyring.bus });
  const { page } = app;
  await takeLine(app, assistant(realtime.baseUrl), realtime.key);
  const { peer, ...call } = await callAssistant(page, realtime);
  // An assistant may ask for several tools in one answer; it goes on once, when it has all outputs and that answer is through.
  const toldToGoOn = (): number => peer.received.filter(({ type }) => type === 'response.create').length;
  const broken = peer.callTool('transfer_to_agent', '{"summary":7}', { goesOn: true });
  await expect.poll(() => peer.toolOutput(broken)).toContain('do not fit');
  const absent = peer.callTool('no_such_tool', '{}', { goesOn: true });
  await expect.poll(() => peer.toolOutput(absent)).toContain('no such tool');
  expect(toldToGoOn()).toBe(0);
  peer.finish();
  await expect.poll(toldToGoOn).toBe(1);
  await expect(events(page, 'active response')).toHaveCount(0);
  const done = peer.callTool('transfer_to_agent', '{"summary":"Asha wants her invoice again."}');
  await expect.poll(() => peer.toolOutput(done)).toContain('"done":true');
  await expect(callCard(page, 'ended')).toContainText('The assistant hands over to you.');
  await expect(callCard(page, 'ended')).toContainText('Asha wants her invoice again.');
  await expect(events(page, 'Tool used')).toContainText('transfer_to_agent');
  await expect.poll(() => realtime.calls.find(({ id }) => id === call.id)?.hangUps).toBe(1);
});

test('the assistant hangs up, and the window is loaded anew, locked or closed: no call is left on either side', async ({
  launch,
  keyring,
  realtime,
}) => {
  const app = await launch({ bus: keyring.bus });
  const { page } = app;
  await takeLine(app, assistant(realtime.baseUrl), realtime.key);
  const first = await callAssistant(page, realtime);
  first.peer.close();
  await expect(callCard(page, 'ended')).toContainText('They hung up.');
  await callCard(page, 'ended').getByRole('button', { name: 'Dismiss' }).click();

  const second = await callAssistant(page, realtime);
  realtime.failHangUps = 1;
  await page.reload();
  await expect.poll(() => second.hangUps, { timeout: 10_000 }).toBe(1);
  await expect(page.getByTestId('registration')).toContainText('Ready');
  await expect(callCard(page)).toHaveCount(0);

  const third = await callAssistant(page, realtime);
  await untilLoadedAnew(page, () => ask(page, 'phone.lock'));
  await expect.poll(() => third.hangUps).toBe(1);
  await expect.poll(async () => (await invoke(page, 'phone.unlock')).ok).toBe(true);
  await expect(page.getByTestId('registration')).toContainText('Ready');

  const fourth = await callAssistant(page, realtime);
  await app.close();
  expect(fourth.hangUps, 'after quitting').toBe(1);
});

test('a system that misbehaves is told in words, and nothing of its answer is used', async ({
  launch,
  keyring,
  realtime,
}) => {
  const app = await launch({ bus: keyring.bus });
  const { page } = app;
  await takeLine(app, assistant(realtime.baseUrl), realtime.key);
  for (const mode of ['json-with-201', 'no-sdp', 'huge', 'refused'] as const) {
    realtime.mode = mode;
    await page.getByRole('button', { name: 'Call assistant' }).click();
    await expect(
      page
        .getByRole('region', { name: 'Dialler' })
        .getByText(mode === 'refused' ? 'did not take the token' : /answer/)
        .first(),
      mode,
    ).toBeVisible();
    await expect(callCard(page)).toHaveCount(0);
  }
  // A hostile window: no offer, no call, no tool.
  expect(await invoke(page, 'voice.place', { profileId: 'assistant', offer: 'v=0' })).toMatchObject({
    ok: false,
    failure: { reason: 'invalid-input' },
  });
  expect(
    await invoke(page, 'voice.tool', {
      callId: randomUUID(),
      toolCallId: 't',
      name: 'transfer_to_agent',
      arguments: '{"summary":"x"}',
    }),
  ).toMatchObject({ ok: false, failure: { reason: 'invalid-input' } });
  expect(await invoke(page, 'grants.get', { profileId: 'assistant', purpose: 'voice' })).toMatchObject({
    ok: false,
    failure: { reason: 'unknown-purpose' },
  });
  realtime.mode = 'no-location';
  await page.getByRole('button', { name: 'Call assistant' }).click();
  await expect(callCard(page, 'active')).toBeVisible();
});
