/**
 * Live events of this gateway's calls, as a Phoenix channel (vsn 2.0.0: `[joinRef, ref, topic, event, payload]`): each user hears of the calls that
 * the user takes part in, and gets those under way with the answer to the join. The same tokens open it as open a flow. Nobody writes down here
 * what is said, so there are no transcripts.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { z } from 'zod';
import type { Authenticator, AuthRefusal } from './authenticator';
import type { CallStep } from './call-steps';
import type { Clock } from './clock';
import type { Log } from './log';

export const EVENTS_PATH = '/socket/websocket';
const PARAMETER = 'session_token';
const TOPIC = 'events';
const MOST_LISTENERS = 64;
const LARGEST_FRAME = 4_096;
/** Who does not read is let go, bytes. */
const LARGEST_BACKLOG = 1_000_000;
/** Phoenix's own client beats every 30 s; who is silent so long is gone, ms. */
const SILENT_FOR_MS = 90_000;

const ref = z.string().max(32).nullable();
const frame = z.tuple([ref, ref, z.string().max(100), z.string().max(100), z.unknown()]);

interface Listener {
  readonly user: string;
  readonly socket: WebSocket;
  joinRef: string | null;
  cancelSilence: () => void;
}

interface KnownCall {
  readonly callUuid: string;
  readonly from: string;
  readonly to: string;
  readonly startedAt: number;
  status: 'ringing' | 'answered' | 'completed';
  endedAt: number | null;
}

export interface EventsSocketOptions {
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  readonly log: Log;
  /** Answers the upgrade with a refusal. */
  readonly refuse: (socket: Duplex, reason: AuthRefusal) => void;
}

export interface EventsSocket {
  /** True for an upgrade that is for this socket. */
  readonly isFor: (request: Pick<IncomingMessage, 'url'>) => boolean;
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>;
  readonly tell: (step: CallStep) => void;
  /** Connections that are open. */
  readonly count: () => number;
  readonly close: () => void;
}

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
const rowOf = ({ callUuid, from, to, status, startedAt, endedAt }: KnownCall) => ({
  callUuid,
  status,
  fromNumber: from,
  toNumber: to,
  startedAt: iso(startedAt),
  endedAt: iso(endedAt),
});
const textOf = (data: RawData): string =>
  (Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)).toString('utf8');

function parseFrame(data: RawData): z.infer<typeof frame> | null {
  try {
    const parsed = frame.safeParse(JSON.parse(textOf(data)));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

export function createEventsSocket({ authenticator, clock, log, refuse }: EventsSocketOptions): EventsSocket {
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: LARGEST_FRAME,
  });
  const listeners = new Set<Listener>();
  const calls = new Map<string, KnownCall>();

  const send = ({ socket }: Listener, parts: z.infer<typeof frame>): void => {
    if (socket.bufferedAmount > LARGEST_BACKLOG) socket.terminate();
    else socket.send(JSON.stringify(parts));
  };
  const callsOf = (user: string): KnownCall[] =>
    [...calls.values()].filter((call) => call.from === user || call.to === user);
  const push = (call: KnownCall, event: string, payload: object): void => {
    for (const listener of listeners) {
      if (listener.joinRef !== null && (listener.user === call.from || listener.user === call.to))
        send(listener, [null, null, TOPIC, event, { callUuid: call.callUuid, at: iso(clock.now()), ...payload }]);
    }
  };

  const untilSilent = (listener: Listener): void => {
    listener.cancelSilence();
    listener.cancelSilence = clock.after(SILENT_FOR_MS, () => listener.socket.terminate());
  };

  const hear = (listener: Listener, data: RawData): void => {
    untilSilent(listener);
    const parsed = parseFrame(data);
    if (parsed === null) return;
    const [joinRef, id, topic, event] = parsed;
    const reply = (status: 'ok' | 'error', response: object): void =>
      send(listener, [joinRef, id, topic, 'phx_reply', { status, response }]);
    if (topic === 'phoenix' && event === 'heartbeat') reply('ok', {});
    else if (topic !== TOPIC) reply('error', { reason: 'unmatched topic' });
    else if (event === 'phx_join') {
      // A second join of a topic ends the one before.
      if (listener.joinRef !== null) send(listener, [listener.joinRef, listener.joinRef, TOPIC, 'phx_close', {}]);
      listener.joinRef = joinRef;
      reply('ok', { calls: callsOf(listener.user).map(rowOf) });
    } else if (event === 'phx_leave') {
      listener.joinRef = null;
      reply('ok', {});
    } else reply('error', { reason: 'nothing is taken here' });
  };

  const open = (socket: WebSocket, user: string): void => {
    const listener: Listener = { user, socket, joinRef: null, cancelSilence: () => undefined };
    listeners.add(listener);
    untilSilent(listener);
    socket.on('message', (data) => hear(listener, data));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      listener.cancelSilence();
      listeners.delete(listener);
    });
  };

  return {
    isFor: ({ url }) => (url ?? '').split('?')[0] === EVENTS_PATH,
    upgrade: async (request, socket, head) => {
      const tokens = new URLSearchParams((request.url ?? '').replace(/^[^?]*\??/, '')).getAll(PARAMETER);
      const verified = tokens.length > 1 ? null : await authenticator.verify(tokens[0] ?? null, clock.now());
      if (verified?.ok !== true) {
        const reason = verified?.failure ?? 'ambiguous';
        log(`events refused: ${reason}`);
        refuse(socket, reason);
        return;
      }
      if (socket.destroyed) return;
      const { subject, key, fingerprint } = verified.value;
      const oldest = listeners.size >= MOST_LISTENERS ? [...listeners][0] : undefined;
      oldest?.socket.terminate();
      log(`events open user=${subject} key=${key} token=${fingerprint}`);
      sockets.handleUpgrade(request, socket, head, (opened) => open(opened, subject));
    },
    tell: (step) => {
      if (step.kind === 'ringing') {
        // The same INVITE on its way again is the same call.
        if (calls.has(step.callUuid)) return;
        const call: KnownCall = {
          callUuid: step.callUuid,
          from: step.from,
          to: step.to,
          startedAt: clock.now(),
          status: 'ringing',
          endedAt: null,
        };
        calls.set(step.callUuid, call);
        push(call, 'incoming_call', rowOf(call));
        push(call, 'call_participant_joined', { participant: { id: call.from, name: call.from } });
        return;
      }
      const call = calls.get(step.callUuid);
      if (call === undefined) return;
      if (step.kind === 'answered') {
        if (call.status !== 'ringing') return;
        call.status = 'answered';
        push(call, 'call_answered', rowOf(call));
        push(call, 'call_participant_joined', { participant: { id: call.to, name: call.to } });
        return;
      }
      const wasAnswered = call.status === 'answered';
      call.status = 'completed';
      call.endedAt = clock.now();
      calls.delete(step.callUuid);
      for (const id of wasAnswered ? [call.from, call.to] : [call.from])
        push(call, 'call_participant_left', { participant: { id, name: id } });
      push(call, 'call_ended', rowOf(call));
    },
    count: () => listeners.size,
    close: () => {
      for (const { socket } of listeners) socket.terminate();
      calls.clear();
    },
  };
}
