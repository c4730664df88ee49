/** TLS in front of a gateway that speaks ws://, as a reverse proxy does it: wss:// for the phone, the same gateway behind. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { ServerCertificate } from '../../lab/certificates';

export interface TlsFront {
  /** `wss://127.0.0.1:PORT/`. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Opens a front on a free port of 127.0.0.1 that shows this certificate. */
export async function openTlsFront(gatewayUrl: string, shown: ServerCertificate): Promise<TlsFront> {
  const target = new URL(gatewayUrl);
  const [cert, key] = await Promise.all([readFile(shown.certificate), readFile(shown.key)]);
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer({ cert, key }, (near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      keep(one);
      one.on('error', () => one.destroy()).on('close', () => other.destroy());
      one.pipe(other);
    }
  });
  server.on('connection', keep);
  // A phone that refuses the certificate ends the connection in the middle of the handshake.
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the front has no port');
  return {
    url: `wss://127.0.0.1:${address.port}/`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
