/** What a call outlives while its sound goes on: a gateway that forgot it, a far end that is gone. */
import { describe, expect, it } from 'vitest';
import type { TestPhone } from '../../../../test/support/phones/phone';
import { connectionOf, setUpSwitchboard, titlesOf } from '../../../../test/support/phones/switchboard-phones';
import { canHold } from '../call/call';

const { board, inCall, webRtc } = setUpSwitchboard();
const LOST = 'Call problem: 1002 \u00b7 the gateway does not find the other side of this call; the sound goes on';

/** Answers every re-INVITE from this user with a status. */
const refuseReinvites = (user: string, status: number): void => {
  board().judge = ({ from, message }) =>
    from === user && message.kind === 'request' && message.method === 'INVITE' && message.inDialog
      ? { status, phrase: 'X' }
      : 'pass';
};
/** The methods of what this user's phone sent, responses left out. */
const requestsOf = (user: string): string[] =>
  board().story.flatMap((line) => new RegExp(`^${user}: ([A-Z]+) `).exec(line)?.[1] ?? []);
const problemOf = (phone: TestPhone): string | null | undefined => phone.agent.snapshot().calls[0]?.problem;
const phaseOf = (phone: TestPhone): string | undefined => phone.agent.snapshot().calls[0]?.phase;

describe('the dialog after a loss of the flow', () => {
  it('is refreshed by one re-INVITE of the caller, on the same path', async () => {
    const [a, b] = await inCall();
    const before = requestsOf('1001').length;
    board().cut('1001');
    await a.until(({ calls }) => calls[0]?.phase === 'recovering');
    await a.call('active');
    await expect.poll(() => requestsOf('1001').slice(before)).toEqual(['REGISTER', 'INVITE', 'ACK']);
    expect(connectionOf(0).localDescription?.sdp).toContain('ice-ufrag:gen0');
    expect([phaseOf(b), problemOf(a), problemOf(b)]).toEqual(['active', null, null]);
  });
  it('is not the far end any more: said in words, the sound goes on, hold is not offered, hang up works', async () => {
    const [a, b, aId] = await inCall();
    refuseReinvites('1001', 481);
    board().cut('1001');
    await a.until(({ calls }) => calls[0]?.problem === 'signalling-lost');
    const [call] = a.agent.snapshot().calls;
    expect(call).toMatchObject({ phase: 'active' });
    expect(call !== undefined && canHold(call)).toBe(false);
    expect(titlesOf(a)).toContain(LOST);
    a.agent.act(aId, { verb: 'hold' });
    expect(phaseOf(a)).toBe('active');
    a.agent.act(aId, { verb: 'end' });
    expect(await a.call('ended')).toMatchObject({ cause: 'hung-up' });
    // It is told if that is possible: here it is.
    expect(await b.call('ended')).toMatchObject({ cause: 'hung-up-by-peer' });
  });
  it('is not found, and found again when the far end is back', async () => {
    const [a, b, aId] = await inCall();
    refuseReinvites('1001', 404);
    board().cut('1001');
    await a.until(({ calls }) => calls[0]?.problem === 'signalling-lost');
    board().judge = () => 'pass';
    await a.until(({ calls }) => calls[0]?.problem === null);
    a.agent.act(aId, { verb: 'hold' });
    await b.call('held');
  });
  it('is proven by an offer of the far end too', async () => {
    const [a, b, , bId] = await inCall();
    refuseReinvites('1001', 481);
    board().cut('1001');
    await a.until(({ calls }) => calls[0]?.problem === 'signalling-lost');
    b.agent.act(bId, { verb: 'hold' });
    expect(await a.call('held')).toMatchObject({ problem: null });
  });
  it.each([408, 481])('does not end by JsSIP for an INFO that got %i while the sound goes on', async (status) => {
    webRtc({ telephoneEvent: false });
    const [a, , aId] = await inCall();
    board().judge = ({ message }) =>
      message.kind === 'request' && message.method === 'INFO' ? { status, phrase: 'X' } : 'pass';
    a.agent.act(aId, { verb: 'send-digits', digits: '1' });
    await a.until(({ calls }) => calls[0]?.problem === 'signalling-lost' || calls[0]?.problem === 'dtmf-failed');
    await expect.poll(() => titlesOf(a)).toContain(LOST);
    expect(phaseOf(a)).toBe('active');
    expect(board().story.filter((line) => line.includes('BYE'))).toEqual([]);
  });
});

describe('a far end that hung up while the flow was down', () => {
  const missed = async (): Promise<TestPhone> => {
    const [a, b, , bId] = await inCall();
    board().refuseOpen = true;
    board().cut('1001');
    await a.until(({ calls }) => calls[0]?.phase === 'recovering');
    b.agent.act(bId, { verb: 'end' });
    await b.call('ended');
    board().refuseOpen = false;
    return a;
  };
  it('is found to be gone by the refresh and the silence', async () => {
    const a = await missed();
    await a.until(({ calls }) => calls[0]?.problem === 'signalling-lost');
    expect(phaseOf(a)).toBe('active');
    connectionOf(0).setIce('disconnected');
    expect(await a.call('ended')).toMatchObject({ cause: 'hung-up-by-peer' });
  });
  it('is found to be gone at once when the sound is away already', async () => {
    const a = await missed();
    connectionOf(0).setIce('failed');
    expect(await a.call('ended')).toMatchObject({ cause: 'hung-up-by-peer' });
  });
});
