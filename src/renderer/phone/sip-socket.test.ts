import { describe, expect, it } from 'vitest';
import type { Grant } from '../../contracts/grant';
import { grantWithToken, testGrant } from '../../../test/support/grants';
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

describe('what waits for a flow', () => {
  it('is forgotten when the stack has given up on it, but for a BYE', async () => {
    const { clock, socket, sockets } = wired();
    await openWith(wired());
    sockets.last().drop();
    socket.send(request('INVITE', 'z1', { inDialog: true }));
    socket.send(request('BYE', 'z2', { inDialog: true }));
    await clock.advance(31_000);
    socket.send(request('INFO', 'z3', { inDialog: true }));
    await clock.advance(1_000);
    await openWith(wired(), 'second');
    expect(methodsOf(sockets.last().sent)).toEqual(['BYE', 'INFO']);
  });
});

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
    expect([heard.length, lost, old?.closed()]).toEqual([1, [], true]);
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
  it('ends a call that nobody answered yet', async () => {
    const { heard, socket, sockets } = wired();
    await openWith(wired());
    const [old] = sockets.all;
    socket.send(request('INVITE', 'z1'));
    await openWith(wired(), 'second');
    old?.drop();
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

describe('a token in requests', () => {
  const bearer = (token: string): Grant => testGrant({ presentation: { kind: 'bearer', header: 'Authorization', realm: 'h', token } });
  const opened = async (): Promise<void> => {
    const { socket, sockets } = wired();
    const open = socket.connect(bearer('T-one'));
    sockets.last().accept();
    expect(await open).toBe(true);
    socket.present(bearer('T-one'));
  };
  const tokensIn = (texts: readonly string[]): string[] => texts.map((text) => /^Authorization: Bearer (.*)$/m.exec(text)?.[1] ?? '-');

  it('is on REGISTER and the first INVITE, as the newest grant has it, and nowhere else', async () => {
    const { socket, sockets, traced } = wired();
    await opened();
    const { sent } = sockets.last();
    socket.send(request('REGISTER', 'z1'));
    socket.send(request('INVITE', 'z2'));
    socket.present(bearer('T-two'));
    for (const method of ['INVITE', 'BYE', 'ACK', 'INFO']) socket.send(request(method, `d-${method}`, { inDialog: true }));
    socket.send(request('CANCEL', 'z2'));
    socket.send(request('INVITE', 'z3').replace('sip:1002@h SIP', 'sip:1002@elsewhere SIP'));
    socket.send(request('INVITE', 'z4'));
    socket.probe(1_000);
    expect(tokensIn(sent)).toEqual(['T-one', 'T-one', '-', '-', '-', '-', '-', '-', 'T-two', '-']);
    // What a gateway echoes of either of them is not traced.
    sockets.last().deliver(response(200, 'INVITE', 'z2').replace('Call-ID: c1', 'Call-ID: c1\r\nX-Echo: T-one T-two'));
    expect(JSON.stringify(traced)).not.toMatch(/T-one|T-two/);
  });
  it('is not on what is repeated on the next flow', async () => {
    const { socket, sockets } = wired();
    await opened();
    socket.send(request('INVITE', 'z1', { inDialog: true }));
    sockets.last().drop();
    await opened();
    expect(methodsOf(sockets.last().sent)).toEqual(['INVITE']);
    expect(tokensIn(sockets.last().sent)).toEqual(['-']);
  });
  it('is gone when the next grant presents itself otherwise', async () => {
    const { socket, sockets } = wired();
    await opened();
    socket.present(grantWithToken('query'));
    socket.send(request('REGISTER', 'z1'));
    expect(tokensIn(sockets.last().sent)).toEqual(['-']);
  });
});

describe('a refused INVITE', () => {
  it('keeps no flow open', async () => {
    const { socket, sockets } = wired();
    await openWith(wired());
    const [old] = sockets.all;
    socket.send(request('INVITE', 'z1'));
    await openWith(wired(), 'second');
    old?.deliver(response(302, 'INVITE', 'z1'));
    expect(old?.closed()).toBe(true);
  });
  it('keeps the flow of its call when it was a re-INVITE', async () => {
    const { socket, sockets } = wired();
    await openWith(wired());
    const [old] = sockets.all;
    old?.deliver(request('INVITE', 'peer-1'));
    socket.send(request('INVITE', 'z1', { inDialog: true }));
    await openWith(wired(), 'second');
    old?.deliver(response(488, 'INVITE', 'z1'));
    expect(old?.closed()).toBe(false);
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
