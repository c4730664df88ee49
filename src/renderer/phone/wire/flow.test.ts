import { describe, expect, it } from 'vitest';
import type { Grant } from '../../../contracts/profile/grant';
import { createFakeClock } from '../../../../test/support/fake-clock';
import { testGrant } from '../../../../test/support/phones/grants';
import { methodsOf, openWith, request, response, setUpWiredSocket } from '../../../../test/support/phones/wired-socket';
import { openFlow, type FlowEnd } from './flow';
import { peek } from './sip-wire';
import type { TraceEntry } from './trace';

const wired = setUpWiredSocket();

describe('presenting the grant', () => {
  it('query: the token is a parameter of the URL, the subprotocol is sip', async () => {
    const { sockets } = wired();
    await openWith(wired(), 'a+b/c');
    expect(sockets.last().url).toBe('ws://127.0.0.1:5066/sip?token=a%2Bb%2Fc');
    expect(sockets.last().protocols).toEqual(['sip']);
  });
  it.each<[Grant['presentation'], string[]]>([
    [{ kind: 'subprotocol', template: 'bearer.<token>', token: 'a.$&-_b' }, ['sip', 'bearer.a.$&-_b']],
    [{ kind: 'bearer', header: 'Authorization', realm: 'practice.invalid', token: 'T' }, ['sip']],
    [{ kind: 'digest', realm: 'practice.invalid', username: 'u', password: 'P' }, ['sip']],
  ])('%j: the bare URL', async (presentation, protocols) => {
    const { socket, sockets } = wired();
    const opened = socket.connect(testGrant({ presentation }));
    expect(sockets.last().url).toBe('ws://127.0.0.1:5066/sip');
    expect(sockets.last().protocols).toEqual(protocols);
    sockets.last().accept();
    expect(await opened).toBe(true);
  });
  it('subprotocol: a gateway that chooses the one with the token is refused', async () => {
    const { socket, sockets } = wired();
    const opened = socket.connect(
      testGrant({ presentation: { kind: 'subprotocol', template: 'bearer.<token>', token: 'T' } }),
    );
    sockets.last().accept('bearer.T');
    expect(await opened).toBe(false);
    expect(sockets.last().closed()).toBe(true);
  });
  it('subprotocol: a token that no subprotocol may hold is refused without a word of it', async () => {
    const clock = createFakeClock();
    const ends: FlowEnd[] = [];
    const traced: TraceEntry[] = [];
    const grant = testGrant({ presentation: { kind: 'subprotocol', template: 'bearer.<token>', token: 'a b' } });
    const flow = openFlow(
      1,
      grant,
      { WebSocket: globalThis.WebSocket, clock, random: () => 0.5, trace: (entry) => traced.push(entry) },
      {
        onOpen: () => undefined,
        onMessage: () => undefined,
        onCaughtUp: () => undefined,
        onEnd: (end) => ends.push(end),
      },
    );
    flow.send('nothing');
    expect(ends).toEqual([]);
    await clock.advance(0);
    expect([ends, traced]).toEqual([[{ how: 'refused' }], []]);
  });
  it('main-injected: the bare URL', async () => {
    const { socket, sockets } = wired();
    const opened = socket.connect(testGrant({ presentation: { kind: 'main-injected' } }));
    expect(sockets.last().url).toBe('ws://127.0.0.1:5066/sip');
    sockets.last().accept();
    expect(await opened).toBe(true);
  });
  it('never shows the token on the tap', async () => {
    const { heard, socket, sockets, traced } = wired();
    await openWith(wired(), 'opaque-token-1');
    socket.send(request('OPTIONS', 'z1').replace('Call-ID: c1', 'Call-ID: c1\r\nX-Echo: opaque-token-1'));
    sockets
      .last()
      .deliver(response(200, 'OPTIONS', 'z1').replace('Call-ID: c1', 'Call-ID: c1\r\nX-Echo: opaque-token-1'));
    expect(traced).toHaveLength(2);
    expect(JSON.stringify(traced)).not.toContain('opaque-token-1');
    expect(heard[0]).toContain('opaque-token-1');
  });
});

describe('opening', () => {
  it('says false when the handshake is refused', async () => {
    const { lost, socket, sockets } = wired();
    const opened = socket.connect(testGrant());
    sockets.last().refuse();
    expect(await opened).toBe(false);
    expect(lost).toEqual([]);
  });
  it('says false when nobody answers for 5 s, and closes', async () => {
    const { clock, socket, sockets } = wired();
    const opened = socket.connect(testGrant());
    await clock.advance(5_000);
    expect(await opened).toBe(false);
    expect(sockets.last().closed()).toBe(true);
  });
  it('says false when the gateway chose another subprotocol', async () => {
    const { socket, sockets } = wired();
    const opened = socket.connect(testGrant());
    sockets.last().accept('');
    expect(await opened).toBe(false);
  });
  it('gives up the older attempt when a newer one starts', async () => {
    const { socket, sockets } = wired();
    const older = socket.connect(testGrant());
    const newer = socket.connect(testGrant());
    expect(await older).toBe(false);
    sockets.last().accept();
    expect(await newer).toBe(true);
    expect(sockets.all.map((one) => one.closed())).toEqual([true, false]);
  });
});

