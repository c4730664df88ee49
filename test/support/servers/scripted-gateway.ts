/**
 * A SIP-over-WebSocket gateway of which a test says every word: it registers whoever connects, answers probes, BYE and
 * CANCEL, and keeps what it gets. It checks no token and knows no other user.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { answerTo, headerIn, requestOf, type RequestParts } from '../phones/gateway-words';

export interface ScriptedGateway {
  readonly url: string;
  /** What came in, oldest first; probes and keep-alives are left out. */
  readonly received: readonly string[];
  /** When each REGISTER came, in ms since the epoch. */
  readonly registers: readonly number[];
  /** Answers a REGISTER. */
  onRegister: (request: string) => string;
  /** Answers another request: the messages to send, in order. ACK is asked as well. */
  onRequest: (request: string) => readonly string[];
  /** Sends a text frame, or a binary one, to the newest phone; waits for one. */
  send: (message: string | Uint8Array) => Promise<void>;
  /** Sends a request to the phone's Contact; returns it. */
  readonly request: (parts: Omit<RequestParts, 'target'>) => Promise<string>;
  /** The first message received, read or not yet come, for which `wanted` is true; rejects after `ms`. */
  readonly next: (wanted: (text: string) => boolean, what: string, ms?: number) => Promise<string>;
  /** The final answer to this request. */
  readonly answer: (request: string, ms?: number) => Promise<string>;
  readonly close: () => Promise<void>;
}

const textOf = (data: RawData): string =>
  (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer)).toString('utf8');

/** 200 with the phone's own Contact for 300 s. */
export const registered = (request: string): string =>
  answerTo(request, '200 OK', {
    headers: [`Contact: ${headerIn(request, 'Contact').replace(/;expires=\d+/, '')};expires=300`],
  });

/** 200 to what ends a call; nothing to an INVITE. */
export const usual = (request: string): readonly string[] =>
  /^(?:ACK|INVITE) /.test(request) ? [] : [answerTo(request, '200 OK')];

/** Opens one on a free port of 127.0.0.1. */
export async function openScriptedGateway(): Promise<ScriptedGateway> {
  const server = createServer();
  const sockets = new WebSocketServer({ server, handleProtocols: () => 'sip' });
  const received: string[] = [];
  const registers: number[] = [];
  const waits = new Set<() => void>();
  let newest: WebSocket | null = null;
  let contact: string | null = null;
  const stir = (): void => {
    for (const look of [...waits]) look();
  };
  const until = <T>(look: () => T | undefined, what: string, ms: number): Promise<T> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waits.delete(check);
        reject(
          new Error(`waited ${ms} ms for ${what}; got:\n${received.map((text) => text.split('\r\n')[0]).join('\n')}`),
        );
      }, ms);
      const check = (): void => {
        const found = look();
        if (found === undefined) return;
        clearTimeout(timer);
        waits.delete(check);
        resolve(found);
      };
      waits.add(check);
      check();
    });

  sockets.on('connection', (socket) => {
    newest = socket;
    socket.on('message', (data) => {
      const text = textOf(data);
      if (text.trim() === '') return;
      if (text.startsWith('OPTIONS ')) {
        socket.send(answerTo(text, '200 OK'));
        return;
      }
      received.push(text);
      if (text.startsWith('REGISTER ')) {
        registers.push(Date.now());
        contact = /<([^>]+)>/.exec(headerIn(text, 'Contact'))?.[1] ?? null;
        socket.send(gateway.onRegister(text));
      } else if (!text.startsWith('SIP/2.0 ')) for (const answer of gateway.onRequest(text)) socket.send(answer);
      stir();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const next: ScriptedGateway['next'] = (wanted, what, ms = 10_000) => until(() => received.find(wanted), what, ms);
  const gateway: ScriptedGateway = {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received,
    registers,
    onRegister: registered,
    onRequest: usual,
    send: async (message) => {
      const socket = await until(() => newest ?? undefined, 'a phone', 10_000);
      socket.send(message);
    },
    request: async (parts) => {
      const target = await until(() => contact ?? undefined, 'a REGISTER', 10_000);
      const request = requestOf({ ...parts, target });
      await gateway.send(request);
      return request;
    },
    next,
    answer: (request, ms) => {
      const [callId, cseq] = ['Call-ID', 'CSeq'].map((name) => headerIn(request, name));
      return next(
        (text) =>
          /^SIP\/2\.0 [2-6]/.test(text) && headerIn(text, 'Call-ID') === callId && headerIn(text, 'CSeq') === cseq,
        `an answer to ${cseq ?? ''}`,
        ms,
      );
    },
    close: async () => {
      for (const client of sockets.clients) client.terminate();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return gateway;
}
