/** The far end of a Phoenix channel (vsn 2.0.0) with one topic, well behaved or not. The npm client `phoenix` proves it in test/integration. */
import type { IncomingMessage, Server } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';

/** What it does wrong, changed at any time by the test. */
export interface PhoenixFaults {
  /** So many upgrades are refused with 403. */
  refuseUpgrades: number;
  /** So many joins are refused. */
  refuseJoins: number;
  /** The next so many connections are let in, and every join on them is refused: their tokens open the socket alone. */
  refuseConnections: number;
  /** Nothing is answered any more. */
  silent: boolean;
  /** Each event is sent twice. */
  duplicated: boolean;
  /** Events are held back and sent in reverse, so many at a time. */
  reordered: number;
}

export interface FakePhoenix {
  readonly faults: PhoenixFaults;
  /** The credential of each upgrade that was accepted, in order. */
  readonly accepted: readonly string[];
  /** How many upgrades were refused. */
  readonly refused: () => number;
  /** Connections that have joined the topic. */
  readonly joined: () => number;
  readonly joins: () => number;
  readonly heartbeats: () => number;
  /** Sends an event of the topic to all that joined. */
  readonly push: (event: string, payload: unknown) => void;
  /** Sends a text as it is. */
  readonly pushRaw: (text: string) => void;
  /** Sends what `reordered` holds back. */
  readonly flush: () => void;
  /** Cuts every connection. */
  readonly drop: () => void;
  /** The channel's process died: `phx_error`. */
  readonly crashChannel: () => void;
}

interface Connection {
  readonly socket: WebSocket;
  joinRef: string | null;
  readonly isRefused: boolean;
}

/** Puts it on an HTTP server at `path`. `admit` decides about the credential in `parameter`. */
export function servePhoenix(
  server: Server,
  {
    path,
    parameter,
    topic,
    admit,
  }: {
    readonly path: string;
    readonly parameter: string;
    readonly topic: string;
    readonly admit: (credential: string) => boolean;
  },
): FakePhoenix {
  const faults: PhoenixFaults = {
    refuseUpgrades: 0,
    refuseJoins: 0,
    refuseConnections: 0,
    silent: false,
    duplicated: false,
    reordered: 0,
  };
  const sockets = new WebSocketServer({ noServer: true });
  const connections = new Set<Connection>();
  const accepted: string[] = [];
  let held: [string, unknown][] = [];
  let refused = 0;
  let joins = 0;
  let heartbeats = 0;

  const frame = (
    ...parts: readonly [joinRef: string | null, ref: string | null, topic: string, event: string, payload: unknown]
  ): string => JSON.stringify(parts);
  const hear = (connection: Connection, text: string): void => {
    if (faults.silent) return;
    const [joinRef, ref, to, event] = JSON.parse(text) as [string | null, string | null, string, string, unknown];
    const reply = (status: 'ok' | 'error', response: unknown): void =>
      connection.socket.send(frame(joinRef, ref, to, 'phx_reply', { status, response }));
    if (to === 'phoenix' && event === 'heartbeat') {
      heartbeats += 1;
      reply('ok', {});
    } else if (to !== topic) reply('error', { reason: 'unmatched topic' });
    else if (event === 'phx_join') {
      joins += 1;
      if (faults.refuseJoins > 0 || connection.isRefused) {
        faults.refuseJoins = Math.max(0, faults.refuseJoins - 1);
        reply('error', { reason: 'not now' });
        return;
      }
      // A second join of a topic ends the one before.
      if (connection.joinRef !== null)
        connection.socket.send(frame(connection.joinRef, connection.joinRef, topic, 'phx_close', {}));
      connection.joinRef = joinRef;
      reply('ok', {});
    } else if (event === 'phx_leave') {
      connection.joinRef = null;
      reply('ok', {});
    }
  };

  server.on('upgrade', (request: IncomingMessage, socket, head) => {
    const url = new URL(request.url ?? '/', 'http://fake');
    const credential = url.searchParams.get(parameter) ?? '';
    const fits = url.pathname === path && url.searchParams.get('vsn') === '2.0.0';
    if (!fits || faults.refuseUpgrades > 0 || !admit(credential)) {
      faults.refuseUpgrades = Math.max(0, faults.refuseUpgrades - 1);
      refused += 1;
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      const connection: Connection = {
        socket: opened,
        joinRef: null,
        isRefused: faults.refuseConnections > 0,
      };
      faults.refuseConnections = Math.max(0, faults.refuseConnections - 1);
      connections.add(connection);
      accepted.push(credential);
      opened.on('message', (data) => hear(connection, (data as Buffer).toString('utf8')));
      opened.on('close', () => connections.delete(connection));
      opened.on('error', () => opened.terminate());
    });
  });

  const send = (event: string, payload: unknown): void => {
    for (const { socket, joinRef } of connections) {
      // A broadcast has no join_ref.
      if (joinRef !== null)
        for (let time = 0; time < (faults.duplicated ? 2 : 1); time += 1)
          socket.send(frame(null, null, topic, event, payload));
    }
  };
  const flush = (): void => {
    const sending = held.reverse();
    held = [];
    for (const [event, payload] of sending) send(event, payload);
  };
  return {
    faults,
    accepted,
    refused: () => refused,
    joined: () => [...connections].filter(({ joinRef }) => joinRef !== null).length,
    joins: () => joins,
    heartbeats: () => heartbeats,
    push: (event, payload) => {
      if (faults.silent) return;
      if (faults.reordered === 0) {
        send(event, payload);
        return;
      }
      held.push([event, payload]);
      if (held.length >= faults.reordered) flush();
    },
    pushRaw: (text) => {
      for (const { socket } of connections) socket.send(text);
    },
    flush,
    drop: () => {
      for (const { socket } of connections) socket.terminate();
    },
    crashChannel: () => {
      for (const connection of connections) {
        if (connection.joinRef === null) continue;
        connection.socket.send(frame(connection.joinRef, connection.joinRef, topic, 'phx_error', {}));
        connection.joinRef = null;
      }
    },
  };
}
