/** A server that answers every request with the bytes that a test chooses, as a gateway's front, a proxy or a hotel's sign-in page does. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface AnsweringServer {
  /** `ws://127.0.0.1:PORT/ws`. */
  readonly url: string;
  /** What each further request gets: a status line and headers, without the empty line. */
  answer: string;
  /** The first lines of the requests. */
  readonly requests: string[];
  readonly close: () => Promise<void>;
}

/** Opens one on a free port of 127.0.0.1. */
export async function openAnsweringServer(answer: string): Promise<AnsweringServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let asked = '';
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      asked += chunk.toString('latin1');
      if (!asked.includes('\r\n\r\n')) return;
      opened.requests.push(asked.slice(0, asked.indexOf('\r\n')));
      socket.end(`${opened.answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const opened: AnsweringServer = {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`,
    answer,
    requests: [],
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return opened;
}
