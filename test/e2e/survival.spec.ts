/**
 * What a call and its registration outlive (issue 3, section 5), measured in the running app against the practice gateway's
 * faults. The rows that need another network are in survival-network.spec.ts.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reportRows } from '../survival/report';
import { expect, test, type RunningApp } from '../support/app/app';
import { waitForTone } from '../support/sound/audio-probe';
import { expectListened, watchGaps } from '../support/sound/gap-watch';
import { markAfter, tokenFingerprint, watchCallPhases, watchRegistration } from '../support/app/page-watch';
import {
  callCard,
  copyElsewhere,
  ask,
  dial,
  lastMark,
  lineTo,
  press,
  takeLine,
  untilRegistered,
} from '../support/app/phone-driver';
import { processTree } from '../support/app/processes';
import { openRelay } from '../support/servers/relay';
import { SYLLABLE_PAUSE_MS, talkSamples, wavFile } from '../support/sound/tone';
import type { GatewayProcess } from '../support/servers/gateway-process';
import type { KeyringSession } from '../support/app/keyring-session';
import type { ProfileInput } from '../../src/contracts/profile/profile';

const record = reportRows();

type Launch = (options: { readonly bus: string; readonly extraArgs?: readonly string[] }) => Promise<RunningApp>;
interface Place {
  readonly launch: Launch;
  readonly gateway: GatewayProcess;
  readonly keyring: KeyringSession;
  readonly folder: string;
}

/** An app that is registered as `user` and talks without a pause. */
async function phone(
  { launch, gateway, keyring, folder }: Place,
  user: string,
  more: Partial<ProfileInput> = {},
): Promise<RunningApp> {
  const talk = join(folder, `talk-${user}.wav`);
  await writeFile(talk, wavFile(talkSamples(Number(user))), { mode: 0o644 });
  const app = await launch({ bus: keyring.bus, extraArgs: [`--use-file-for-fake-audio-capture=${talk}`] });
  await takeLine(app, lineTo(gateway.url, user, more), gateway.key);
  await expect(app.page.getByTestId('registration')).toContainText(`as ${user}`);
  await untilRegistered(app.page);
  return app;
}

/** A calls B, B answers, and A hears B. */
async function connect(a: RunningApp, b: RunningApp, user = '1002'): Promise<void> {
  await dial(a.page, user);
  await press(b.page, 'answer');
  await expect(callCard(a.page, 'active')).toBeVisible();
  await expect(callCard(b.page, 'active')).toBeVisible();
  await expect.poll(() => lastMark(a.page, 'first-audio')).not.toBeNull();
}

/** Both hear of it when one holds, resumes and hangs up: the dialog is whole. */
async function stillWorks(a: RunningApp, b: RunningApp): Promise<void> {
  await press(a.page, 'hold');
  await expect(callCard(b.page, 'held')).toContainText('They put you on hold');
  await press(a.page, 'resume');
  await expect(callCard(b.page, 'active')).toBeVisible();
  await press(a.page, 'end');
  await expect(callCard(a.page, 'ended')).toContainText('You ended the call.');
  await expect(callCard(b.page, 'ended')).toContainText('They hung up.');
}

test('socket closed by the server, idle', async ({ launch, gateway, keyring, folder }) => {
  const app = await phone({ launch, gateway, keyring, folder }, '1001');
  const closed = Date.now();
  await gateway.fault('/drop', { user: '1001' });
  const again = (await markAfter(app.page, 'registered', closed)) - closed;
  record({
    what: 'socket closed by the server, idle',
    backMs: again,
    backWithinMs: 1_000,
    gapMs: null,
    gapWithinMs: null,
    kept: '',
  });
  const watch = await watchRegistration(app.page);
  await gateway.kill();
  await expect
    .poll(async () => (await watch.phases()).filter((phase) => phase === 'waiting').length, { timeout: 20_000 })
    .toBeGreaterThanOrEqual(4);
  const accepts = await gateway.restart();
  const back = (await markAfter(app.page, 'registered', accepts)) - accepts;
  record({
    what: 'the same, refused 4 times before',
    backMs: back,
    backWithinMs: 1_000,
    gapMs: null,
    gapWithinMs: null,
    kept: '',
  });
});

