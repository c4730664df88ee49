/** A TCP relay between the phone and its gateway that can let a connection die without a word, as a network does. */
import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';

export interface Relay {
  /** The gateway's URL, by way of the relay. */
  readonly url: string;
  /** From now on nothing passes on the connections that are open; new ones work. */
  readonly freeze: () => void;
  readonly close: () => Promise<void>;
}

/** Opens a relay on a free port of 127.0.0.1 to the gateway at this URL. */
export async function openRelay(gatewayUrl: string): Promise<Relay> {
  const target = new URL(gatewayUrl);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    const end = (): void => {
      for (const socket of [near, far]) {
        sockets.delete(socket);
        socket.destroy();
      }
    };
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', end).on('close', end);
    }
    near.pipe(far);
    far.pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the relay has no port');
  const url = new URL(gatewayUrl);
  url.port = String(address.port);
  return {
    url: url.href,
    freeze: () => {
      for (const socket of sockets) {
        socket.unpipe();
        socket.pause();
      }
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
