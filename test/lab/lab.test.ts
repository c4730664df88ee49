/** The lab itself: it starts, carries a call, survives the death of its server, and leaves nothing behind. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { allProcesses, isRunning } from '../support/app/processes';
import { durationMs, purestTone, readSound } from '../support/sound/recording';
import { labProblem, startLab, type Lab, type LabOptions } from './lab';

const problem = await labProblem();
beforeEach(({ skip }) => skip(problem !== null, problem ?? ''));

const CALLER = fileURLToPath(new URL('sipp/caller.xml', import.meta.url));

async function lab(options: LabOptions = {}): Promise<Lab> {
  const started = await startLab(options);
  onTestFinished(started.close);
  return started;
}

/** The processes that work in the lab's folder. */
const processesOf = async ({ folder }: Lab): Promise<string[]> =>
  (await allProcesses())
    .filter(({ commandLine }) => commandLine.some((part) => part.includes(folder)))
    .map(({ commandLine }) => commandLine.join(' '));

it('starts and stops, again and at the same time, and leaves nothing', async () => {
  for (let again = 0; again < 2; again += 1) {
    const labs = await Promise.all([lab(), lab({ tls: true, presentation: 'bearer' })]);
    const pids = labs.flatMap(({ kamailio, baresip }) => [kamailio.pid(), baresip.pid]);
    expect(new Set(labs.map(({ url }) => url)).size).toBe(2);
    for (const one of labs) expect(await one.kamailio.contacts('bob')).toHaveLength(1);
    await Promise.all(labs.map(({ close }) => close()));
    expect(pids.filter(isRunning)).toEqual([]);
    for (const one of labs) expect([await processesOf(one), existsSync(one.folder)]).toEqual([[], false]);
  }
});

it('says what a server printed when it does not start, and leaves nothing', async () => {
  await expect(startLab({ address: '192.0.2.1' })).rejects.toThrow();
  await expect(startLab({ keepaliveS: -1.5 })).rejects.toThrow(
    /kamailio ended before it answered; it printed:\n[^]*(?:parse|syntax|bad config)/i,
  );
});

it('carries a call from SIPp to baresip, whose tone comes back', async () => {
  const fixture = await lab();
  const caller = await fixture.sipp(CALLER, { role: 'uac', target: 'bob', args: ['-rtp_echo'] });
  const { ok, errors } = await caller.done;
  expect(ok, errors).toBe(true);
  const closed = await fixture.baresip.event('CALL_CLOSED');
  expect(closed.peer).toContain('caller');
  expect(fixture.baresip.calls()).toBe(0);
  const recordings = await fixture.baresip.recordings();
  expect(recordings.map(({ direction }) => direction).sort()).toEqual(['dec', 'enc']);
  for (const { path, direction } of recordings) {
    const sound = await readSound(path);
    expect(durationMs(sound), direction).toBeGreaterThan(1_000);
    const tone = purestTone(sound, 440);
    expect(Math.abs((tone?.frequencyHz ?? 0) - 440), direction).toBeLessThan(2);
    expect(tone?.toneDbfs, direction).toBeGreaterThan(-12);
    expect(tone?.restDbfs, direction).toBeLessThan(-25);
  }
  expect(await fixture.mediaSessions()).toBe(0);
});

it('controls its ordinary phones: dial, answer, keys, hold, hang up; each hears the other', async () => {
  const fixture = await lab({ answerMode: 'manual' });
  const bob = fixture.baresip;
  const carol = await fixture.startBaresip({ user: 'carol', toneHz: 800 });
  await carol.dial('bob');
  await bob.event('CALL_INCOMING');
  expect([bob.calls(), bob.digits()]).toEqual([1, '']);
  await bob.answer();
  await Promise.all([bob.event('CALL_ESTABLISHED'), carol.event('CALL_ESTABLISHED')]);
  await carol.sendDigits('4*2');
  await expect.poll(() => bob.digits(), { timeout: 5_000 }).toBe('4*2');
  for (const change of [carol.hold, carol.resume]) {
    const from = bob.events.length;
    await change();
    await bob.event('CALL_REMOTE_SDP', { from });
  }
  await bob.hangup();
  await carol.event('CALL_CLOSED');
  expect([bob.calls(), carol.calls()]).toEqual([0, 0]);
  for (const [phone, hz] of [
    [bob, 800],
    [carol, 440],
  ] as const) {
    const heard = (await phone.recordings()).filter(({ direction }) => direction === 'dec');
    const tones = await Promise.all(heard.map(async ({ path }) => purestTone(await readSound(path), hz)));
    expect(Math.max(...tones.map((tone) => tone?.toneDbfs ?? -100)), phone.user).toBeGreaterThan(-12);
  }
});

it('knows its ordinary phones again after its server died', async () => {
  const fixture = await lab();
  const [pid, contacts] = [fixture.kamailio.pid(), await fixture.kamailio.contacts('bob')];
  await fixture.kamailio.kill();
  expect(isRunning(pid)).toBe(false);
  const before = Date.now();
  const answering = await fixture.kamailio.restart();
  expect(answering - before).toBeLessThan(5_000);
  expect(await fixture.kamailio.contacts('bob')).toEqual(contacts);
  const caller = await fixture.sipp(CALLER, { role: 'uac', target: 'bob' });
  expect(await caller.done).toMatchObject({ ok: true });
});
