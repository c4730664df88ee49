/** What section by section is promised about speed and size, measured on this machine. Prints a table and writes JSON. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import type { RingfenceApi } from '../../src/contracts/ipc/ipc';
import { expect, test, type RunningApp } from '../support/app/app';
import { ask, callCard, dial, lastMark, lineTo, press, takeLine, untilRegistered } from '../support/app/phone-driver';
import { launchEmptyWindow } from './empty-window';
import { createdAt, paintedAt, settledMegabytes } from './readings';
import { createReport } from './report';

const STARTS = 7;
const CALLS = 15;
const GRANTS = 12;
const RECONNECTS = 10;

const report = createReport();
const { add, note } = report;

/** One warm call to echo: milliseconds from the click to the INVITE, and to the first sound. */
async function oneCall(page: Page): Promise<{ readonly invite: number; readonly audio: number }> {
  await dial(page, 'echo');
  await expect(callCard(page, 'active')).toBeVisible();
  const clicked = (await lastMark(page, 'click-call')) ?? NaN;
  await expect.poll(async () => ((await lastMark(page, 'first-audio')) ?? 0) > clicked).toBe(true);
  const invite = ((await lastMark(page, 'invite-sent')) ?? NaN) - clicked;
  const audio = ((await lastMark(page, 'first-audio')) ?? NaN) - clicked;
  await press(page, 'end');
  await callCard(page, 'ended').getByRole('button', { name: 'Dismiss' }).click();
  await expect(callCard(page)).toHaveCount(0);
  return { invite, audio };
}

async function calls({ page }: RunningApp, how: string): Promise<void> {
  // Everyday conditions: the page's code is in Chromium's cache, as it is from the second start on; and the ICE servers that were saved are in the grant.
  await page.reload();
  await untilRegistered(page);
  for (let warm = 0; warm < 3; warm++) await oneCall(page);
  const made: { readonly invite: number; readonly audio: number }[] = [];
  for (let run = 0; run < CALLS; run++) made.push(await oneCall(page));
  add(
    `click -> INVITE, ${how}`,
    'ms',
    made.map(({ invite }) => invite),
    15,
  );
  add(
    `click -> first audio, ${how}`,
    'ms',
    made.map(({ audio }) => audio),
  );
}

test('start and size, beside an empty window', async ({ launch }) => {
  const empty = { loaded: [] as number[], size: [] as number[] };
  const phone = { shown: [] as number[], registered: [] as number[], idle: [] as number[], inCall: [] as number[] };
  for (let run = 0; run < STARTS; run++) {
    const bare = await launchEmptyWindow();
    empty.loaded.push((await paintedAt(bare.page)) - (await createdAt(bare.pid)));
    const emptySize = await settledMegabytes(bare.pid);
    if (emptySize !== null) empty.size.push(emptySize);
    await bare.close();

    const app = await launch({ bare: true });
    await untilRegistered(app.page);
    const created = await createdAt(app.pid);
    phone.shown.push((await paintedAt(app.page)) - created);
    phone.registered.push(((await lastMark(app.page, 'registered')) ?? NaN) - created);
    const idle = await settledMegabytes(app.pid);
    if (idle !== null) phone.idle.push(idle);
    if (idle !== null && run < 3) {
      await dial(app.page, 'echo');
      await expect(callCard(app.page, 'active')).toBeVisible();
      const inCall = await settledMegabytes(app.pid);
      if (inCall !== null) phone.inCall.push(inCall);
      await press(app.page, 'end');
    }
    await app.close();
  }
  const load = add('empty window: start -> shown', 'ms', empty.loaded);
  add('start -> window shown', 'ms', phone.shown);
  add('start -> registered', 'ms', phone.registered, 2 * load, '2x the empty window');
  if (empty.size.length === 0) {
    note('Memory was not measured: /proc/PID/smaps_rollup of the renderer may not be read here.');
  } else {
    const size = add('empty window: PSS', 'MiB', empty.size);
    add('PSS, idle', 'MiB', phone.idle, 1.25 * size, '1.25x the empty window');
    add('PSS, in a call', 'MiB', phone.inCall);
  }
});

test('calls, warm, without STUN', async ({ launch }) => {
  const app = await launch({ bare: true });
  await untilRegistered(app.page);
  await calls(app, 'no STUN');
});

test('calls, warm, with a STUN server that never answers', async ({ launch }) => {
  const silent = createSocket('udp4');
  let asked = 0;
  silent.on('message', () => asked++);
  silent.bind(0, '127.0.0.1');
  await once(silent, 'listening');
  try {
    const app = await launch({ bare: true });
    await untilRegistered(app.page);
    const practice = (await ask(app.page, 'profiles.snapshot')).profiles.find(({ id }) => id === 'practice');
    if (practice === undefined) throw new Error('there is no Practice line');
    await ask(app.page, 'profiles.save', {
      ...practice,
      iceServers: [{ urls: [`stun:127.0.0.1:${silent.address().port}`] }],
    });
    await calls(app, 'silent STUN');
    expect(asked, 'the silent STUN server was asked').toBeGreaterThan(0);
  } finally {
    silent.close();
  }
});

test('a grant, from the page through main and back', async ({ launch }) => {
  const { page } = await launch({ bare: true });
  await untilRegistered(page);
  const took: number[] = [];
  for (let run = 0; run <= GRANTS; run++) {
    const milliseconds = await page.evaluate(async () => {
      const { ringfence } = globalThis as unknown as { ringfence: RingfenceApi };
      const began = performance.now();
      const answer = await ringfence.invoke('grants.get', { profileId: 'practice', purpose: 'sip' });
      return answer.ok ? performance.now() - began : null;
    });
    // The first one warms up what the start did not need.
    if (milliseconds !== null && run > 0) took.push(milliseconds);
    // The policy allows one a second.
    await pause(1050);
  }
  add('grant round trip', 'ms', took, 2);
});

test('reconnect after a killed flow', async ({ launch, gateway, keyring }) => {
  const app = await launch({ bare: true, bus: keyring.bus });
  await takeLine(app, lineTo(gateway.url, '1001'), gateway.key);
  await expect(app.page.getByTestId('registration')).toContainText('as 1001');
  await untilRegistered(app.page);
  const took: number[] = [];
  for (let run = 0; run < RECONNECTS; run++) {
    const before = (await lastMark(app.page, 'registered')) ?? 0;
    const dropped = Date.now();
    await gateway.fault('/drop', { user: '1001' });
    await expect
      .poll(async () => ((await lastMark(app.page, 'registered')) ?? 0) > before, { timeout: 20_000 })
      .toBe(true);
    took.push(((await lastMark(app.page, 'registered')) ?? NaN) - dropped);
    // Each reconnect costs a token: one a second.
    await pause(1100);
  }
  add('reconnect after a killed flow', 'ms', took);
});

test.afterAll(() => report.finish());
