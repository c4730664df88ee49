import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { Clock } from '../base/clock';
import { systemClock } from '../base/clock';
import { createProbe, PROBE_TIME_MS } from './gateway-probe';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
/** Answers its port. */
async function serve(
  onRequest: RequestListener,
  onUpgrade?: (request: IncomingMessage, answer: (text: string) => void) => void,
): Promise<number> {
  const server = createServer(onRequest);
  if (onUpgrade !== undefined)
    server.on('upgrade', (request: IncomingMessage, socket) => onUpgrade(request, (text) => socket.end(text)));
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

describe('a probe', () => {
  it('asks a gateway for a WebSocket, without anything that could be a credential', async () => {
    const seen: IncomingMessage[] = [];
    const port = await serve(
      () => undefined,
      (request, answer) => {
        seen.push(request);
        answer('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
      },
    );
    expect(await createProbe(systemClock, null)(`ws://127.0.0.1:${port}/ws?room=1`)).toMatchObject({
      reached: true,
      status: 101,
      aheadMs: null,
    });
    expect(seen.map(({ url }) => url)).toEqual(['/ws?room=1']);
    expect(Object.keys(seen[0]?.headers ?? {}).sort()).toEqual([
      'connection',
      'host',
      'sec-websocket-key',
      'sec-websocket-protocol',
      'sec-websocket-version',
      'upgrade',
      'user-agent',
    ]);
  });

  it('measures the clocks by the Date header of a refusal', async () => {
    const port = await serve((_request, response) =>
      response.writeHead(401, { date: new Date(1_000_000).toUTCString() }).end(),
    );
    const clock: Clock = { ...systemClock, wall: () => 1_090_000 };
    expect(await createProbe(clock, null)(`http://127.0.0.1:${port}/`)).toMatchObject({
      reached: true,
      status: 401,
      aheadMs: 90_000,
    });
  });

  it('says why there is no answer', async () => {
    const port = await serve(() => undefined);
    const [server] = servers.splice(0);
    await new Promise((resolve) => server?.close(resolve));
    expect(await createProbe(systemClock, null)(`ws://127.0.0.1:${port}/`)).toEqual({
      reached: false,
      code: 'ECONNREFUSED',
    });
  });

  it('gives up on a server that is silent', async () => {
    let tell = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const port = await serve(
      () => undefined,
      () => tell(),
    );
    const due: { ms: number; action: () => void }[] = [];
    const clock: Clock = {
      ...systemClock,
      after: (ms, action) => {
        due.push({ ms, action });
        return () => undefined;
      },
    };
    const probing = createProbe(clock, null)(`ws://127.0.0.1:${port}/`);
    await asked;
    expect(due.map(({ ms }) => ms)).toEqual([PROBE_TIME_MS]);
    due[0]?.action();
    expect(await probing).toEqual({ reached: false, code: 'slow' });
  });
});
