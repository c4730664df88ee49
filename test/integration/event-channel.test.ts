/**
 * The event channel against a Phoenix server's wire, beside Phoenix's own client from npm: where both tell the same story, the fake speaks as
 * Phoenix does, and the channel too.
 */
import { Socket } from 'phoenix';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ok } from '../../src/contracts/base/result';
import { createEventChannel } from '../../src/renderer/events/event-channel';
import { startFakeSippet, type FakeSippet } from '../support/servers/fake-sippet';

/** Waits pass so many times faster than in the product. */
const FASTER = 50;

interface Listener {
  readonly heard: [event: string, payload: unknown][];
  readonly stop: () => void;
}

async function token(sippet: FakeSippet): Promise<string> {
  const answer = await fetch(`${sippet.url}/api/realtime/session`, {
    method: 'POST',
    headers: { 'x-api-key': sippet.secretKey, 'content-type': 'application/json' },
  });
  return ((await answer.json()) as { token: string }).token;
}

function ours(sippet: FakeSippet): Listener {
  const heard: Listener['heard'] = [];
  const channel = createEventChannel({
    grant: async () =>
      ok({
        profileId: 'desk',
        purpose: 'events',
        issuedAt: Date.now(),
        expiresAt: Date.now() + 300_000,
        fingerprint: '00000000',
        url: `${sippet.url.replace('http', 'ws')}/socket/websocket`,
        parameter: 'session_token',
        token: await token(sippet),
        topic: 'events',
      }),
    open: (url) => {
      const socket = new WebSocket(url);
      socket.on('error', () => undefined);
      return {
        send: (text) => socket.send(text),
        close: () => socket.close(),
        addEventListener: (
          type: 'open' | 'close' | 'message',
          listener: (event: { readonly data: unknown }) => void,
        ) => {
          socket.on(type, (data: unknown) => listener({ data: Buffer.isBuffer(data) ? data.toString('utf8') : '' }));
        },
      };
    },
    after: (ms, task) => {
      const timer = setTimeout(task, ms / FASTER);
      return () => clearTimeout(timer);
    },
    random: () => 0,
    onEvent: (event, payload) => heard.push([event, payload]),
    onPhase: () => undefined,
    onNote: () => undefined,
  });
  channel.start();
  return { heard, stop: channel.stop };
}

/** Phoenix's client takes its parameters from a function that can't wait: the next token is fetched ahead. */
async function theirs(sippet: FakeSippet): Promise<Listener> {
  const heard: Listener['heard'] = [];
  let next = await token(sippet);
  const socket = new Socket(`${sippet.url.replace('http', 'ws')}/socket`, {
    transport: WebSocket,
    params: () => {
      const now = next;
      void token(sippet).then((fresh) => {
        next = fresh;
      });
      return { session_token: now };
    },
    timeout: 10_000 / FASTER,
    heartbeatIntervalMs: 30_000 / FASTER,
    reconnectAfterMs: () => 1_000 / FASTER,
    rejoinAfterMs: () => 1_000 / FASTER,
  });
  socket.connect();
  const channel = socket.channel('events');
  channel.onMessage = (event: string, payload: unknown) => {
    if (!event.startsWith('phx_') && !event.startsWith('chan_reply')) heard.push([event, payload]);
    return payload;
  };
  channel.join();
  return { heard, stop: () => socket.disconnect() };
}

let sippet: FakeSippet;
let listener: Listener | null = null;
beforeEach(async () => {
  sippet = await startFakeSippet();
});
afterEach(async () => {
  listener?.stop();
  await sippet.close();
});

describe.each([
  ['the event channel', (fake: FakeSippet) => Promise.resolve(ours(fake))],
  ["Phoenix's own client", theirs],
])('%s', (_name, start) => {
  it('joins, hears, comes back after a drop with another token, after the death of the channel, and beats', async () => {
    listener = await start(sippet);
    const { events } = sippet;
    await expect.poll(events.joined).toBe(1);
    events.push('incoming_call', { callUuid: 'a' });
    await expect.poll(() => listener?.heard.length).toBe(1);
    events.drop();
    await expect.poll(events.joins).toBe(2);
    expect(new Set(events.accepted).size).toBe(2);
    events.push('call_answered', { callUuid: 'a' });
    const joins = events.joins();
    events.crashChannel();
    await expect.poll(events.joins).toBeGreaterThan(joins);
    await expect.poll(events.joined).toBe(1);
    events.push('call_ended', { callUuid: 'a' });
    await expect
      .poll(() => listener?.heard.map(([event]) => event))
      .toEqual(['incoming_call', 'call_answered', 'call_ended']);
    expect(listener.heard[0]?.[1]).toEqual({ callUuid: 'a' });
    await expect.poll(events.heartbeats, { timeout: 5_000 }).toBeGreaterThan(0);
  });

  it('comes in after upgrades and joins were refused', async () => {
    sippet.events.faults.refuseUpgrades = 3;
    sippet.events.faults.refuseJoins = 2;
    listener = await start(sippet);
    await expect.poll(sippet.events.joined, { timeout: 10_000 }).toBe(1);
    expect(sippet.events.refused()).toBeGreaterThanOrEqual(3);
    expect(sippet.events.joins()).toBe(3);
  });

  it('leaves a socket that is silent for another one', async () => {
    listener = await start(sippet);
    await expect.poll(sippet.events.joined).toBe(1);
    sippet.events.faults.silent = true;
    await expect.poll(() => sippet.events.accepted.length, { timeout: 10_000 }).toBeGreaterThan(1);
    sippet.events.faults.silent = false;
    await expect.poll(sippet.events.joined, { timeout: 10_000 }).toBeGreaterThan(0);
    sippet.events.push('incoming_call', { callUuid: 'b' });
    await expect.poll(() => listener?.heard).toEqual([['incoming_call', { callUuid: 'b' }]]);
  });
});

it('the event channel takes another token to another connection after two refused joins', async () => {
  const { events } = sippet;
  events.faults.refuseConnections = 2;
  listener = ours(sippet);
  await expect.poll(events.joined, { timeout: 10_000 }).toBe(1);
  expect(events.joins()).toBe(5);
  expect(events.accepted).toHaveLength(3);
  expect(new Set(events.accepted).size).toBe(3);
  events.push('incoming_call', { callUuid: 'c' });
  await expect.poll(() => listener?.heard).toEqual([['incoming_call', { callUuid: 'c' }]]);
});
