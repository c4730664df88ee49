/** The engine's real code, JsSIP and `ws` against the real practice gateway: what a call looks like on the wire. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { enterPracticeRoom, storyOf, type PracticeRoom } from '../support/practice-room';
import type { TestPhone } from '../support/phone';

let room: PracticeRoom;
beforeEach(async () => {
  room = await enterPracticeRoom();
});
afterEach(() => room.leave());

const twoPhones = async (): Promise<[TestPhone, TestPhone]> => {
  const [asha, kamau] = [room.phone('1001'), room.phone('1002')];
  asha.agent.start();
  kamau.agent.start();
  await Promise.all([asha.registered(), kamau.registered()]);
  return [asha, kamau];
};
const place = async (phone: TestPhone, target: string): Promise<string> => {
  const placed = await phone.agent.place(target);
  if (!placed.ok) throw new Error(placed.failure.sentence);
  return placed.value;
};

describe('between two users', () => {
  it('she calls, he answers, she holds and resumes, he hangs up', async () => {
    const [asha, kamau] = await twoPhones();
    const hers = await place(asha, '1002');
    const rings = await kamau.call('ringing');
    expect(rings.peer).toMatchObject({ user: '1001' });
    await asha.call('ringing');
    await kamau.agent.answer(rings.id);
    await Promise.all([asha.call('active'), kamau.call('active')]);
    asha.agent.hold(hers);
    expect(await kamau.call('held')).toMatchObject({ hold: { byUs: false, byPeer: true } });
    await expect.poll(() => storyOf(asha).filter((line) => line === '> ACK').length).toBe(2);
    asha.agent.resume(hers);
    await kamau.call('active');
    await expect.poll(() => storyOf(asha).filter((line) => line === '> ACK').length).toBe(3);
    kamau.agent.end(rings.id);
    expect(await asha.call('ended')).toMatchObject({ cause: 'hung-up-by-peer' });
    expect(await kamau.call('ended')).toMatchObject({ cause: 'hung-up' });
    await expect.poll(() => storyOf(kamau).at(-1)).toBe('< 200 BYE');

    expect(storyOf(asha)).toEqual([
      '> REGISTER',
      '< 200 REGISTER',
      '> INVITE',
      '< 180 INVITE',
      '< 200 INVITE',
      '> ACK',
      '> INVITE sendonly',
      '< 200 INVITE',
      '> ACK',
      '> INVITE',
      '< 200 INVITE',
      '> ACK',
      '< BYE',
      '> 200 BYE',
    ]);
    await expect.poll(() => room.gateway().stats()).toMatchObject({ calls: 0 });
  });

  it('she gives up: he has a missed call', async () => {
    const [asha, kamau] = await twoPhones();
    const hers = await place(asha, '1002');
    await Promise.all([asha.call('ringing'), kamau.call('ringing')]);
    asha.agent.end(hers);
    expect(await asha.call('ended')).toMatchObject({ cause: 'cancelled' });
    expect(await kamau.call('ended')).toMatchObject({ cause: 'cancelled-by-caller' });
    await expect.poll(() => storyOf(asha).slice(2)).toEqual(['> INVITE', '< 180 INVITE', '> CANCEL', '< 200 CANCEL', '< 487 INVITE', '> ACK']);
    expect(kamau.events.at(-1)).toMatchObject({ kind: 'call-missed', title: 'Missed call' });
  });

  it('he declines', async () => {
    const [asha, kamau] = await twoPhones();
    await place(asha, '1002');
    kamau.agent.end((await kamau.call('ringing')).id);
    expect(await asha.call('ended')).toMatchObject({ cause: 'declined-by-peer', details: '603 Decline' });
    expect(await kamau.call('ended')).toMatchObject({ cause: 'declined' });
  });

  it('he does not want to be disturbed', async () => {
    const [asha, kamau] = await twoPhones();
    await place(asha, '1002');
    kamau.agent.end((await kamau.call('ringing')).id, 'busy');
    expect(await asha.call('ended')).toMatchObject({ cause: 'busy' });
  });

  it('his microphone is refused: it rings on, and the second try connects', async () => {
    const [asha, kamau] = await twoPhones();
    await place(asha, '1002');
    const { id } = await kamau.call('ringing');
    kamau.microphone.failure = 'microphone-busy';
    await kamau.agent.answer(id);
    expect(kamau.agent.snapshot().calls[0]).toMatchObject({ phase: 'ringing', problem: 'microphone-busy' });
    expect(storyOf(kamau)).not.toContain('> 200 INVITE');
    kamau.microphone.failure = null;
    await kamau.agent.answer(id);
    await Promise.all([asha.call('active'), kamau.call('active')]);
  });

  it('a third one calls her meanwhile: she answers, and he is on hold', async () => {
    const [asha, kamau] = await twoPhones();
    const wanjiru = room.phone('1003');
    wanjiru.agent.start();
    await wanjiru.registered();
    await place(asha, '1002');
    await kamau.agent.answer((await kamau.call('ringing')).id);
    await asha.call('active');
    await place(wanjiru, '1001');
    const second = await asha.call('ringing');
    await asha.agent.answer(second.id);
    await Promise.all([wanjiru.call('active'), asha.call('active')]);
    expect(await kamau.call('held')).toMatchObject({ hold: { byPeer: true } });
    expect(asha.agent.snapshot()).toMatchObject({ activeCallId: second.id, calls: [{ phase: 'held' }, { phase: 'active' }] });
  });
});

describe('to nobody', () => {
  it.each([
    ['busy', 'busy', '486 Busy Here'],
    ['decline', 'declined-by-peer', '603 Decline'],
    ['4711', 'not-found', '404 Not Found'],
  ])('%s', async (target, cause, details) => {
    const asha = room.phone('1001');
    asha.agent.start();
    await asha.registered();
    await place(asha, target);
    expect(await asha.call('ended')).toMatchObject({ cause, details });
    expect(asha.microphone.inUse()).toBe(0);
  });

  it('no-answer rings until she gives up', async () => {
    const asha = room.phone('1001');
    asha.agent.start();
    await asha.registered();
    const hers = await place(asha, 'no-answer');
    expect(await asha.call('ringing')).toMatchObject({ earlyMedia: false });
    asha.agent.end(hers);
    expect(await asha.call('ended')).toMatchObject({ cause: 'cancelled' });
    await expect.poll(() => storyOf(asha).at(-1)).toBe('> ACK');
  });
});

it('nothing that anybody may see holds a token', async () => {
  const [asha, kamau] = await twoPhones();
  const secret = room.grant('1001');
  asha.renew(secret);
  await asha.until(({ grant }) => grant?.fingerprint === secret.fingerprint);
  await place(asha, '1002');
  await kamau.agent.answer((await kamau.call('ringing')).id);
  await asha.call('active');
  const seen = JSON.stringify([asha.trace, asha.events, asha.agent.snapshot(), asha.marks]);
  if (secret.presentation.kind !== 'query') throw new Error('unexpected presentation');
  expect(seen).not.toContain(secret.presentation.token);
  expect(seen).not.toMatch(/eyJ[\w-]+\.[\w-]+/);
  // The search itself can find one.
  expect(JSON.stringify(secret)).toMatch(/eyJ[\w-]+\.[\w-]+/);
});
