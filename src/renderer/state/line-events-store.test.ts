import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock';
import { createFakeWebSockets } from '../../../test/support/phones/fake-web-socket';
import { createScriptedApi } from '../../../test/support/ui-preview/scripted-api';
import type { EventsGrant } from '../../contracts/profile/grant';
import type { Profile } from '../../contracts/profile/profile';
import { fail, ok } from '../../contracts/base/result';
import type { NewEvent } from '../events/event-log';
import { decodeFrame, encodeFrame } from '../events/phoenix-frame';
import { REFETCH_MS, createLineEventsStore } from './line-events-store';
import { exampleProfile } from '../../../test/support/app/example-profile';

const line = (id: string, purposes: Profile['policy']['purposes'] = ['events']): Profile =>
  exampleProfile({
    id,
    name: id,
    environment: 'development',
    provider: { kind: 'sippet', baseUrl: 'https://api.example.com' },
    identity: '1001@h.example',
    gatewayUrl: 'wss://h.example/',
    presentation: { kind: 'digest' },
    policy: { purposes },
  });
const grant: EventsGrant = {
  profileId: 'desk',
  purpose: 'events',
  issuedAt: 0,
  expiresAt: 1,
  fingerprint: '5f3a91c2',
  url: 'wss://api.example.com/socket/websocket',
  parameter: 'session_token',
  token: 't',
  topic: 'events',
};
const row = (callUuid: string, status = 'answered') => ({
  callUuid,
  status,
  fromNumber: '+1',
  toNumber: '+2',
  startedAt: null,
  endedAt: null,
});

function setUp(snapshots: unknown[] = []) {
  const clock = createFakeClock();
  const sockets = createFakeWebSockets();
  const events: NewEvent[] = [];
  const scripted = createScriptedApi({
    'grants.get': () => ok(grant),
    'events.snapshot': () => snapshots.shift() ?? ok({ calls: [], canEnd: true }),
    'events.endCall': () => ok(null),
  });
  const store = createLineEventsStore({
    api: scripted.api,
    openSocket: (url) => new sockets.WebSocket(url, []),
    after: clock.after,
    random: () => 0,
    onEvent: (event) => events.push(event),
    onNote: () => undefined,
  });
  store.start();
  const join = async (response: object = {}): Promise<void> => {
    await clock.settle();
    sockets.last().accept();
    const { joinRef, ref } = decodeFrame(sockets.last().sent.at(-1)) ?? { joinRef: null, ref: null };
    sockets
      .last()
      .deliver(encodeFrame({ joinRef, ref, topic: 'events', event: 'phx_reply', payload: { status: 'ok', response } }));
    await clock.advance(100);
  };
  const push = (event: string, payload: unknown): void =>
    sockets.last().deliver(encodeFrame({ joinRef: null, ref: null, topic: 'events', event, payload }));
  const asked = (channel: string): number => scripted.invoked.filter(([name]) => name === channel).length;
  return { clock, sockets, events, scripted, store, join, push, asked };
}
const titles = (events: readonly NewEvent[]): string[] => events.map(({ title }) => title);

