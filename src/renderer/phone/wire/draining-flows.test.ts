/** Two flows at a time: one is current, the other drains. */
import { describe, expect, it } from 'vitest';
import { grantWithToken } from '../../../../test/support/phones/grants';
import {
  handOver,
  methodsOf,
  openWith,
  request,
  response,
  setUpWiredSocket,
} from '../../../../test/support/phones/wired-socket';
import { peek } from './sip-wire';

const wired = setUpWiredSocket();
const statusesOf = (texts: readonly string[]): number[] => texts.map((text) => peek(text)?.status ?? -1);

describe('replacing a flow that may be dead', () => {
  const replaceWith = async (token: string): Promise<void> => {
    const opened = wired().socket.replace(grantWithToken(token));
    wired().sockets.last().accept();
    expect(await opened).toBe(true);
  };
  it('repeats what waits for an answer within a dialog, with its branch', async () => {
    const { heard, lost, socket, sockets } = wired();
    await openWith(wired());
    const [old] = sockets.all;
    socket.send(request('INVITE', 'z1', { inDialog: true }));
    await replaceWith('second');
    expect(sockets.last().sent).toEqual(old?.sent);
    // The answer counts whichever way it comes, and the old flow may go.
    sockets.last().deliver(response(200, 'INVITE', 'z1'));
    handOver(wired());
    expect([heard.length, lost, old?.closed()]).toEqual([2, [], true]);
  });
  it('lets a REGISTER that is stuck on it end, so that another can follow', async () => {
    const { clock, heard, socket } = wired();
    await openWith(wired());
    socket.send(request('REGISTER', 'z1'));
    await replaceWith('second');
    await clock.advance(1);
    expect(statusesOf(heard)).toEqual([503]);
  });
  it('leaves the one that is current alone when the new one can not be opened', async () => {
    const { lost, socket, sockets } = wired();
    await openWith(wired());
    const opened = socket.replace(grantWithToken('second'));
    sockets.last().refuse();
    expect(await opened).toBe(false);
    expect([socket.isUp(), lost]).toEqual([true, []]);
  });
});

describe('a draining flow that breaks', () => {
  it('tells whose far ends can not reach us any more, and repeats what they have not answered', async () => {
    const { lost, socket, sockets, stranded } = wired();
    await openWith(wired());
    const [old] = sockets.all;
    socket.send(request('INVITE', 'z1', { callId: 'c1' }));
    old?.deliver(response(200, 'INVITE', 'z1'));
    socket.send(request('BYE', 'z2', { callId: 'c1', inDialog: true }));
    await openWith(wired(), 'second');
    old?.drop();
    expect([...(stranded[0] ?? [])]).toEqual(['c1']);
    expect([methodsOf(sockets.last().sent), lost]).toEqual([['BYE'], []]);
  });
  it('is no news when the current one broke before it', async () => {
    const { lost, socket, sockets, stranded } = wired();
    await openWith(wired());
    const [old] = sockets.all;
    socket.send(request('INVITE', 'z1', { callId: 'c1' }));
    await openWith(wired(), 'second');
    sockets.last().drop();
    old?.drop();
    expect([lost.length, stranded]).toEqual([1, []]);
  });
  it('ends a call that nobody answered yet, however long it rings, here and at the far end', async () => {
    const { clock, heard, socket, sockets } = wired();
    await openWith(wired());
    const [old] = sockets.all;
    socket.send(request('INVITE', 'z1'));
    await openWith(wired(), 'second');
    for (let s = 0; s < 40; s += 1) {
      for (const one of sockets.all) one.deliver('\r\n');
      await clock.advance(1_000);
    }
    old?.drop();
    expect([statusesOf(heard), methodsOf(sockets.last().sent)]).toEqual([[503], ['CANCEL']]);
  });
  it('is found by the probe, within the limit of the one that was asked before the other was opened', async () => {
    const { clock, lost, socket, sockets, stranded } = wired();
    await openWith(wired());
    const [old] = sockets.all;
    old?.deliver(request('INVITE', 'peer-1'));
    socket.probe(1_000);
    const opened = socket.replace(grantWithToken('second'));
    sockets.last().accept();
    expect(await opened).toBe(true);
    await clock.advance(1_000);
    expect([old?.closed(), stranded.map((ids) => [...ids]), lost]).toEqual([true, [['c1']], []]);
  });
  it('keeps a cancelled call until the gateway has said so, or 32 s', async () => {
    const { clock, socket, sockets } = wired();
    await openWith(wired());
    const [old] = sockets.all;
    socket.send(request('INVITE', 'z1'));
    await openWith(wired(), 'second');
    handOver(wired());
    socket.send(request('CANCEL', 'z1'));
    socket.callEnded('c1');
    const keepAlive = async (seconds: number): Promise<void> => {
      for (let s = 0; s < seconds; s += 1) {
        for (const one of sockets.all) one.deliver('\r\n');
        await clock.advance(1_000);
      }
    };
    await keepAlive(31);
    expect(old?.closed()).toBe(false);
    await keepAlive(1);
    expect(old?.closed()).toBe(true);
  });
});

