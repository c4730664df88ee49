/** Live events of a line in the real app, from a fake Sippet on this computer, and from the practice gateway. */
import { randomBytes } from 'node:crypto';
import type { ProfileInput } from '../../src/contracts/profile/profile';
import { startGateway } from '../../src/gateway/index';
import { expect, test, type RunningApp } from '../support/app/app';
import { startFakeSippet, type FakeSippet } from '../support/servers/fake-sippet';
import { measured } from '../support/measured';
import { ask, callCard, dial, press, takeLine, untilLoadedAnew, untilRegistered } from '../support/app/phone-driver';

const lineTo = (sippet: FakeSippet): ProfileInput => ({
  id: 'desk',
  name: 'Desk',
  environment: 'development',
  provider: { kind: 'sippet', baseUrl: sippet.url },
  identity: '',
  gatewayUrl: '',
  presentation: { kind: 'digest' },
  policy: { purposes: ['events'] },
});

const row = (callUuid: string, status: string, more: Readonly<Record<string, unknown>> = {}) => ({
  callUuid,
  status,
  fromNumber: '+254722000001',
  toNumber: '+254700000000',
  startedAt: new Date().toISOString(),
  endedAt: null,
  ...more,
});
const joined = (app: RunningApp) =>
  expect(app.page.getByTestId('remote-calls')).toHaveAttribute('data-phase', 'joined', { timeout: 15_000 });
const rows = (app: RunningApp, kind: string) =>
  app.page.getByTestId('event-row').and(app.page.locator(`[data-kind="${kind}"]`));

let sippet: FakeSippet;
test.beforeEach(async () => {
  sippet = await startFakeSippet();
});
test.afterEach(() => sippet.close());

test('calls of the line appear as they happen, come from the snapshot too, and can be ended; the key stays in main', async ({
  launch,
  keyring,
}) => {
  sippet.rows.push(row('snap', 'answered', { toNumber: '+254700000099' }));
  const app = await launch({ bus: keyring.bus });
  await takeLine(app, lineTo(sippet), sippet.secretKey);
  await joined(app);
  const calls = app.page.getByTestId('remote-call');
  await expect(calls).toContainText(['+254700000099']);
  sippet.events.push('incoming_call', row('a', 'ringing'));
  sippet.events.push('call_answered', { call_uuid: 'a' });
  sippet.events.push('call_answered', { call_uuid: 'a' });
  sippet.events.push('call_transcript_completed', {
    call_uuid: 'a',
    speaker: 'caller',
    transcript: 'Where is my order?',
  });
  await expect(rows(app, 'line-ringing')).toHaveCount(1);
  await expect(rows(app, 'line-answered')).toHaveCount(1);
  await expect(rows(app, 'line-transcript')).toContainText('Where is my order?');
  await expect(calls).toHaveCount(2);

  sippet.faults.status = { action: 'end_call', status: 503, times: 1 };
  await app.page.getByRole('button', { name: 'End +254722000001 \u2192 +254700000000' }).click();
  await expect.poll(() => sippet.ended, { timeout: 10_000 }).toEqual(['a']);
  sippet.events.push('call_ended', { callUuid: 'a', endedAt: new Date().toISOString() });
  await expect(calls).toHaveCount(1);
  const audit = await ask(app.page, 'audit.recent', { limit: 50 });
  expect(audit.filter((entry) => entry.what === 'remote-call')).toMatchObject([{ callUuid: 'a', change: 'ended' }]);
  expect(audit.filter((entry) => entry.what === 'refusal' && entry.purpose === 'end-call')).toHaveLength(1);
  const seen = JSON.stringify(await app.ipcSeen());
  expect(seen).toContain(sippet.tokens[0]);
  expect(seen).not.toContain(sippet.secretKey);
});

