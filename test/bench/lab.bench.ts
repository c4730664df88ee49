/** What is promised about calls over real parts (Kamailio, rtpengine, an ordinary phone), beside JsSIP's own defaults in the same run. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Page } from '@playwright/test';
import { labProblem, type Lab } from '../lab/lab';
import { expect, test, type RunningApp } from '../support/app/app';
import { watchTone } from '../support/sound/audio-probe';
import { joinLab } from '../support/phones/lab-line';
import { callCard, dial, lastMark, press, untilRegistered } from '../support/app/phone-driver';
import { callTimes, watchCalls, type CallTimes } from './call-watch';
import { launchJssipDefaults } from './jssip-defaults';
import type { JssipDefaults } from './jssip-defaults-page';
import { processorShare, settledMegabytes } from './readings';
import { createReport } from './report';

const WARM_UP = 3;
const CALLS = 15;
/** Each takes as long as Chromium waits for a STUN server that does not answer: about 40 s. */
const CALLS_PAST_SILENT_STUN = 3;
const PROCESSOR_MS = 20_000;
const PROCESSOR_LOOKS = 2;
const CUTS = 3;
/** A flow that held as long as this counts as stable: each cut is the first of its kind (phone/retry-policy.ts). */
const STABLE_MS = 10_500;
const RESTARTS = 3;
const SILENCES = 3;
const BOB_HZ = 440;

const report = createReport();
const { add, note } = report;

/** A STUN server that never answers. */
async function silentStun(): Promise<{
  readonly url: string;
  readonly asked: () => number;
  readonly close: () => void;
}> {
  const socket: Socket = createSocket('udp4');
  let asked = 0;
  socket.on('message', () => asked++);
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { url: `stun:127.0.0.1:${socket.address().port}`, asked: () => asked, close: () => socket.close() };
}

async function timesOfCall(page: Page, timeout: number): Promise<CallTimes> {
  await expect.poll(async () => await callTimes(page), { timeout, intervals: [100] }).not.toBeNull();
  const times = await callTimes(page);
  if (times === null) throw new Error('unreachable: the poll above would have failed');
  return times;
}

/** Calls bob from the app and hangs up. */
async function appCall({ page }: RunningApp, lab: Lab): Promise<CallTimes> {
  await dial(page, 'bob');
  const times = await timesOfCall(page, 15_000);
  await press(page, 'end');
  await callCard(page, 'ended').getByRole('button', { name: 'Dismiss' }).click();
  await expect(callCard(page)).toHaveCount(0);
  await expect.poll(() => lab.baresip.calls()).toBe(0);
  return times;
}

/** Calls bob from the page with JsSIP's defaults and hangs up. */
async function jssipCall(page: Page, lab: Lab, stun: string | null): Promise<CallTimes> {
  await page.evaluate(
    ({ target, iceServers }) => {
      const { jssipDefaults } = globalThis as unknown as { jssipDefaults: JssipDefaults };
      jssipDefaults.prepare(target, iceServers);
    },
    { target: lab.baresip.uri, iceServers: stun === null ? [] : [{ urls: [stun] }] },
  );
  await page.getByRole('button', { name: 'Call' }).click();
  const times = await timesOfCall(page, 90_000);
  await page.evaluate(() => {
    const { jssipDefaults } = globalThis as unknown as { jssipDefaults: JssipDefaults };
    jssipDefaults.hangUp();
  });
  await expect
    .poll(() => page.evaluate(() => (globalThis as unknown as { jssipDefaults: JssipDefaults }).jssipDefaults.calls()))
    .toBe(0);
  await expect.poll(() => lab.baresip.calls()).toBe(0);
  return times;
}

async function several<T>(count: number, run: () => Promise<T>): Promise<readonly T[]> {
  const made: T[] = [];
  for (let n = 0; n < count; n++) made.push(await run());
  return made;
}

