/**
 * The door: HTTP on 127.0.0.1 that knows one thing, the upgrade to a SIP WebSocket (RFC 7118 section 4, RFC 6455), and
 * opens it for a good token only (in the query, a header or a subprotocol; see presented-token.ts), or without one where the
 * token comes in SIP requests (see admission.ts).
 */
import { createServer, STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Authenticator, AuthRefusal, TokenIdentity } from './authenticator';
import type { Clock } from './clock';
import type { EventsSocket } from './events-socket';
import type { Log } from './log';
import { handshakeToken, offersSip, type PresentationRules } from './presented-token';
import { SIP_LIMITS } from './sip-message';

export interface HandshakeOptions {
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  readonly log: Log;
  readonly presentations: PresentationRules;
  /** Test only: true when this good token shall be refused all the same. */
  readonly refusesToken: () => boolean;
  /** `identity` is null for a socket that opened without a token. */
  readonly onSocket: (socket: WebSocket, identity: TokenIdentity | null) => void;
  /** Takes the upgrades that are not SIP's. */
  readonly events: EventsSocket;
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

/** Answers an upgrade whose token was refused. */
export function refuseToken(socket: Duplex, clock: Clock, reason: AuthRefusal): void {
  refuse(socket, clock, 401, reason, [`WWW-Authenticate: Bearer error="invalid_token", error_description="${reason}"`]);
}

/** An HTTP server that is not listening yet. */
export function createHandshakeServer(options: HandshakeOptions): Server {
  const { clock, log } = options;
  const opensWithout = options.presentations.accepts.has('bearer') || options.presentations.accepts.has('digest');
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
      refuseToken(socket, clock, reason);
    };
    if (!offersSip(request)) {
      refuse(socket, clock, 400, 'the subprotocol must be sip');
      return;
    }
    const presented = handshakeToken(request, options.presentations);
    const open = (identity: TokenIdentity | null): void =>
      sockets.handleUpgrade(request, socket, head, (opened) => options.onSocket(opened, identity));
    if (presented.kind === 'none' && opensWithout) open(null);
    else if (presented.kind !== 'token')
      denied(presented.kind === 'none' ? 'missing' : presented.kind === 'ambiguous' ? 'malformed' : presented.kind);
    else {
      const verified = await options.authenticator.verify(presented.token, clock.now());
      if (!verified.ok) denied(verified.failure);
      else if (options.refusesToken()) denied('fault');
      else if (!socket.destroyed) open(verified.value);
    }
  };

  const server = createServer((_, response) => {
    response.writeHead(426, { Upgrade: 'websocket', 'Sec-WebSocket-Protocol': 'sip', 'Content-Type': 'text/plain' });
    response.end('this is a SIP WebSocket');
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const taken = options.events.isFor(request)
      ? options.events.upgrade(request, socket, head)
      : upgrade(request, socket, head);
    taken.catch(() => socket.destroy());
  });
  return server;
}
