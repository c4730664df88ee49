import { beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../../test/support/fake-clock';
import { createFakeWebSockets, type FakeWebSockets } from '../../../test/support/fake-web-socket';
import { grantWithToken, testGrant } from '../../../test/support/grants';
import type { FlowEnd } from './flow';
import { createSipSocket, type SipSocket } from './sip-socket';
import { peek } from './sip-wire';
import type { TraceEntry } from './trace';

let clock: FakeClock;
let sockets: FakeWebSockets;
let socket: SipSocket;
let heard: string[];
let lost: FlowEnd[];
let traced: TraceEntry[];

beforeEach(() => {
  clock = createFakeClock();
  sockets = createFakeWebSockets();
  heard = [];
  lost = [];
  traced = [];
  socket = createSipSocket(
    { WebSocket: sockets.WebSocket, clock, random: () => 0.5, trace: (entry) => traced.push(entry) },
    { onMessage: (text) => heard.push(text), onLost: (end) => lost.push(end), onRequestSent: () => undefined },
  );
});

const request = (method: string, branch: string, more: { readonly callId?: string; readonly inDialog?: boolean } = {}): string =>
  [`${method} sip:1002@h SIP/2.0`, `Via: SIP/2.0/WS x.invalid;branch=${branch}`, 'From: <sip:1001@h>;tag=1', `To: <sip:1002@h>${more.inDialog === true ? ';tag=2' : ''}`, `Call-ID: ${more.callId ?? 'c1'}`, `CSeq: 1 ${method}`, '', ''].join('\r\n');
const response = (status: number, method: string, branch: string): string =>
  [`SIP/2.0 ${status} X`, `Via: SIP/2.0/WS x.invalid;branch=${branch}`, 'From: <sip:1001@h>;tag=1', 'To: <sip:1002@h>;tag=2', 'Call-ID: c1', `CSeq: 1 ${method}`, '', ''].join('\r\n');
const methods = (texts: readonly string[]): string[] => texts.map((text) => peek(text)?.method ?? '?');
const statuses = (): number[] => heard.map((text) => peek(text)?.status ?? -1);

async function open(token = 'first.secret.token'): Promise<void> {
  const opened = socket.connect(grantWithToken(token));
  sockets.last().accept();
  expect(await opened).toBe(true);
}

describe('presenting the grant', () => {
  it('query: the token is a parameter of the URL, the subprotocol is sip', async () => {
    await open('a+b/c');
    expect(sockets.last().url).toBe('ws://127.0.0.1:5066/sip?token=a%2Bb%2Fc');
    expect(sockets.last().protocols).toEqual(['sip']);
  });
  it('main-injected: the bare URL', async () => {
    const opened = socket.connect(testGrant({ presentation: { kind: 'main-injected' } }));
    expect(sockets.last().url).toBe('ws://127.0.0.1:5066/sip');
    sockets.last().accept();
    expect(await opened).toBe(true);
  });
  it('never shows the token on the tap', async () => {
    await open('opaque-token-1');
    socket.send(request('OPTIONS', 'z1').replace('Call-ID: c1', 'Call-ID: c1\r\nX-Echo: opaque-token-1'));
    sockets.last().deliver(response(200, 'OPTIONS', 'z1').replace('Call-ID: c1', 'Call-ID: c1\r\nX-Echo: opaque-token-1'));
    expect(traced).toHaveLength(2);
    expect(JSON.stringify(traced)).not.toContain('opaque-token-1');
    expect(heard[0]).toContain('opaque-token-1');
  });
});

describe('opening', () => {
  it('says false when the handshake is refused', async () => {
    const opened = socket.connect(testGrant());
    sockets.last().refuse();
    expect(await opened).toBe(false);
    expect(lost).toEqual([]);
  });
  it('says false when nobody answers for 5 s, and closes', async () => {
    const opened = socket.connect(testGrant());
    await clock.advance(5_000);
    expect(await opened).toBe(false);
    expect(sockets.last().closed()).toBe(true);
  });
  it('says false when the gateway chose another subprotocol', async () => {
    const opened = socket.connect(testGrant());
    sockets.last().accept('');
    expect(await opened).toBe(false);
  });
  it('gives up the older attempt when a newer one starts', async () => {
    const older = socket.connect(testGrant());
    const newer = socket.connect(testGrant());
    expect(await older).toBe(false);
    sockets.last().accept();
    expect(await newer).toBe(true);
    expect(sockets.all.map((one) => one.closed())).toEqual([true, false]);
  });
});

describe('the liveness probe', () => {
  it('asks after 5 s of silence and swallows the answer', async () => {
    await open();
    await clock.advance(4_999);
    expect(sockets.last().sent).toEqual([]);
    await clock.advance(1);
    expect(methods(sockets.last().sent)).toEqual(['OPTIONS']);
    const branch = peek(sockets.last().sent[0] ?? '')?.branch ?? '';
    sockets.last().deliver(response(200, 'OPTIONS', branch));
    expect(heard).toEqual([]);
    await clock.advance(4_999);
    expect(sockets.last().sent).toHaveLength(1);
    await clock.advance(1);
    expect(sockets.last().sent).toHaveLength(2);
    expect(lost).toEqual([]);
  });
  it('declares the flow dead 3 s later and closes it', async () => {
    await open();
    await clock.advance(8_000);
    expect(lost).toEqual([{ how: 'probe', afterMs: 3_000 }]);
    expect(sockets.last().closed()).toBe(true);
    expect(socket.isUp()).toBe(false);
    sockets.last().deliver(request('INVITE', 'late'));
    sockets.last().drop();
    expect(heard).toEqual([]);
    expect(lost).toHaveLength(1);
  });
  it('takes any inbound byte for life: a keep-alive, a request, a binary frame', async () => {
    await open();
    for (const data of ['\r\n', request('OPTIONS', 'z9'), new ArrayBuffer(2), '\r\n\r\n']) {
      await clock.advance(7_000);
      sockets.last().deliver(data);
    }
    await clock.advance(7_000);
    expect(lost).toEqual([]);
    // The double CRLF is answered (RFC 5626 section 3.5.1).
    expect(sockets.last().sent).toContain('\r\n');
  });
  it('asks at once when told to, with its own patience', async () => {
    await open();
    socket.probe(1_000);
    expect(methods(sockets.last().sent)).toEqual(['OPTIONS']);
    await clock.advance(1_000);
    expect(lost).toEqual([{ how: 'probe', afterMs: 1_000 }]);
  });
});

describe('a lost flow', () => {
  it('keeps what belongs to a dialog for the next flow, in order', async () => {
    await open();
    sockets.last().drop();
    expect(lost).toEqual([{ how: 'closed' }]);
    socket.send(request('INVITE', 'z1', { inDialog: true }));
    socket.send(request('BYE', 'z2', { inDialog: true }));
    await open('second');
    expect(methods(sockets.last().sent)).toEqual(['INVITE', 'BYE']);
  });
  it('repeats an unanswered request within a dialog, and not an answered one', async () => {
    await open();
    socket.send(request('INVITE', 'z1', { inDialog: true }));
    socket.send(request('INFO', 'z2', { inDialog: true }));
    sockets.last().deliver(response(200, 'INFO', 'z2'));
    sockets.last().drop();
    await open('second');
    expect(methods(sockets.last().sent)).toEqual(['INVITE']);
  });
  it('answers REGISTER and a first INVITE with 503 itself, and keeps their ACK from the wire', async () => {
    await open();
    socket.send(request('REGISTER', 'z1'));
    socket.send(request('INVITE', 'z2'));
    sockets.last().drop();
    expect(statuses()).toEqual([503, 503]);
    socket.send(request('ACK', 'z2', { inDialog: true }));
    await open('second');
    expect(sockets.last().sent).toEqual([]);
  });
  it('answers a request that comes while there is no flow, but not from inside send', async () => {
    socket.send(request('REGISTER', 'z1'));
    expect(heard).toEqual([]);
    await clock.settle();
    expect(statuses()).toEqual([503]);
  });
});

describe('make before break', () => {
  it('sends new requests on the new flow and closes the idle old one', async () => {
    await open();
    const [old] = sockets.all;
    await open('second');
    expect(old?.closed()).toBe(true);
    expect(lost).toEqual([]);
    socket.send(request('REGISTER', 'z1'));
    expect(methods(sockets.last().sent)).toEqual(['REGISTER']);
    expect(old?.sent).toEqual([]);
  });
  it('keeps the old flow while a call that was set up on it lives', async () => {
    await open();
    const [old] = sockets.all;
    if (old === undefined) throw new Error('no socket');
    socket.send(request('INVITE', 'z1'));
    old.deliver(response(200, 'INVITE', 'z1'));
    await open('second');
    expect(old.closed()).toBe(false);
    // What the far end says arrives on the old flow, and its answer goes back there.
    old.deliver(request('BYE', 'peer-1', { inDialog: true }));
    expect(methods(heard).at(-1)).toBe('BYE');
    socket.send(response(200, 'BYE', 'peer-1'));
    expect(old.sent.at(-1)).toContain('SIP/2.0 200');
    expect(sockets.last().sent).toEqual([]);
    socket.callEnded('c1');
    expect(old.closed()).toBe(true);
  });
  it('keeps the old flow for an incoming call as well', async () => {
    await open();
    const [old] = sockets.all;
    old?.deliver(request('INVITE', 'peer-1'));
    await open('second');
    socket.send(response(200, 'INVITE', 'peer-1'));
    expect(old?.sent.at(-1)).toContain('SIP/2.0 200');
    expect(old?.closed()).toBe(false);
    socket.callEnded('c1');
    expect(old?.closed()).toBe(true);
  });
  it('keeps the old flow until its last request is answered', async () => {
    await open();
    const [old] = sockets.all;
    socket.send(request('REGISTER', 'z1'));
    await open('second');
    expect(old?.closed()).toBe(false);
    old?.deliver(response(100, 'REGISTER', 'z1'));
    expect(old?.closed()).toBe(false);
    old?.deliver(response(200, 'REGISTER', 'z1'));
    expect(old?.closed()).toBe(true);
  });
  it('does not wait for an answer for ever', async () => {
    await open();
    const [old] = sockets.all;
    socket.send(request('BYE', 'z1', { inDialog: true }));
    await open('second');
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
    await open();
    const [old] = sockets.all;
    old?.deliver(request('INVITE', 'peer-1'));
    await open('second');
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
    await open();
    const renewed = socket.connect(grantWithToken('second'));
    sockets.last().refuse();
    expect(await renewed).toBe(false);
    socket.send(request('REGISTER', 'z1'));
    expect(methods(sockets.all[0]?.sent ?? [])).toEqual(['REGISTER']);
    expect(lost).toEqual([]);
  });
  it('a CANCEL follows its INVITE to the old flow', async () => {
    await open();
    const [old] = sockets.all;
    socket.send(request('INVITE', 'z1'));
    await open('second');
    socket.send(request('CANCEL', 'z1'));
    expect(methods(old?.sent ?? [])).toEqual(['INVITE', 'CANCEL']);
  });
});

describe('closing', () => {
  it('closes every flow without a word, and forgets what waited', async () => {
    await open();
    socket.send(request('INVITE', 'z1'));
    await open('second');
    const quiet = socket.quiet();
    socket.close();
    await quiet;
    expect(sockets.all.every((one) => one.closed())).toBe(true);
    expect(lost).toEqual([]);
    expect(socket.isUp()).toBe(false);
  });
  it('is quiet when every request is answered', async () => {
    await open();
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
    await open();
    socket.send(request('INVITE', 'z1', { inDialog: true }));
    socket.send(request('BYE', 'z2', { inDialog: true }));
    socket.callEnded('c1');
    sockets.last().drop();
    await open('second');
    expect(methods(sockets.last().sent)).toEqual(['BYE']);
  });
});