function addCalls(who: string, how: string, times: readonly CallTimes[], inviteTarget: number | null): number {
  add(
    `${who}: click -> INVITE, ${how}`,
    'ms',
    times.map(({ clickToInvite }) => clickToInvite),
    inviteTarget,
  );
  add(
    `${who}: INVITE -> 200, ${how}`,
    'ms',
    times.map(({ inviteToAnswer }) => inviteToAnswer),
  );
  return add(
    `${who}: click -> first audio, ${how}`,
    'ms',
    times.map(({ clickToAudio }) => clickToAudio),
  );
}

test('real parts are there, or it is said', async () => {
  const problem = await labProblem();
  if (problem !== null) note(`Calls over real parts were not measured: ${problem}.`);
});

test('call set-up beside the defaults of JsSIP, without STUN and with a silent STUN server', async ({
  launch,
  lab,
  keyring,
}) => {
  const stun = await silentStun();
  try {
    const app = await launch({ bare: true, bus: keyring.bus });
    const defaults = await launchJssipDefaults();
    try {
      const url = `${lab.url}?token=${lab.mint({ sub: '1002', lifeS: 1800 })}`;
      await defaults.page.evaluate(
        ({ url, uri }) => (globalThis as unknown as { jssipDefaults: JssipDefaults }).jssipDefaults.start(url, uri),
        { url, uri: `sip:1002@${lab.domain}` },
      );
      await watchCalls(defaults.page);
      await several(WARM_UP, () => jssipCall(defaults.page, lab, null));
      const theirs = {
        plain: await several(CALLS, () => jssipCall(defaults.page, lab, null)),
        silent: await several(CALLS_PAST_SILENT_STUN, () => jssipCall(defaults.page, lab, stun.url)),
      };
      expect(stun.asked(), 'the silent STUN server was asked by JsSIP').toBeGreaterThan(0);

      const ours = { plain: [] as readonly CallTimes[], silent: [] as readonly CallTimes[] };
      for (const how of ['plain', 'silent'] as const) {
        const before = stun.asked();
        await joinLab(app, lab, { iceServers: how === 'plain' ? [] : [{ urls: [stun.url] }] });
        // Everyday conditions: see ringfence.bench.ts.
        await app.page.reload();
        await untilRegistered(app.page);
        await watchCalls(app.page);
        await several(WARM_UP, () => appCall(app, lab));
        ours[how] = await several(CALLS, () => appCall(app, lab));
        if (how === 'silent')
          expect(stun.asked(), 'the silent STUN server was asked by the app').toBeGreaterThan(before);
      }
      const plain = addCalls('Ringfence', 'no STUN', ours.plain, 15);
      const plainTheirs = addCalls('JsSIP defaults', 'no STUN', theirs.plain, null);
      add('Ringfence of JsSIP: click -> first audio, no STUN', '%', [(100 * plain) / plainTheirs], 100 / 3, 'a third');
      const silent = addCalls('Ringfence', 'silent STUN', ours.silent, 15);
      const silentTheirs = addCalls('JsSIP defaults', 'silent STUN', theirs.silent, null);
      add(
        'Ringfence of JsSIP: click -> first audio, silent STUN',
        '%',
        [(100 * silent) / silentTheirs],
        1,
        'a hundredth',
      );
      note(
        'Calls to baresip (PCMU, answers by itself) through Kamailio and rtpengine, timed in both pages by the same means; audio only in both.',
      );
    } finally {
      await defaults.close();
    }
  } finally {
    stun.close();
  }
});

test('what one call costs', async ({ launch, lab, keyring }) => {
  const app = await launch({ bare: true, bus: keyring.bus });
  await joinLab(app, lab);
  const idleSize = await settledMegabytes(app.pid);
  add(
    'processor, idle',
    '%',
    await several(PROCESSOR_LOOKS, () => processorShare(app.pid, PROCESSOR_MS)),
    null,
    'of one core',
  );
  await dial(app.page, 'bob');
  await expect(callCard(app.page, 'active')).toBeVisible();
  const callSize = await settledMegabytes(app.pid);
  add(
    'processor, in a call',
    '%',
    await several(PROCESSOR_LOOKS, () => processorShare(app.pid, PROCESSOR_MS)),
    null,
    'of one core',
  );
  if (idleSize === null || callSize === null)
    note('Memory was not measured: /proc/PID/smaps_rollup of the renderer may not be read here.');
  else {
    add('PSS on the lab line, idle', 'MiB', [idleSize]);
    add('PSS on the lab line, in a call', 'MiB', [callSize]);
  }
  await press(app.page, 'end');
});

