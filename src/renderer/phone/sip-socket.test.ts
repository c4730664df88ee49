import { describe, expect, it } from 'vitest';
import { grantWithToken } from '../../../test/support/grants';
import { methodsOf, openWith, request, response, setUpWiredSocket } from '../../../test/support/wired-socket';
import { peek } from './sip-wire';

const wired = setUpWiredSocket();
const statusesOf = (texts: readonly string[]): number[] => texts.map((text) => peek(text)?.status ?? -1);

describe('a lost flow', () => {
  it('keeps what belongs to a dialog for the next flow, in order', async () => {
    const { lost, socket, sockets } = wired();
    await openWith(wired());
    sockets.last().drop();
    expect(lost).toEqual([{ how: 'closed' }]);
    socket.send(request('INVITE', 'z1', { inDialog: true }));
    socket.send(request('BYE', 'z2', { inDialog: true }));
    await openWith(wired(), 'second');
    expect(methodsOf(sockets.last().sent)).toEqual(['INVITE', 'BYE']);
  });
  it('repeats an unanswered request within a dialog, and not an answered one', async () => {
    const { socket, sockets } = wired();
    await openWith(wired());
    socket.send(request('INVITE', 'z1', { inDialog: true }));
    socket.send(request('INFO', 'z2', { inDialog: true }));
    sockets.last().deliver(response(200, 'INFO', 'z2'));
    sockets.last().drop();
    await openWith(wired(), 'second');
    expect(methodsOf(sockets.last().sent)).toEqual(['INVITE']);
  });
  it('answers REGISTER and a first INVITE with 503 itself, and keeps their ACK from the wire', async () => {
    const { heard, socket, sockets } = wired();
    await openWith(wired());
    socket.send(request('REGISTER', 'z1'));
    socket.send(request('INVITE', 'z2'));
    sockets.last().drop();
    expect(statusesOf(heard)).toEqual([503, 503]);
    socket.send(request('ACK', 'z2', { inDialog: true }));
    await openWith(wired(), 'second');
    expect(sockets.last().sent).toEqual([]);
  });
  it('answers a request that comes while there is no flow, but not from inside send', async () => {
    const { clock, heard, socket } = wired();
    socket.send(request('REGISTER', 'z1'));
    expect(heard).toEqual([]);
    await clock.settle();
    expect(statusesOf(heard)).toEqual([503]);
  });
});

describe('make before break', () => {
  it('sends new requests on the new flow and closes the idle old one', async () => {
    const { lost, socket, sockets } = wired();
    await openWith(wired());
    const [old] = sockets.all;
    await openWith(wired(), 'second');
    expect(old?.closed()).toBe(true);
    expect(lost).toEqual([]);
    socket.send(request('REGISTER', 'z1'));
    expect(methodsOf(sockets.last().sent)).toEqual(['REGISTER']);
    expect(old?.sent).toEqual([]);
  });
  it('keeps the old flow while a call that was set up on it lives', async () => {
    const { heard, socket, sockets } = wired();
    await openWith(wired());
    const [old] = sockets.all;
    if (old === undefined) throw new Error('no socket');
    socket.send(request('INVITE', 'z1'));
    old.deliver(response(200, 'INVITE', 'z1'));
    await openWith(wired(), 'second');
    expect(old.closed()).toBe(false);
    // What the far end says arrives on the old flow, and its answer goes back there.
    old.deliver(request('BYE', 'peer-1', { inDialog: true }));
    expect(methodsOf(heard).at(-1)).toBe('BYE');
    socket.send(response(200, 'BYE', 'peer-1'));
    expect(old.sent.at(-1)).toContain('SIP/2.0 200');
    expect(sockets.last().sent).toEqual([]);
    socket.callEnded('c1');
    expect(old.closed()).toBe(true);
  });
  it('keeps the old flow for an incoming call as well', async () => {
    const { socket, sockets } = wired();
    await openWith(wired());
    const [old] = sockets.all;
    old?.deliver(request('INVITE', 'peer-1'));
    await openWith(wired(), 'second');
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
        sockets.last().deliver('\r\n');
        await clock.advance(1_000);
      }
    };
    await keepAlive(31);
    expect(old?.closed()).toBe(false);
    await keepAlive(1);
    expect(old?.closed()).toBe(true);
  });
  it('a draining flow is not probed, and its end is no loss', async () => {
    const { clock, lost, socket, sockets } = wired();
    await openWith(wired());
    const [old] = sockets.all;
    old?.deliver(request('INVITE', 'peer-1'));
    await openWith(wired(), 'second');
    for (let s = 0; s < 20; s += 1) {
      sockets.last().deliver('\r\n');
      await clock.advance(1_000);
    }
    expect(old?.sent).toEqual([]);
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

describe('closing', () => {
  it('closes every flow without a word, and forgets what waited', async () => {
    const { lost, socket, sockets } = wired();
    await openWith(wired());
    socket.send(request('INVITE', 'z1'));
    await openWith(wired(), 'second');
    const quiet = socket.quiet();
    socket.close();
    await quiet;
    expect(sockets.all.every((one) => one.closed())).toBe(true);
    expect(lost).toEqual([]);
    expect(socket.isUp()).toBe(false);
  });
  it('is quiet when every request is answered', async () => {
    const { clock, socket, sockets } = wired();
    await openWith(wired());
    socket.send(request('BYE', 'z1', { inDialog: true }));
    let quiet = false;
    void socket.quiet().then(() => {
      quiet = true;
    });
    await clock.settle();
    expect(quiet).toBe(false);
    sockets.last().deliver(response(200, 'BYE', 'z1'));
    await clock.settle();
    expect(quiet).toBe(true);
  });
});

describe('a call that has ended', () => {
  it('leaves its BYE to be answered and its re-INVITE not', async () => {
    const { socket, sockets } = wired();
    await openWith(wired());
    socket.send(request('INVITE', 'z1', { inDialog: true }));
    socket.send(request('BYE', 'z2', { inDialog: true }));
    socket.callEnded('c1');
    sockets.last().drop();
    await openWith(wired(), 'second');
    expect(methodsOf(sockets.last().sent)).toEqual(['BYE']);
  });
});