test('socket closed during a call', async ({ launch, gateway, keyring, folder }) => {
  const app = await phone({ launch, gateway, keyring, folder }, '1001');
  await dial(app.page, 'tone');
  await expect(callCard(app.page, 'active')).toBeVisible();
  await waitForTone(app.page, 440);
  const gaps = await watchGaps(app.page);
  const closed = Date.now();
  await gateway.fault('/drop', { user: '1001' });
  const back = (await markAfter(app.page, 'restored', closed)) - closed;
  await expect(callCard(app.page, 'active')).toBeVisible();
  await expect.poll(() => Date.now() - closed).toBeGreaterThan(1_500);
  const heard = await gaps.stop();
  expectListened(heard, 1_500);
  // The ear that found no gap finds the hold.
  const ear = await watchGaps(app.page);
  const held = Date.now();
  await press(app.page, 'hold');
  await expect(callCard(app.page, 'held')).toContainText('On hold');
  await expect.poll(() => Date.now() - held).toBeGreaterThan(600);
  await press(app.page, 'resume');
  await expect(callCard(app.page, 'active')).toBeVisible();
  await waitForTone(app.page, 440);
  expect((await ear.stop()).longestMs).toBeGreaterThan(300);
  await press(app.page, 'end');
  await expect(callCard(app.page, 'ended')).toContainText('You ended the call.');
  await expect.poll(() => gateway.calls()).toBe(0);
  record({
    what: 'socket closed during a call',
    backMs: back,
    backWithinMs: 1_000,
    gapMs: heard.longestMs,
    gapWithinMs: 100,
    kept: 'yes; hold, resume, hang up work',
  });
});

test('half-dead socket: open, silent', async ({ launch, gateway, keyring, folder }) => {
  const relay = await openRelay(gateway.url);
  try {
    const app = await phone({ launch, gateway: { ...gateway, url: relay.url }, keyring, folder }, '1001');
    await dial(app.page, 'tone');
    await expect(callCard(app.page, 'active')).toBeVisible();
    await waitForTone(app.page, 440);
    const [gaps, card] = [await watchGaps(app.page), await watchCallPhases(app.page)];
    const silent = Date.now();
    relay.freeze();
    const restored = await markAfter(app.page, 'restored', silent);
    await expect(callCard(app.page, 'active')).toBeVisible();
    const found = (await card.phases()).find(({ phase }) => phase === 'recovering')?.at ?? Infinity;
    const heard = await gaps.stop();
    const { longestMs } = heard;
    expect(found - silent).toBeLessThanOrEqual(8_000);
    expectListened(heard, found - silent);
    await press(app.page, 'end');
    record({
      what: `half-dead socket, found after ${((found - silent) / 1000).toFixed(1)} s`,
      backMs: restored - found,
      backWithinMs: 1_000,
      gapMs: longestMs,
      gapWithinMs: 100,
      kept: 'yes',
    });
  } finally {
    await relay.close();
  }
});

test('gateway restarted with its memory lost, during a call', async ({ launch, gateway, keyring, folder }) => {
  const place = { launch, gateway, keyring, folder };
  const [a, b] = [await phone(place, '1001'), await phone(place, '1002')];
  await connect(a, b);
  const gaps = await watchGaps(a.page);
  await gateway.kill();
  await expect(callCard(a.page, 'recovering')).toBeVisible();
  await expect(callCard(b.page, 'recovering')).toBeVisible();
  // The agent sees for how long.
  await expect(callCard(a.page, 'recovering').getByTestId('recovering-time')).toHaveText(/^[1-9] s$/);
  const listening = await gateway.restart();
  const back =
    Math.max(await markAfter(a.page, 'restored', listening), await markAfter(b.page, 'restored', listening)) -
    listening;
  await expect(callCard(a.page, 'active')).toBeVisible();
  await expect(callCard(b.page, 'active')).toBeVisible();
  const heard = await gaps.stop();
  const { longestMs } = heard;
  expectListened(heard, back);
  await stillWorks(a, b);
  record({
    what: 'gateway restarted, memory lost, in a call',
    backMs: back,
    backWithinMs: 2_000,
    gapMs: Math.max(0, longestMs - SYLLABLE_PAUSE_MS),
    gapWithinMs: 2_000,
    kept: 'yes; hold, resume, hang up work',
  });
});