/** When the registration came back after `since`, in milliseconds since the epoch. */
async function registeredAfter(page: Page, since: number): Promise<number> {
  await expect
    .poll(async () => ((await lastMark(page, 'registered')) ?? 0) > since, { timeout: 40_000, intervals: [100] })
    .toBe(true);
  return (await lastMark(page, 'registered')) ?? NaN;
}

/** Kamailio closes the WebSockets that it has; answers with when, in milliseconds since the epoch. */
async function cut(lab: Lab): Promise<number> {
  const connections = [...(await lab.kamailio.rpc('ws.dump')).matchAll(/^\s*(\d+): /gm)].map(([, id = '']) => id);
  expect(connections).toHaveLength(1);
  const at = Date.now();
  for (const id of connections) await lab.kamailio.rpc(`ws.close ${id}`);
  return at;
}

/** Notes when the registration is no longer there, in milliseconds since the epoch. */
async function noteLoss(page: Page): Promise<() => Promise<number | null>> {
  await page.evaluate(() => {
    const shelf = globalThis as { ringfenceLostAt?: number | null };
    shelf.ringfenceLostAt = null;
    const watcher = new MutationObserver(() => {
      if (document.querySelector('[data-testid="registration"]')?.getAttribute('data-phase') === 'registered') return;
      shelf.ringfenceLostAt = performance.timeOrigin + performance.now();
      watcher.disconnect();
    });
    watcher.observe(document.body, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ['data-phase'],
    });
  });
  return () => page.evaluate(() => (globalThis as { ringfenceLostAt?: number | null }).ringfenceLostAt ?? null);
}

test('recovery', async ({ launch, lab, keyring }) => {
  const app = await launch({ bare: true, bus: keyring.bus });
  const { page } = app;
  await joinLab(app, lab);
  const stable = (): Promise<void> =>
    expect
      .poll(async () => Date.now() - ((await lastMark(page, 'registered')) ?? 0), { timeout: 30_000, intervals: [250] })
      .toBeGreaterThan(STABLE_MS);
  const cuts = (): Promise<readonly number[]> =>
    several(CUTS, async () => {
      await stable();
      const at = await cut(lab);
      return (await registeredAfter(page, at)) - at;
    });
  add('flow cut by the server, idle -> registered', 'ms', await cuts(), 1_000);

  await dial(page, 'bob');
  const tone = await watchTone(page, BOB_HZ);
  add('flow cut by the server, in a call -> registered', 'ms', await cuts(), 1_000);
  const heard = await tone.stop();
  add('the longest gap in the sound meanwhile', 'ms', [heard.longestGapMs], 100);
  await expect(callCard(page, 'active')).toBeVisible();
  await press(page, 'end');
  await expect.poll(() => lab.baresip.calls()).toBe(0);

  add(
    'Kamailio killed and started again -> registered',
    'ms',
    await several(RESTARTS, async () => {
      await stable();
      const at = await lab.kamailio.restart();
      return (await registeredAfter(page, at - 1_000)) - at;
    }),
    2_000,
  );

  const silences = await several(SILENCES, async () => {
    await stable();
    const lost = await noteLoss(page);
    const began = Date.now();
    // All of its processes are in one group.
    process.kill(-lab.kamailio.pid(), 'SIGSTOP');
    await expect.poll(lost, { timeout: 30_000, intervals: [100] }).not.toBeNull();
    process.kill(-lab.kamailio.pid(), 'SIGCONT');
    const back = Date.now();
    return { found: ((await lost()) ?? NaN) - began, registered: (await registeredAfter(page, back)) - back };
  });
  add(
    'gateway silent -> noticed',
    'ms',
    silences.map(({ found }) => found),
    8_000,
  );
  add(
    'gateway speaks again -> registered',
    'ms',
    silences.map(({ registered }) => registered),
    1_000,
  );
});

test.afterAll(() => report.finish());
