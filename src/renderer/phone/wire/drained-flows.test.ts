/** How long a draining flow stays for what came on it. */
import { describe, expect, it } from 'vitest';
import {
  handOver,
  methodsOf,
  openWith,
  request,
  response,
  setUpWiredSocket,
} from '../../../../test/support/phones/wired-socket';

const wired = setUpWiredSocket();

describe('a call that came on a draining flow and came to nothing', () => {
  /** Our answer to an INVITE that came. */
  const answerTo = (status: number, branch: string, callId: string): string =>
    response(status, 'INVITE', branch).replace(/Call-ID: .*/, `Call-ID: ${callId}`);
  const drained = async (...branches: readonly string[]): Promise<() => boolean> => {
    await openWith(wired());
    const [old] = wired().sockets.all;
    for (const branch of branches) old?.deliver(request('INVITE', branch, { callId: 'c1' }));
    await openWith(wired(), 'second');
    handOver(wired());
    return () => old?.closed() === true;
  };
  it.each([400, 420, 481, 486, 488, 503, 603])('lets it go when it was refused with %i', async (status) => {
    const isClosed = await drained('peer-1');
    expect(isClosed()).toBe(false);
    wired().socket.send(answerTo(status, 'peer-1', 'c1'));
    expect(isClosed()).toBe(true);
  });
  it.each([100, 180, 183, 200])('keeps it after %i', async (status) => {
    const isClosed = await drained('peer-1');
    wired().socket.send(answerTo(status, 'peer-1', 'c1'));
    expect(isClosed()).toBe(false);
  });
  it.each(['CSeq: 1 OPTIONS', 'CSeq: INVITE', 'X: y'])('lets it go when the INVITE had %s', async (cseq) => {
    await openWith(wired());
    const [old] = wired().sockets.all;
    old?.deliver(request('INVITE', 'peer-1').replace('CSeq: 1 INVITE', cseq));
    await openWith(wired(), 'second');
    handOver(wired());
    wired().socket.send(answerTo(400, 'peer-1', 'c1').replace('CSeq: 1 INVITE', cseq));
    expect(old?.closed()).toBe(true);
  });
  it('keeps it when its CANCEL was refused, or a call with the same branch', async () => {
    const isClosed = await drained('peer-1');
    wired().sockets.all[0]?.deliver(request('INVITE', 'peer-1', { callId: 'c2' }));
    wired().socket.send(answerTo(481, 'peer-1', 'c1').replace('CSeq: 1 INVITE', 'CSeq: 1 CANCEL'));
    wired().socket.send(answerTo(486, 'peer-1', 'c2'));
    expect(isClosed()).toBe(false);
    wired().socket.send(answerTo(486, 'peer-1', 'c1'));
    expect(isClosed()).toBe(true);
  });
  it('keeps it when only another branch of the same call was refused', async () => {
    const isClosed = await drained('peer-1', 'peer-2');
    wired().socket.send(answerTo(482, 'peer-2', 'c1'));
    expect(isClosed()).toBe(false);
    wired().socket.send(answerTo(486, 'peer-1', 'c1'));
    expect(isClosed()).toBe(true);
  });
  it('keeps it when a re-INVITE was refused after the answer', async () => {
    const isClosed = await drained('peer-1');
    wired().socket.send(answerTo(200, 'peer-1', 'c1'));
    wired().sockets.all[0]?.deliver(request('INVITE', 'peer-3', { callId: 'c1', inDialog: true }));
    wired().socket.send(answerTo(488, 'peer-3', 'c1'));
    expect(isClosed()).toBe(false);
    wired().socket.callEnded('c1');
    expect(isClosed()).toBe(true);
  });
});

describe('a draining flow whose messages are not all read', () => {
  it.each([
    ['a call', 'INVITE', false],
    ['nothing that keeps it', 'OPTIONS', true],
  ])('stays until they are, which have %s among them', async (_name, method, closes) => {
    const { clock, heard, sockets } = wired();
    const { now } = clock;
    let isSlow = false;
    let ms = 0;
    Object.assign(clock, { now: () => now() + (isSlow ? (ms += 20) : ms) });
    await openWith(wired());
    const [old] = sockets.all;
    await openWith(wired(), 'second');
    // The task has gone on for too long already.
    isSlow = true;
    old?.deliver(request('OPTIONS', 'peer-0'));
    old?.deliver(request(method, 'peer-1'));
    isSlow = false;
    expect(heard).toEqual([]);
    handOver(wired());
    expect(old?.closed()).toBe(false);
    await clock.advance(1);
    expect(methodsOf(heard).filter((one) => one !== 'REGISTER')).toEqual(['OPTIONS', method]);
    expect(old?.closed()).toBe(closes);
  });
});