test('token expires while the socket is down', async ({ launch, gateway, keyring, folder }) => {
  const place = { launch, gateway, keyring, folder };
  const [a, b] = [
    await phone(place, '1001', { policy: { tokenLifeS: 6, purposes: ['sip'] } }),
    await phone(place, '1002'),
  ];
  await connect(a, b);
  await gateway.kill();
  const down = Date.now();
  await expect(callCard(a.page, 'recovering')).toBeVisible();
  const before = new Set(
    (await ask(a.page, 'audit.recent', { limit: 100 })).flatMap((entry) =>
      entry.what === 'mint' ? [entry.fingerprint] : [],
    ),
  );
  await expect.poll(() => Date.now() - down, { timeout: 15_000 }).toBeGreaterThan(7_000);
  const listening = await gateway.restart();
  const back = (await markAfter(a.page, 'restored', listening)) - listening;
  const inUse = /Fingerprint ([0-9a-f]{8})\b/.exec(
    (await a.page.getByTestId('token-ring').getAttribute('title')) ?? '',
  )?.[1];
  if (inUse === undefined) throw new Error('no token is in use');
  expect(before.has(inUse)).toBe(false);
  await expect(callCard(a.page, 'active')).toBeVisible();
  await expect(callCard(b.page, 'active')).toBeVisible();
  await stillWorks(a, b);
  record({
    what: 'token expires while the socket is down',
    backMs: back,
    backWithinMs: 1_000,
    gapMs: null,
    gapWithinMs: null,
    kept: 'yes; fresh token',
  });
});

/** The computers sleep: no process of the apps runs. Gives what wakes one of them up, as Electron tells it, and when that was (Unix time, ms). */
async function sleep(
  apps: readonly RunningApp[],
  ms: number,
  meanwhile: () => Promise<void>,
): Promise<(app: RunningApp) => Promise<number>> {
  const trees = new Map<RunningApp, readonly number[]>();
  for (const app of apps)
    trees.set(
      app,
      (await processTree(app.pid)).map(({ pid }) => pid),
    );
  const resume = (app: RunningApp): void => {
    for (const pid of [...(trees.get(app) ?? [])].reverse()) process.kill(pid, 'SIGCONT');
  };
  const began = Date.now();
  for (const pids of trees.values()) for (const pid of pids) process.kill(pid, 'SIGSTOP');
  try {
    await meanwhile();
    await expect.poll(() => Date.now() - began, { timeout: ms + 10_000, intervals: [250] }).toBeGreaterThan(ms);
  } catch (cause) {
    // What stands still can't be closed.
    apps.forEach(resume);
    throw cause;
  }
  return async (app) => {
    resume(app);
    const woke = Date.now();
    await app.electron.evaluate(({ powerMonitor }) => void powerMonitor.emit('resume'));
    return woke;
  };
}