describe('make before break', () => {
  it('sends new requests on the new flow and closes the idle old one when the registrar knows the new one', async () => {
    const { heard, lost, socket, sockets } = wired();
    await openWith(wired());
    const [old] = sockets.all;
    await openWith(wired(), 'second');
    socket.send(request('REGISTER', 'z1'));
    expect(methodsOf(sockets.last().sent)).toEqual(['REGISTER']);
    expect([old?.sent, old?.closed()]).toEqual([[], false]);
    // The binding points to the old flow still: what arrives there is a call like any other.
    old?.deliver(request('OPTIONS', 'peer-1'));
    expect(methodsOf(heard)).toEqual(['OPTIONS']);
    sockets.last().deliver(response(401, 'REGISTER', 'z1'));
    expect(old?.closed()).toBe(false);
    socket.send(request('REGISTER', 'z2'));
    sockets.last().deliver(response(200, 'REGISTER', 'z2'));
    expect([old?.closed(), lost]).toEqual([true, []]);
  });
  it('closes the old flow after 5 s when the registrar does not answer on the new one', async () => {
    const { clock, socket, sockets } = wired();
    await openWith(wired());
    const [old] = sockets.all;
    await openWith(wired(), 'second');
    socket.send(request('REGISTER', 'z1'));
    await clock.advance(4_999);
    expect(old?.closed()).toBe(false);
    await clock.advance(1);
    expect(old?.closed()).toBe(true);
  });
  it.each([
    ['our re-INVITE was accepted', 'ours'],
    ['we accepted a re-INVITE of the far end', 'theirs'],
  ])('keeps a flow whose only link to a call is that %s', async (_what, whose) => {
    const { socket, sockets, stranded } = wired();
    await openWith(wired());
    const [first] = sockets.all;
    socket.send(request('INVITE', 'z1'));
    first?.deliver(response(200, 'INVITE', 'z1'));
    await openWith(wired(), 'second');
    const second = sockets.last();
    if (whose === 'ours') {
      socket.send(request('INVITE', 'z2', { inDialog: true }));
      second.deliver(response(200, 'INVITE', 'z2'));
    } else {
      second.deliver(request('INVITE', 'peer-1', { inDialog: true }));
      socket.send(response(200, 'INVITE', 'peer-1'));
    }
    await openWith(wired(), 'third');
    handOver(wired());
    expect([first?.closed(), second.closed()]).toEqual([false, false]);
    second.drop();
    expect(stranded.map((ids) => [...ids])).toEqual([['c1']]);
    socket.callEnded('c1');
    expect(first?.closed()).toBe(true);
  });
  it('does not keep a flow for a re-INVITE whose call is over', async () => {
    const { socket, sockets } = wired();
    await openWith(wired());
    const [old] = sockets.all;
    old?.deliver(request('INVITE', 'peer-0'));
    old?.deliver(request('INVITE', 'peer-1', { inDialog: true }));
    socket.callEnded('c1');
    socket.send(response(200, 'INVITE', 'peer-1'));
    await openWith(wired(), 'second');
    handOver(wired());
    expect(old?.closed()).toBe(true);
  });
  it('keeps the old flow while a call that was set up on it lives', async () => {
    const { heard, socket, sockets } = wired();
    await openWith(wired());
    const [old] = sockets.all;
    if (old === undefined) throw new Error('no socket');
    socket.send(request('INVITE', 'z1'));
    old.deliver(response(200, 'INVITE', 'z1'));
    await openWith(wired(), 'second');
    handOver(wired());
    expect(old.closed()).toBe(false);
    // What the far end says arrives on the old flow, and its answer goes back there.
    old.deliver(request('BYE', 'peer-1', { inDialog: true }));
    expect(methodsOf(heard).at(-1)).toBe('BYE');
    socket.send(response(200, 'BYE', 'peer-1'));
    expect(old.sent.at(-1)).toContain('SIP/2.0 200');
    expect(methodsOf(sockets.last().sent)).toEqual(['REGISTER']);
    socket.callEnded('c1');
    expect(old.closed()).toBe(true);
  });
  it('keeps the old flow for an incoming call as well', async () => {
    const { socket, sockets } = wired();
    await openWith(wired());
    const [old] = sockets.all;
    old?.deliver(request('INVITE', 'peer-1'));
    await openWith(wired(), 'second');
    handOver(wired());
    socket.send(response(200, 'INVITE', 'peer-1'));
    expect(old?.sent.at(-1)).toContain('SIP/2.0 200');
    expect(old?.closed()).toBe(false);
    socket.callEnded('c1');
    expect(old?.closed()).toBe(true);
  });
  it('keeps the old flow until its last request is answered', async () => {
    const { socket, sockets } = wired();
    await openWith(wired());
    const [old] = sockets.all;
    socket.send(request('REGISTER', 'z1'));
    await openWith(wired(), 'second');
    handOver(wired());
    expect(old?.closed()).toBe(false);
    old?.deliver(response(100, 'REGISTER', 'z1'));
    expect(old?.closed()).toBe(false);
    old?.deliver(response(200, 'REGISTER', 'z1'));
    expect(old?.closed()).toBe(true);
  });
  it('does not wait for an answer for ever', async () => {
    const { clock, socket, sockets } = wired();
    await openWith(wired());
    const [old] = sockets.all;
    socket.send(request('BYE', 'z1', { inDialog: true }));
    await openWith(wired(), 'second');
    const keepAlive = async (seconds: number): Promise<void> => {
      for (let s = 0; s < seconds; s += 1) {
        for (const one of sockets.all) one.deliver('\r\n');
        await clock.advance(1_000);
      }
    };
    await keepAlive(31);
    expect(old?.closed()).toBe(false);
    await keepAlive(1);
    expect(old?.closed()).toBe(true);
  });
  it('probes a draining flow, so that no NAT forgets it during a long call; its end is no loss', async () => {
    const { clock, lost, socket, sockets } = wired();
    await openWith(wired());
    const [old] = sockets.all;
    old?.deliver(request('INVITE', 'peer-1'));
    await openWith(wired(), 'second');
    for (let s = 0; s < 20; s += 1) {
      sockets.last().deliver('\r\n');
      await clock.advance(1_000);
      const [probe] = old?.sent.splice(0) ?? [];
      if (probe !== undefined) old?.deliver(response(200, 'OPTIONS', peek(probe)?.branch ?? ''));
    }
    expect([old?.closed(), lost]).toEqual([false, []]);
    await clock.advance(2_000);
    expect(methodsOf(old?.sent ?? [])).toEqual(['OPTIONS']);
    old?.drop();
    expect(lost).toEqual([]);
    expect(socket.isUp()).toBe(true);
  });
  it('stays on the old flow when the new one is refused', async () => {
    const { lost, socket, sockets } = wired();
    await openWith(wired());
    const renewed = socket.connect(grantWithToken('second'));
    sockets.last().refuse();
    expect(await renewed).toBe(false);
    socket.send(request('REGISTER', 'z1'));
    expect(methodsOf(sockets.all[0]?.sent ?? [])).toEqual(['REGISTER']);
    expect(lost).toEqual([]);
  });
  it('a CANCEL follows its INVITE to the old flow', async () => {
    const { socket, sockets } = wired();
    await openWith(wired());
    const [old] = sockets.all;
    socket.send(request('INVITE', 'z1'));
    await openWith(wired(), 'second');
    socket.send(request('CANCEL', 'z1'));
    expect(methodsOf(old?.sent ?? [])).toEqual(['INVITE', 'CANCEL']);
  });
});
