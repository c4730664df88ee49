import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock';
import { createFakeWebSockets } from '../../../test/support/phones/fake-web-socket';
import type { EventsGrant } from '../../contracts/profile/grant';
import { fail, ok, type Result } from '../../contracts/base/result';
import {
  ANSWER_WITHIN_MS,
  HEARTBEAT_MS,
  STEADY_AFTER_MS,
  createEventChannel,
  type ChannelNote,
  type ChannelPhase,
} from './event-channel';
import { decodeFrame, encodeFrame } from './phoenix-frame';

const grantOf = (token: string): EventsGrant => ({
  profileId: 'desk',
  purpose: 'events',
  issuedAt: 0,
  expiresAt: 300_000,
  fingerprint: '5f3a91c2',
  url: 'wss://api.example.com/socket/websocket',
  parameter: 'session_token',
  token,
  topic: 'events',
});

function setUp(answers: Result<EventsGrant>[] = []) {
  const clock = createFakeClock();
  const sockets = createFakeWebSockets();
  const phases: ChannelPhase[] = [];
  const notes: ChannelNote[] = [];
  const heard: [string, unknown][] = [];
  let minted = 0;
  const channel = createEventChannel({
    grant: () => Promise.resolve(answers.shift() ?? ok(grantOf(`t${(minted += 1)}`))),
    open: (url) => new sockets.WebSocket(url, []),
    after: clock.after,
    random: () => 0,
    onEvent: (event, payload) => heard.push([event, payload]),
    onPhase: (phase) => phases.push(phase),
    onNote: (note) => notes.push(note),
  });
  const frames = () => sockets.last().sent.map((text) => decodeFrame(text));
  const lastFrame = () => frames().at(-1) ?? { joinRef: null, ref: null, topic: '', event: '', payload: null };
  const answer = (status: 'ok' | 'error'): void => {
    const { joinRef, ref, topic } = lastFrame();
    sockets.last().deliver(encodeFrame({ joinRef, ref, topic, event: 'phx_reply', payload: { status, response: {} } }));
  };
  const push = (event: string, payload: unknown, joinRef: string | null = null): void =>
    sockets.last().deliver(encodeFrame({ joinRef, ref: null, topic: 'events', event, payload }));
  const join = async (): Promise<void> => {
    await clock.settle();
    sockets.last().accept();
    answer('ok');
  };
  return { clock, sockets, phases, notes, heard, channel, frames, lastFrame, answer, push, join };
}

