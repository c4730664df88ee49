/** The proxy of an office: it relays CONNECT to where a test says, may want a password, and notes who asked for what. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

export interface OfficeProxy {
  readonly port: number;
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** `host:port` of each CONNECT, and the value of its Proxy-Authorization, from the first. */
  readonly asked: { readonly target: string; readonly authorization: string | null }[];
  readonly close: () => Promise<void>;
}

export interface OfficeProxyRules {
  /** Where a target is to be found: a port of 127.0.0.1; null: the proxy answers 502. */
  readonly route: (target: string) => number | null;
  /** Who may pass; left out: everybody. */
  readonly password?: { readonly user: string; readonly password: string };
  /** Answered to CONNECT in place of 200: a status line and headers. */
  readonly refuses?: string;
}

/** Opens one on a free port of 127.0.0.1. */
export async function openOfficeProxy({ route, password, refuses }: OfficeProxyRules): Promise<OfficeProxy> {
  const asked: { target: string; authorization: string | null }[] = [];
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };
  const wanted =
    password === undefined ? null : `Basic ${Buffer.from(`${password.user}:${password.password}`).toString('base64')}`;
  const server = createServer((_request, response) => void response.writeHead(400).end());
  server.on('connection', keep);
  server.on('connect', (request, near: Socket) => {
    const target = request.url ?? '';
    const authorization = request.headers['proxy-authorization'] ?? null;
    asked.push({ target, authorization });
    const answer = (head: string): void =>
      void near.end(`HTTP/1.1 ${head}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    if (wanted !== null && authorization !== wanted) {
      answer('407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="office"');
      return;
    }
    if (refuses !== undefined) {
      answer(refuses);
      return;
    }
    const port = route(target);
    if (port === null) {
      answer('502 Bad Gateway');
      return;
    }
    const far = keep(connect(port, '127.0.0.1', () => near.write('HTTP/1.1 200 Connection established\r\n\r\n')));
    far.on('close', () => near.destroy());
    near.on('close', () => far.destroy());
    near.pipe(far);
    far.pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    asked,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