test('a call with SIP access from Sippet has on its card what Sippet writes down, and who takes part', async ({
  launch,
  keyring,
}) => {
  const sipKey = randomBytes(32).toString('base64url');
  const gateway = await startGateway({ port: 0, keys: { active: sipKey }, domain: 'sip.example', accepts: ['digest'] });
  if (!gateway.ok) throw new Error(gateway.failure.sentence);
  const system = await startFakeSippet({ sipKey });
  try {
    const app = await launch({ bus: keyring.bus });
    const { page } = app;
    await takeLine(
      app,
      {
        ...lineTo(system),
        identity: '1001@sip.example',
        gatewayUrl: gateway.value.url,
        policy: { purposes: ['sip', 'events'] },
      },
      system.secretKey,
    );
    await untilRegistered(page);
    await joined(app);
    expect(system.access.size).toBeGreaterThan(0);
    await dial(page, 'echo');
    await expect(callCard(page, 'active')).toBeVisible();

    const about = { callUuid: 'sip-1', fromNumber: '1001', toNumber: 'echo' };
    const transcript = page.getByRole('log', { name: 'Transcript' });
    // Pieces may come before the call that they belong to, and twice.
    const piece = { callUuid: 'sip-1', itemId: 'i1', speaker: 'caller' };
    for (const index of [1, 0, 1])
      system.events.push('call_transcript_delta', { ...piece, index, delta: ['Where is', ' my order?'][index] });
    system.events.push('call_answered', { ...about, startedAt: new Date().toISOString() });
    system.events.push('call_participant_joined', { callUuid: 'sip-1', participant: { id: 'p1', name: 'Asha' } });
    await expect(transcript.getByRole('listitem')).toHaveText(['callerWhere is my order?']);
    await expect(page.getByTestId('call-people')).toContainText('Asha');
    // A call of somebody else's on the same line stays off the card.
    system.events.push('call_transcript_completed', {
      callUuid: 'other',
      itemId: 'o1',
      speaker: 'caller',
      transcript: 'Something else.',
    });
    system.events.push('call_transcript_completed', {
      ...piece,
      itemId: 'i2',
      speaker: 'agent',
      transcript: 'On its way.',
    });
    await expect(transcript.getByRole('listitem')).toHaveText(['callerWhere is my order?', 'agentOn its way.']);

    // The system's end may come before ours: what was said stays for as long as the card.
    system.events.push('call_ended', about);
    await expect(rows(app, 'line-ended')).toHaveCount(1);
    await expect(transcript).toContainText('On its way.');
    await press(page, 'end');
    await callCard(page, 'ended').getByRole('button', { name: 'Dismiss' }).click();
    await expect(transcript).toHaveCount(0);

    await ask(page, 'phone.lock');
    await expect.poll(() => system.access.size).toBe(0);
  } finally {
    await system.close();
    await gateway.value.close();
  }
});

test('a lost socket comes back by itself with another token, and so while the window is hidden', async ({
  launch,
  keyring,
}) => {
  const app = await launch({ bus: keyring.bus });
  await takeLine(app, lineTo(sippet), sippet.secretKey);
  await joined(app);
  sippet.events.drop();
  await expect.poll(sippet.events.joins).toBe(2);
  expect(new Set(sippet.events.accepted).size).toBe(2);

  for (const away of ['minimize', 'hide'] as const) {
    await app.electron.evaluate(({ BrowserWindow }, how) => {
      for (const window of BrowserWindow.getAllWindows()) window[how]();
    }, away);
    const before = sippet.events.joins();
    sippet.events.faults.refuseUpgrades = 2;
    sippet.events.drop();
    await expect.poll(sippet.events.joins, { timeout: 15_000 }).toBe(before + 1);
    sippet.events.push('incoming_call', row(away, 'ringing'));
    await expect(rows(app, 'line-ringing')).toHaveCount(away === 'minimize' ? 1 : 2);
  }
  // A timer of 30 s, too, goes on without a window to see.
  const beats = sippet.events.heartbeats();
  await expect.poll(sippet.events.heartbeats, { timeout: 45_000, intervals: [500] }).toBeGreaterThan(beats);
  expect(new Set(sippet.events.accepted).size).toBe(sippet.events.accepted.length);
  // Locked, the socket goes; open again, it comes back with a token of its own.
  await untilLoadedAnew(app.page, () => ask(app.page, 'phone.lock'));
  await expect.poll(sippet.events.joined).toBe(0);
  await ask(app.page, 'phone.unlock');
  await expect.poll(sippet.events.joined).toBe(1);
  expect(new Set(sippet.events.accepted).size).toBe(sippet.events.accepted.length);
  // Another line: the socket of this one goes.
  await ask(app.page, 'profiles.select', { profileId: 'practice' });
  await expect.poll(sippet.events.joined).toBe(0);
});