describe('an event channel', () => {
  it('mints, opens, joins, and passes on what it hears', async () => {
    const at = setUp();
    at.channel.start();
    await at.join();
    expect(at.phases).toEqual(['granting', 'opening', 'joining', 'joined']);
    expect(at.sockets.last().url).toBe('wss://api.example.com/socket/websocket?session_token=t1&vsn=2.0.0');
    expect(at.sockets.last().sent).toEqual(['["1","1","events","phx_join",{}]']);
    at.push('incoming_call', { callUuid: 'a' });
    at.push('call_ended', { callUuid: 'a' }, '1');
    expect(at.heard).toEqual([
      ['incoming_call', { callUuid: 'a' }],
      ['call_ended', { callUuid: 'a' }],
    ]);
    expect(at.notes).toMatchObject([{ kind: 'joined', fingerprint: '5f3a91c2', again: false }]);
  });

  it('has another token for each connect, and waits a little longer each time', async () => {
    const at = setUp();
    at.channel.start();
    await at.clock.settle();
    for (const wait of [10, 50, 100, 150, 200, 250, 500, 1_000, 2_000, 5_000, 5_000]) {
      const before = at.sockets.all.length;
      at.sockets.last().refuse();
      await at.clock.advance(wait - 1);
      expect(at.sockets.all).toHaveLength(before);
      await at.clock.advance(1);
      expect(at.sockets.all).toHaveLength(before + 1);
    }
    const tokens = at.sockets.all.map(({ url }) => new URL(url).searchParams.get('session_token'));
    expect(new Set(tokens).size).toBe(tokens.length);
    expect(at.notes.every(({ kind }) => kind === 'unreachable')).toBe(true);
    await at.join();
    await at.clock.advance(STEADY_AFTER_MS);
    at.sockets.last().drop();
    expect(at.notes.at(-1)).toEqual({ kind: 'lost', why: 'closed' });
    // After a join that lasted the waits begin anew.
    await at.clock.advance(10);
    await at.join();
    expect(at.notes.at(-1)).toMatchObject({ kind: 'joined', again: true });
  });

  it('tries tokens of a key that the system may not know slowly, until one is taken', async () => {
    const untried = (token: string): Result<EventsGrant> => ok({ ...grantOf(token), untriedKey: 'e07c1b95' });
    const at = setUp(Array.from({ length: 7 }, (_, n) => untried(`u${n}`)));
    at.channel.start();
    await at.clock.settle();
    for (const wait of [5_000, 10_000, 20_000, 40_000, 60_000, 60_000]) {
      const before = at.sockets.all.length;
      at.sockets.last().refuse();
      await at.clock.advance(wait - 1);
      expect(at.sockets.all).toHaveLength(before);
      await at.clock.advance(1);
      expect(at.sockets.all).toHaveLength(before + 1);
    }
    await at.join();
    await at.clock.advance(STEADY_AFTER_MS);
    at.sockets.last().drop();
    await at.clock.advance(10);
    expect(at.sockets.all).toHaveLength(8);
  });

  it('waits longer and longer for a system that lets it join and throws it out again', async () => {
    const at = setUp();
    at.channel.start();
    for (const wait of [10, 50, 100, 150, 200, 250, 500, 1_000, 2_000, 5_000]) {
      await at.join();
      const before = at.sockets.all.length;
      at.sockets.last().drop();
      await at.clock.advance(wait - 1);
      expect(at.sockets.all).toHaveLength(before);
      await at.clock.advance(1);
      expect(at.sockets.all).toHaveLength(before + 1);
    }
    await at.join();
    for (const wait of [1_000, 2_000, 5_000, 10_000, 10_000]) {
      at.push('phx_close', {});
      const sent = at.sockets.last().sent.length;
      await at.clock.advance(wait - 1);
      expect(at.sockets.last().sent).toHaveLength(sent);
      await at.clock.advance(1);
      at.answer('ok');
      expect(at.phases.at(-1)).toBe('joined');
    }
  });

  it('waits as long as main says, and longer each time main refuses', async () => {
    const refused = (retryAfterMs: number) => fail('provider-unreachable', 'S.', 'retry', { retryAfterMs });
    const at = setUp([refused(0), refused(7_000)]);
    at.channel.start();
    await at.clock.settle();
    expect(at.notes).toMatchObject([{ kind: 'mint-failed' }]);
    await at.clock.advance(1_000);
    expect(at.notes).toHaveLength(2);
    await at.clock.advance(6_999);
    expect(at.sockets.all).toHaveLength(0);
    await at.clock.advance(1);
    expect(at.sockets.all).toHaveLength(1);
  });

  it('beats every 30 s, and takes a missed answer for a dead socket', async () => {
    const at = setUp();
    at.channel.start();
    await at.join();
    await at.clock.advance(HEARTBEAT_MS);
    expect(at.lastFrame()).toMatchObject({ joinRef: null, topic: 'phoenix', event: 'heartbeat' });
    at.answer('ok');
    await at.clock.advance(HEARTBEAT_MS);
    const first = at.sockets.last();
    expect(first.closed()).toBe(false);
    await at.clock.advance(HEARTBEAT_MS);
    expect(first.closed()).toBe(true);
    expect(at.notes.at(-1)).toEqual({ kind: 'lost', why: 'heartbeat-missed' });
    await at.clock.advance(10);
    expect(at.sockets.all).toHaveLength(2);
    // What the dead socket still says is not heard.
    first.deliver(encodeFrame({ joinRef: null, ref: null, topic: 'events', event: 'incoming_call', payload: {} }));
    expect(at.heard).toEqual([]);
  });

  it.each([
    [
      'refused',
      (at: ReturnType<typeof setUp>) => {
        at.answer('error');
        return Promise.resolve();
      },
    ],
    ['not answered', (at: ReturnType<typeof setUp>) => at.clock.advance(ANSWER_WITHIN_MS)],
  ])('joins once more when a join is %s, then with a fresh grant on a new connection', async (_why, refuse) => {
    const at = setUp();
    at.channel.start();
    await at.clock.settle();
    at.sockets.last().accept();
    for (const [turn, wait] of [
      1_000, 2_000, 5_000, 10_000, 10_000, 10_000, 10_000, 10_000, 10_000, 30_000,
    ].entries()) {
      const connections = at.sockets.all.length;
      const joins = () => at.frames().filter((frame) => frame?.event === 'phx_join').length;
      await refuse(at);
      expect(at.notes.at(-1)).toEqual({ kind: 'join-refused' });
      await at.clock.advance(wait - 1);
      expect([at.sockets.all.length, joins()]).toEqual([connections, 1 + (turn % 2)]);
      await at.clock.advance(1);
      if (turn % 2 === 1) {
        expect(at.sockets.all).toHaveLength(connections + 1);
        at.sockets.last().accept();
      }
      expect([at.sockets.all.length, joins()]).toEqual([connections + (turn % 2), turn % 2 === 1 ? 1 : 2]);
    }
    const tokens = at.sockets.all.map(({ url }) => new URL(url).searchParams.get('session_token'));
    expect(tokens).toEqual(['t1', 't2', 't3', 't4', 't5', 't6']);
    // A join that lasted begins the waits anew.
    at.answer('ok');
    await at.clock.advance(STEADY_AFTER_MS);
    at.push('phx_error', {});
    await at.clock.advance(1_000);
    expect(at.lastFrame()).toMatchObject({ event: 'phx_join' });
    expect(at.sockets.all).toHaveLength(6);
  });

  it('counts refusals in a row: a join that was accepted begins anew', async () => {
    const at = setUp();
    at.channel.start();
    await at.clock.settle();
    at.sockets.last().accept();
    for (const wait of [1_000, 2_000, 5_000]) {
      at.answer('error');
      await at.clock.advance(wait);
      at.answer('ok');
      at.push('phx_error', {});
      await at.clock.advance(10_000);
    }
    expect(at.sockets.all).toHaveLength(1);
  });

  it('joins again when the channel dies, and when a join is not answered', async () => {
    const at = setUp();
    at.channel.start();
    await at.join();
    at.push('phx_error', {}, '1');
    expect(at.notes.at(-1)).toEqual({ kind: 'lost', why: 'channel-error' });
    await at.clock.advance(1_000);
    expect(at.lastFrame()).toMatchObject({ event: 'phx_join', joinRef: '2' });
    // The end of the join before is no end of this one.
    at.answer('ok');
    at.push('phx_close', {}, '1');
    expect(at.phases.at(-1)).toBe('joined');
    at.push('phx_close', {}, '2');
    // The join before did not last.
    await at.clock.advance(2_000 + ANSWER_WITHIN_MS);
    expect(at.notes.at(-1)).toEqual({ kind: 'join-refused' });
  });

  it('does not wait for ever for a socket that neither opens nor fails', async () => {
    const at = setUp();
    at.channel.start();
    await at.clock.advance(ANSWER_WITHIN_MS);
    expect(at.notes).toMatchObject([{ kind: 'unreachable' }]);
    expect(at.sockets.all[0]?.closed()).toBe(true);
  });

  it('counts what it can not read, and hears no other topic', async () => {
    const at = setUp();
    at.channel.start();
    await at.join();
    for (const data of [
      '',
      '{}',
      '[1,2]',
      '["1","1","events","x"]',
      new ArrayBuffer(3),
      '[null,null,"other","incoming_call",{}]',
    ])
      at.sockets.last().deliver(data);
    expect(at.heard).toEqual([]);
    expect(at.notes.filter(({ kind }) => kind === 'malformed')).toHaveLength(5);
  });

  it('takes a new socket at once when asked, and nothing after stop', async () => {
    const at = setUp();
    at.channel.start();
    await at.join();
    at.channel.reconnectNow();
    await at.clock.settle();
    expect(at.sockets.all).toHaveLength(2);
    expect(at.sockets.all[0]?.closed()).toBe(true);
    at.channel.stop();
    expect(at.sockets.last().closed()).toBe(true);
    expect(at.phases.at(-1)).toBe('off');
    at.channel.reconnectNow();
    await at.clock.advance(120_000);
    expect(at.sockets.all).toHaveLength(2);
    expect(at.clock.waiting()).toBe(0);
  });

  it('opens nothing for a grant that came after stop', async () => {
    const at = setUp();
    at.channel.start();
    at.channel.stop();
    await at.clock.settle();
    expect(at.sockets.all).toHaveLength(0);
  });
});
