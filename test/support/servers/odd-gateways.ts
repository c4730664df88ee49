/** Gateways that fail a test of the connection at one step, each on a free port of 127.0.0.1. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { formatSipMessage, headerOf, parseSipMessage } from '../../../src/gateway/sip-message';
import { replyTo } from '../../../src/gateway/sip-reply';

export interface OddGateway {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** How a gateway is odd. */
export type Oddity =
  /** It refuses the upgrade by 401, and its clock is ten minutes ahead. */
  | 'clock-ahead'
  /** It challenges REGISTER for digest of the realm `other.example`. */
  | 'other-realm'
  /** It registers everybody, and answers nothing else. */
  | 'no-options';

/** Starts one. */
export async function openOddGateway(oddity: Oddity): Promise<OddGateway> {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'sip' });
  server.on('upgrade', (request, socket, head) => {
    if (oddity === 'clock-ahead') {
      socket.end(
        `HTTP/1.1 401 Unauthorized\r\nDate: ${new Date(Date.now() + 600_000).toUTCString()}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
      );
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      opened.on('message', (data) => {
        const message = parseSipMessage((data as Buffer).toString('utf8'));
        if (message.kind !== 'request' || message.method !== 'REGISTER') return;
        const contact = headerOf(message, 'Contact') ?? '';
        const answer =
          oddity === 'other-realm'
            ? replyTo(message, 401, {
                headers: [
                  {
                    name: 'WWW-Authenticate',
                    value: 'Digest realm="other.example", nonce="n1", algorithm=MD5, qop="auth"',
                  },
                ],
              })
            : replyTo(message, 200, {
                headers: [{ name: 'Contact', value: `${contact.replace(/;expires=\d+/, '')};expires=300` }],
              });
        opened.send(formatSipMessage(answer));
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      for (const client of sockets.clients) client.terminate();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