test('suspend 60 s and resume: one far end waits, the other gives up', async ({ launch, gateway, keyring, folder }) => {
  test.setTimeout(180_000);
  const place = { launch, gateway, keyring, folder };
  const [waited, waiting] = [await phone(place, '1001'), await phone(place, '1002')];
  const [left, leaving] = [await phone(place, '1003'), await phone(place, '1004')];
  await connect(waited, waiting);
  await connect(left, leaving, '1004');
  const gaps = await watchGaps(waited.page);
  const wake = await sleep([waited, left], 60_000, async () => {
    await expect(callCard(waiting.page, 'recovering')).toBeVisible({ timeout: 20_000 });
    await press(leaving.page, 'end');
    await expect(callCard(leaving.page, 'ended')).toContainText('You ended the call.');
    // The gateway lost the flows meanwhile, as it does to one that answers no ping.
    for (const user of ['1001', '1003']) await gateway.fault('/drop', { user });
  });
  // One after the other: a desk has one computer, and here both would share it in the moment that is measured.
  try {
    const leftWoke = await wake(left);
    const card = await watchCallPhases(left.page);
    await expect(callCard(left.page, 'ended')).toContainText('They hung up.', { timeout: 20_000 });
    const told = ((await card.phases()).find(({ phase }) => phase === 'ended')?.at ?? NaN) - leftWoke;
    record({
      what: `suspend 60 s, they gave up: told after ${told.toFixed(0)} ms`,
      backMs: (await markAfter(left.page, 'registered', leftWoke)) - leftWoke,
      backWithinMs: 2_000,
      gapMs: null,
      gapWithinMs: null,
      kept: 'no: "They hung up."',
    });
  } catch (cause) {
    await wake(waited);
    throw cause;
  }

  const woke = await wake(waited);
  const back = (await markAfter(waited.page, 'registered', woke)) - woke;
  await expect(callCard(waited.page, 'active')).toBeVisible({ timeout: 20_000 });
  await expect(callCard(waiting.page, 'active')).toBeVisible({ timeout: 20_000 });
  const { backAt } = await gaps.stop();
  record({
    what: `suspend 60 s and resume, sound back after ${Math.max(0, backAt - woke).toFixed(0)} ms`,
    backMs: back,
    backWithinMs: 2_000,
    gapMs: null,
    gapWithinMs: null,
    kept: 'yes',
  });
  await stillWorks(waited, waiting);
});

test('mint fails for 30 s', async ({ launch, gateway, keyring, folder }) => {
  test.setTimeout(150_000);
  const place = { launch, gateway, keyring, folder };
  const a = await phone(place, '1001', { policy: { tokenLifeS: 120, purposes: ['sip'] } });
  await dial(a.page, 'tone');
  await expect(callCard(a.page, 'active')).toBeVisible();
  await waitForTone(a.page, 440);
  const gaps = await watchGaps(a.page);
  const watch = await watchRegistration(a.page);
  const before = await tokenFingerprint(a.page);
  // Without its key main can't mint; it tries at once, and again and again.
  await ask(a.page, 'keys.remove', { profileId: 'line-1001', slot: 'active' });
  const broken = Date.now();
  await expect
    .poll(
      async () =>
        (await ask(a.page, 'audit.recent', { limit: 100 })).filter(
          (entry) => entry.what === 'refusal' && Date.parse(entry.at) >= broken,
        ).length,
      { timeout: 40_000 },
    )
    .toBeGreaterThanOrEqual(3);
  await expect.poll(() => Date.now() - broken, { timeout: 40_000 }).toBeGreaterThan(30_000);
  await copyElsewhere(a, gateway.key);
  const mending = Date.now();
  await ask(a.page, 'keys.pasteFromClipboard', { profileId: 'line-1001', slot: 'active' });
  const minted = async (): Promise<number | null> => {
    const made = (await ask(a.page, 'audit.recent', { limit: 20 })).flatMap((entry) =>
      entry.what === 'mint' ? [Date.parse(entry.at)] : [],
    );
    return made.find((at) => at >= mending) ?? null;
  };
  // Main waits up to 30 s between its tries.
  await expect.poll(minted, { timeout: 45_000, intervals: [50] }).not.toBeNull();
  await expect
    .poll(async () => (await tokenFingerprint(a.page)) ?? before, { timeout: 2_000, intervals: [20] })
    .not.toBe(before);
  const back = Math.max(0, Date.now() - ((await minted()) ?? 0));
  const heard = await gaps.stop();
  const { longestMs } = heard;
  expectListened(heard, 30_000);
  expect(await watch.phases()).toEqual(['registered']);
  await press(a.page, 'end');
  record({
    what: 'mint fails for 30 s: token in use after its mint',
    backMs: back,
    backWithinMs: 1_000,
    gapMs: longestMs,
    gapWithinMs: 100,
    kept: 'yes; registered all the time',
  });
});
