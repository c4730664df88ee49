/**
 * The door: HTTP on 127.0.0.1 that knows one thing, the upgrade to a SIP WebSocket (RFC 7118 section 4, RFC 6455), and
 * opens it for a good token only (RFC 6750 in a header, or the query parameter `token`).
 */
import { createServer, STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Authenticator, AuthRefusal, TokenIdentity } from './authenticator';
import type { Clock } from './clock';
import type { Log } from './log';
import { SIP_LIMITS } from './sip-message';

export interface HandshakeOptions {
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  readonly log: Log;
  /** Test only: refuse every token. */
  readonly refusesAll: () => boolean;
  readonly onSocket: (socket: WebSocket, identity: TokenIdentity) => void;
}

/** The token of a request: null when there is none, `'ambiguous'` when it comes twice (RFC 6750 section 2). */
export function tokenOf(request: Pick<IncomingMessage, 'url' | 'headers'>): string | null {
  const query = new URLSearchParams((request.url ?? '').replace(/^[^?]*\??/, '')).getAll('token');
  const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const found = [...query, ...(bearer === undefined ? [] : [bearer])];
  return found.length > 1 ? 'ambiguous' : (found[0] ?? null);
}

function refuse(socket: Duplex, clock: Clock, status: number, word: string, headers: readonly string[] = []): void {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    // Lets the far end measure how far its clock is off.
    `Date: ${new Date(clock.now()).toUTCString()}`,
    'Connection: close',
    'Content-Type: text/plain',
    `Content-Length: ${Buffer.byteLength(word)}`,
    ...headers,
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${word}`);
}

const offersSip = (request: IncomingMessage): boolean =>
  (request.headers['sec-websocket-protocol'] ?? '').split(',').some((name) => name.trim().toLowerCase() === 'sip');

/** An HTTP server that is not listening yet. */
export function createHandshakeServer(options: HandshakeOptions): Server {
  const { clock, log } = options;
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: SIP_LIMITS.messageBytes,
    // Flows answer pings themselves, so that a test can make them silent.
    autoPong: false,
    handleProtocols: () => 'sip',
  });
  sockets.on('headers', (headers) => headers.push(`Date: ${new Date(clock.now()).toUTCString()}`));

  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const denied = (reason: AuthRefusal): void => {
      log(`handshake refused: ${reason}`);
      refuse(socket, clock, 401, reason, [`WWW-Authenticate: Bearer error="invalid_token", error_description="${reason}"`]);
    };
    if (!offersSip(request)) {
      refuse(socket, clock, 400, 'the subprotocol must be sip');
      return;
    }
    const verified = await options.authenticator.verify(tokenOf(request), clock.now());
    if (!verified.ok) {
      denied(verified.failure);
      return;
    }
    if (options.refusesAll()) {
      denied('signature');
      return;
    }
    if (socket.destroyed) return;
    sockets.handleUpgrade(request, socket, head, (open) => options.onSocket(open, verified.value));
  };

  const server = createServer((_, response) => {
    response.writeHead(426, { Upgrade: 'websocket', 'Sec-WebSocket-Protocol': 'sip', 'Content-Type': 'text/plain' });
    response.end('this is a SIP WebSocket');
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    upgrade(request, socket, head).catch(() => socket.destroy());
  });
  return server;
}