describe('the liveness probe', () => {
  it('asks after 2 s of silence and swallows the answer', async () => {
    const { clock, heard, lost, sockets } = wired();
    await openWith(wired());
    await clock.advance(1_999);
    expect(sockets.last().sent).toEqual([]);
    await clock.advance(1);
    expect(methodsOf(sockets.last().sent)).toEqual(['OPTIONS']);
    const branch = peek(sockets.last().sent[0] ?? '')?.branch ?? '';
    sockets.last().deliver(response(200, 'OPTIONS', branch));
    expect(heard).toEqual([]);
    await clock.advance(1_999);
    expect(sockets.last().sent).toHaveLength(1);
    await clock.advance(1);
    expect(sockets.last().sent).toHaveLength(2);
    expect(lost).toEqual([]);
  });
  it('declares the flow dead within 8 s of silence and closes it', async () => {
    const { clock, heard, lost, socket, sockets } = wired();
    await openWith(wired());
    await clock.advance(7_499);
    expect(lost).toEqual([]);
    expect(methodsOf(sockets.last().sent)).toEqual(['OPTIONS', 'OPTIONS', 'OPTIONS']);
    await clock.advance(1);
    expect(lost).toEqual([{ how: 'probe', afterMs: 7_500 }]);
    expect(sockets.last().closed()).toBe(true);
    expect(socket.isUp()).toBe(false);
    sockets.last().deliver(request('INVITE', 'late'));
    sockets.last().drop();
    expect(heard).toEqual([]);
    expect(lost).toHaveLength(1);
    await clock.advance(20_000);
    expect(sockets.last().sent).toHaveLength(3);
  });
  /** The gateway answers each probe, the number-th one after `late(number)` ms, for as long as `ms`. */
  const answering = async (late: (number: number) => number, ms: number): Promise<void> => {
    const { clock, sockets } = wired();
    let seen = 0;
    for (let passed = 0; passed < ms; passed += 100) {
      await clock.advance(100);
      const { sent } = sockets.last();
      for (; seen < sent.length; seen += 1) {
        const branch = peek(sent[seen] ?? '')?.branch ?? '';
        clock.after(late(seen), () => sockets.last().deliver(response(200, 'OPTIONS', branch)));
      }
    }
  };
  it.each<[string, (number: number) => number]>([
    ['each 5 s late', () => 5_000],
    ['every fifth one 10 s late', (number) => (number % 5 === 4 ? 10_000 : 20)],
    ['the first one 10 s late', (number) => (number === 0 ? 10_000 : 20)],
    ['at once, then each 5 s late', (number) => (number < 10 ? 5 : 5_000)],
  ])('goes on with answers that come %s', async (_what, late) => {
    const { lost, socket } = wired();
    await openWith(wired());
    await answering(late, 60_000);
    expect([lost, socket.isUp()]).toEqual([[], true]);
  });
  it('does not hurry a gateway whose answers are known to be late', async () => {
    const { clock, lost, socket } = wired();
    await openWith(wired());
    await answering(() => 5_000, 20_000);
    socket.probe(1_000);
    await answering(() => 5_000, 8_000);
    expect(lost).toEqual([]);
    await clock.advance(20_000);
    expect(lost).toEqual([{ how: 'probe', afterMs: 7_500 }]);
  });
  it('does not wait for a server that closed the WebSocket and leaves TCP to us', async () => {
    const { clock, lost, socket, sockets } = wired();
    await openWith(wired());
    sockets.last().startClosing();
    await clock.advance(250);
    expect(lost).toEqual([{ how: 'closed' }]);
    expect(socket.isUp()).toBe(false);
    sockets.last().drop();
    expect(lost).toHaveLength(1);
  });
  it('takes any inbound byte for life: a keep-alive, a request, a binary frame', async () => {
    const { clock, lost, sockets } = wired();
    await openWith(wired());
    for (const data of ['\r\n', request('OPTIONS', 'z9'), new ArrayBuffer(2), '\r\n\r\n']) {
      await clock.advance(7_000);
      sockets.last().deliver(data);
    }
    await clock.advance(7_000);
    expect(lost).toEqual([]);
    // The double CRLF is answered (RFC 5626 section 3.5.1).
    expect(sockets.last().sent).toContain('\r\n');
  });
  it('asks at once when told to, with its own limit', async () => {
    const { clock, lost, socket, sockets } = wired();
    await openWith(wired());
    socket.probe(1_000);
    expect(methodsOf(sockets.last().sent)).toEqual(['OPTIONS']);
    await clock.advance(1_000);
    expect(lost).toEqual([{ how: 'probe', afterMs: 1_000 }]);
  });
});
