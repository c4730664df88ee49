/** One microphone: whatever the phases of two calls and whatever their far ends say, only the active one is heard. */
import { describe, expect, it } from 'vitest';
import { connectionOf, setUpSwitchboard } from '../../../../test/support/phones/switchboard-phones';
import type { TestPhone } from '../../../../test/support/phones/phone';

const { board, inCall, pair, phoneOf } = setUpSwitchboard();

const registered = async (user: string): Promise<TestPhone> => {
  const phone = phoneOf(user);
  phone.agent.start();
  await phone.registered();
  return phone;
};
/** 1003 calls, and is answered. */
const answerAnother = async (a: TestPhone): Promise<{ readonly c: TestPhone; readonly id: string }> => {
  const c = await registered('1003');
  await c.agent.place('1001');
  const { id } = await a.call('ringing');
  await a.agent.act(id, { verb: 'answer' });
  await a.call('active');
  return { c, id };
};
const hears = (index: number): boolean | undefined => connectionOf(index).sender.track?.enabled;
const callOf = (phone: TestPhone, id: string) => phone.agent.snapshot().calls.find((call) => call.id === id);
const refuseReinvites = (status: number): void => {
  board().judge = ({ from, message }) =>
    from === '1001' && message.kind === 'request' && message.method === 'INVITE' && message.inDialog
      ? { status, phrase: 'X' }
      : 'pass';
};

describe('two calls and one microphone', () => {
  it('a call that is answered while another one is active goes on hold', async () => {
    const [a, b] = await pair();
    const placed = await a.agent.place('1002');
    const first = placed.ok ? placed.value : '';
    const rings = await b.call('ringing');
    const { id } = await answerAnother(a);
    // Connections: 0 ours to 1002, 1 that of 1003, 2 ours to it.
    expect([hears(0), hears(2)]).toEqual([false, true]);
    await b.agent.act(rings.id, { verb: 'answer' });
    await a.until(() => callOf(a, first)?.phase === 'held');
    await b.call('held');
    expect([hears(0), hears(2), a.agent.snapshot().activeCallId]).toEqual([false, true, id]);
    a.agent.act(first, { verb: 'resume' });
    await b.call('active');
    await expect.poll(() => [hears(0), hears(2)]).toEqual([true, false]);
  });
  it('a call that is answered when no call is active any more gets the microphone', async () => {
    const [a, b] = await pair();
    const placed = await a.agent.place('1002');
    const first = placed.ok ? placed.value : '';
    const rings = await b.call('ringing');
    const { id } = await answerAnother(a);
    a.agent.act(id, { verb: 'end' });
    await b.agent.act(rings.id, { verb: 'answer' });
    await a.until(() => callOf(a, first)?.phase === 'active');
    expect([hears(0), a.agent.snapshot().activeCallId]).toEqual([true, first]);
  });
  it('a call that was recovering when another one became active is on hold when it heals', async () => {
    const [a, b, first] = await inCall();
    connectionOf(0).setIce('disconnected');
    await a.until(() => callOf(a, first)?.phase === 'recovering');
    const { id } = await answerAnother(a);
    connectionOf(0).setIce('connected');
    await a.until(() => callOf(a, first)?.phase === 'held');
    await b.call('held');
    expect([hears(0), hears(3), a.agent.snapshot().activeCallId]).toEqual([false, true, id]);
  });
  it.each([488, 408, 481])(
    'a hold that got %i does not open the microphone beside the active call; resuming does',
    async (status) => {
      const [a, , first] = await inCall();
      refuseReinvites(status);
      const { id } = await answerAnother(a);
      await a.until(() => (callOf(a, first)?.problem ?? null) !== null);
      expect(callOf(a, first)).toMatchObject({
        phase: 'held',
        problem: status === 488 ? 'hold-failed' : 'signalling-lost',
      });
      expect([hears(0), hears(3), a.agent.snapshot().activeCallId]).toEqual([false, true, id]);
      board().judge = () => 'pass';
      a.agent.act(id, { verb: 'end' });
      a.agent.act(first, { verb: 'resume' });
      expect(callOf(a, first)).toMatchObject({ phase: 'active' });
      expect(hears(0)).toBe(true);
    },
  );
  it('a hold that was refused beside the active call can be tried again', async () => {
    const [a, b, first] = await inCall();
    refuseReinvites(488);
    await answerAnother(a);
    await a.until(() => callOf(a, first)?.problem === 'hold-failed');
    board().judge = () => 'pass';
    a.agent.act(first, { verb: 'hold' });
    await b.call('held');
    await a.until(() => callOf(a, first)?.problem === null);
    expect(callOf(a, first)).toMatchObject({ phase: 'held' });
  });
  it('a call whose far end can not be told is quiet as well, and is put on hold when it can', async () => {
    const [a, b, first] = await inCall();
    refuseReinvites(404);
    board().cut('1001');
    await a.until(() => callOf(a, first)?.problem === 'signalling-lost');
    const { id } = await answerAnother(a);
    expect([hears(0), hears(3), callOf(a, first)?.phase, a.agent.snapshot().activeCallId]).toEqual([
      false,
      true,
      'held',
      id,
    ]);
    board().judge = () => 'pass';
    await b.call('held');
  });
  it('a hold that does not apply leaves the microphone where it is', async () => {
    const [a, , first] = await inCall();
    refuseReinvites(481);
    board().cut('1001');
    await a.until(() => callOf(a, first)?.problem === 'signalling-lost');
    a.agent.act(first, { verb: 'hold' });
    expect([hears(0), a.agent.snapshot().activeCallId]).toEqual([true, first]);
  });
});
