import { describe, expect, it } from 'vitest';
import type { Grant } from '../../../contracts/profile/grant';
import { grantWithToken, testGrant } from '../../../../test/support/phones/grants';
import { methodsOf, openWith, request, response, setUpWiredSocket } from '../../../../test/support/phones/wired-socket';
import { openWithin } from '../base/retry-policy';
import { peek } from './sip-wire';

const wired = setUpWiredSocket();
/** The registrar hears of the newest flow. */
const handOver = (): void => {
  wired().socket.send(request('REGISTER', 'hand-over', { callId: 'registration' }));
  wired()
    .sockets.last()
    .deliver(response(200, 'REGISTER', 'hand-over'));
};
const statusesOf = (texts: readonly string[]): number[] => texts.map((text) => peek(text)?.status ?? -1);

describe('a gateway that is slow to accept', () => {
  it.each([
    [4_500, 4],
    [8_000, 5],
    [15_000, 8],
  ])('after %i ms: opened at try %i', async (acceptsAfterMs, tries) => {
    const { clock, socket, sockets } = wired();
    let isOpen = false;
    let failures = 0;
    for (; !isOpen && failures < 20; failures += 1) {
      const ms = openWithin(failures, false);
      const opened = socket.connect(grantWithToken(`try ${failures}`), ms);
      const waiting = sockets.last();
      clock.after(acceptsAfterMs, () => {
        if (!waiting.closed()) waiting.accept();
      });
      await clock.advance(ms);
      isOpen = await opened;
    }
    expect([isOpen, failures, socket.isUp()]).toEqual([true, tries, true]);
  });
});

describe('a lost flow', () => {
  it('keeps what belongs to a dialog for the next flow, in order', async () => {
    const { lost, socket, sockets } = wired();
    await openWith(wired());
    sockets.last().drop(1001);
    expect(lost).toEqual([{ how: 'closed', code: 1001 }]);
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
    expect(methodsOf(sockets.last().sent)).toEqual(['CANCEL']);
  });
  it('stops what the far end hears of a call that was given up here, on the next flow', async () => {
    const { clock, socket, sockets } = wired();
    await openWith(wired());
    const invite = request('INVITE', 'z1').replace('Call-ID', 'Route: <sip:edge.h;lr>\r\nCall-ID');
    socket.send(invite);
    sockets.last().deliver(response(180, 'INVITE', 'z1'));
    sockets.last().drop();
    await clock.advance(20_000);
    await openWith(wired(), 'second');
    const [cancel = ''] = sockets.last().sent;
    expect(cancel.split('\r\n').sort()).toEqual(
      invite
        .replaceAll('INVITE', 'CANCEL')
        .replace('\r\n\r\n', '\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n')
        .split('\r\n')
        .sort(),
    );
    sockets.last().drop();
    await openWith(wired(), 'third');
    expect(sockets.last().sent).toEqual([]);
  });
  it('does not cancel what was answered, was never sent, or has stopped ringing by itself', async () => {
    const { clock, socket, sockets } = wired();
    await openWith(wired());
    socket.send(request('INVITE', 'z1'));
    sockets.last().deliver(response(486, 'INVITE', 'z1'));
    socket.send(request('INVITE', 'z2', { callId: 'c2' }));
    sockets.last().drop();
    socket.send(request('INVITE', 'z3', { callId: 'c3' }));
    await clock.advance(180_000);
    await openWith(wired(), 'second');
    expect(sockets.last().sent).toEqual([]);
  });
  it('ends a call that has been ringing for longer than Timer F', async () => {
    const { clock, heard, socket, sockets } = wired();
    await openWith(wired());
    socket.send(request('INVITE', 'z1'));
    sockets.last().deliver(response(180, 'INVITE', 'z1'));
    for (let s = 0; s < 40; s += 1) {
      sockets.last().deliver('\r\n');
      await clock.advance(1_000);
    }
    sockets.last().drop();
    expect(statusesOf(heard)).toEqual([180, 503]);
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

describe('a token in requests', () => {
  const bearer = (token: string): Grant =>
    testGrant({ identity: '1001@h', presentation: { kind: 'bearer', header: 'Authorization', realm: 'voice', token } });
  const opened = async (): Promise<void> => {
    const { socket, sockets } = wired();
    const open = socket.connect(bearer('T-one'));
    sockets.last().accept();
    expect(await open).toBe(true);
    socket.present(bearer('T-one'));
  };
  const tokensIn = (texts: readonly string[]): string[] =>
    texts.map((text) => /^Authorization: Bearer (.*)$/m.exec(text)?.[1] ?? '-');

  it('is on REGISTER and the first INVITE, as the newest grant has it, and nowhere else', async () => {
    const { socket, sockets, traced } = wired();
    await opened();
    const { sent } = sockets.last();
    socket.send(request('REGISTER', 'z1'));
    socket.send(request('INVITE', 'z2'));
    socket.present(bearer('T-two'));
    for (const method of ['INVITE', 'BYE', 'ACK', 'INFO'])
      socket.send(request(method, `d-${method}`, { inDialog: true }));
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
    handOver();
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