describe('the live events of a line', () => {
  it('follow a line that has them, and no other', async () => {
    const at = setUp();
    at.store.use(line('plain', ['sip']));
    await at.clock.settle();
    expect(at.scripted.invoked).toEqual([]);
    at.store.use(line('desk'));
    await at.join();
    expect(at.store.get()).toMatchObject({ phase: 'joined', canEnd: true });
    const socket = at.sockets.last();
    at.store.use({ ...line('desk'), name: 'renamed' });
    expect(socket.closed()).toBe(false);
    at.store.use(null);
    expect(socket.closed()).toBe(true);
    await at.clock.advance(60_000);
    expect(at.store.get()).toMatchObject({ phase: 'off', calls: [], canEnd: false });
    expect(at.clock.waiting()).toBe(0);
  });

  it('lie over the snapshot, which is asked for at each join and every 30 s', async () => {
    const at = setUp([
      ok({ calls: [row('a'), row('b')], canEnd: true }),
      ok({ calls: [row('a')], canEnd: true }),
      ok({ calls: [row('a')], canEnd: true }),
    ]);
    at.store.use(line('desk'));
    await at.join();
    at.push('call_ended', { callUuid: 'b' });
    await at.clock.advance(100);
    expect(at.store.get().underWay.map(({ callUuid }) => callUuid)).toEqual(['a']);
    await at.clock.advance(REFETCH_MS);
    expect(at.asked('events.snapshot')).toBe(2);
    at.sockets.last().drop();
    await at.clock.advance(10);
    await at.join();
    expect(at.asked('events.snapshot')).toBe(3);
    expect(at.asked('grants.get')).toBe(2);
    expect(titles(at.events)).toEqual(['Live events', 'Line: ended', 'Live events lost', 'Live events are back']);
  });

  it('ask for it in one rhythm, also where a join came while the answer to the one before was on its way', async () => {
    let let_go = (): void => undefined;
    const at = setUp([new Promise((resolve) => (let_go = () => resolve(ok({ calls: [row('late')], canEnd: true }))))]);
    at.store.use(line('desk'));
    await at.join();
    at.sockets.last().drop();
    await at.clock.advance(10);
    await at.join();
    expect(at.asked('events.snapshot')).toBe(2);
    let_go();
    await at.clock.settle();
    at.store.use(null);
    await at.clock.advance(100);
    expect(at.clock.waiting()).toBe(0);
  });

  it('may bring what is under way with the join', async () => {
    const at = setUp([ok({ calls: [], canEnd: false })]);
    at.store.use(line('desk'));
    await at.join({ calls: [row('a', 'ringing')] });
    expect(at.store.get()).toMatchObject({ canEnd: false, underWay: [{ callUuid: 'a' }] });
  });

  it('tell each event that changed something once, and draw a burst once', async () => {
    const at = setUp();
    at.store.use(line('desk'));
    await at.join();
    let drawn = 0;
    at.store.subscribe(() => (drawn += 1));
    for (let each = 0; each < 500; each += 1)
      for (let time = 0; time < 2; time += 1) at.push('incoming_call', { callUuid: String(each), fromNumber: '+1' });
    at.push('call_transcript_delta', { callUuid: '1', speaker: 'caller', delta: 'Hi' });
    at.push('who_knows', { callUuid: '1' });
    await at.clock.advance(60);
    expect(drawn).toBe(1);
    expect(at.store.get()).toMatchObject({ heard: 1_002 });
    expect(at.store.get().underWay).toHaveLength(500);
    expect(titles(at.events).filter((title) => title === 'Line: ringing')).toHaveLength(500);
  });

  it('say once why the calls are not listed, and forget it when they are', async () => {
    const refused = fail('provider-unreachable', 'It does not answer.', 'retry');
    const at = setUp([refused, refused]);
    at.store.use(line('desk'));
    await at.join();
    await at.clock.advance(REFETCH_MS);
    expect(at.store.get().failure).toEqual(refused.failure);
    expect(titles(at.events).filter((title) => title === 'Calls of the line not listed')).toHaveLength(1);
    at.sockets.last().drop();
    await at.clock.advance(10);
    await at.join();
    expect(at.store.get().failure).toBeNull();
  });

  it('show why main saw an upgrade refused', async () => {
    const at = setUp();
    at.store.use(line('desk'));
    await at.clock.settle();
    const { failure } = fail('provider-refused', 'The token was refused.', 'open-keys');
    at.scripted.tell('grants.failed', { profileId: 'desk', purpose: 'sip', failure });
    await at.clock.advance(60);
    expect(at.store.get().failure).toBeNull();
    at.scripted.tell('grants.failed', { profileId: 'desk', purpose: 'events', failure });
    await at.clock.advance(60);
    expect(at.store.get().failure).toEqual(failure);
  });

  it('end a call of the line in use', async () => {
    const at = setUp();
    expect(await at.store.end('a')).toMatchObject({ ok: false });
    at.store.use(line('desk'));
    expect(await at.store.end('a')).toEqual(ok(null));
    expect(at.scripted.invoked.at(-1)).toEqual(['events.endCall', { profileId: 'desk', callUuid: 'a' }]);
  });
});