test('a flood of events: each is counted, calls are merged, the log keeps the newest and says so', async ({
  launch,
  keyring,
}) => {
  const app = await launch({ bus: keyring.bus });
  await takeLine(app, lineTo(sippet), sippet.secretKey);
  await joined(app);
  const total = 12_000;
  const began = performance.now();
  // In turns of 10 ms, as a network brings them.
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.ceil(((performance.now() - began) / 1000) * 2_000));
    for (; sent < due; sent += 1) {
      const callUuid = `flood-${Math.floor(sent / 3)}`;
      const step = (['incoming_call', 'call_answered', 'call_ended'] as const)[sent % 3] ?? 'incoming_call';
      sippet.events.push(step, { callUuid, fromNumber: '+254722000001', toNumber: '+254700000000' });
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  measured(`sent ${total} events in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  await expect(app.page.getByTestId('remote-calls')).toHaveAttribute('data-heard', String(total), { timeout: 20_000 });
  await expect(app.page.getByTestId('remote-call')).toHaveCount(0);
  await expect(app.page.getByTestId('live-kept')).toContainText('The newest 10,000 of 12,');
  await expect(app.page.getByTestId('event-row').first()).toHaveAttribute('aria-setsize', '10000');

  // Whoever reads further down keeps the line under the eye while new ones come in above.
  const list = app.page.getByRole('region', { name: 'Events' });
  await list.evaluate((box) => {
    box.scrollTop = 5_700;
  });
  const underTheEye = () =>
    list.evaluate((box) => {
      const { left, top } = box.getBoundingClientRect();
      const row = document.elementFromPoint(left + 20, top + 100)?.closest('[data-testid="event-row"]');
      return {
        position: Number(row?.getAttribute('aria-posinset') ?? NaN),
        top: Math.round(row?.getBoundingClientRect().top ?? NaN),
      };
    });
  await expect.poll(async () => (await underTheEye()).position).toBeGreaterThan(100);
  const before = await underTheEye();
  for (const callUuid of ['eye-1', 'eye-2', 'eye-3']) sippet.events.push('call_ended', { callUuid });
  await expect.poll(underTheEye).toEqual({ position: before.position + 3, top: before.top });
});

test("the practice gateway's own events: a call tells itself from its ring to its end, and who is in it", async ({
  launch,
}) => {
  const app = await launch();
  await untilRegistered(app.page);
  const practice = (await ask(app.page, 'profiles.snapshot')).profiles.find(({ id }) => id === 'practice');
  if (practice === undefined) throw new Error('there is no Practice line');
  await ask(app.page, 'profiles.save', { ...practice, policy: { ...practice.policy, purposes: ['sip', 'events'] } });
  await joined(app);
  await untilRegistered(app.page);
  await dial(app.page, 'echo');
  await expect(callCard(app.page, 'active')).toBeVisible();
  await expect(rows(app, 'line-answered')).toHaveCount(1);
  await expect(app.page.getByTestId('call-people')).toContainText('1001, echo');
  await press(app.page, 'end');
  await expect(rows(app, 'line-ended')).toHaveCount(1);
});
