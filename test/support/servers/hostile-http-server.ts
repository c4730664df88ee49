/** A real HTTP(S) server on 127.0.0.1 that answers as a test tells it: the fakes of token servers stand on it, and can be told to misbehave. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { ServerCertificate } from '../../lab/certificates';

/** What came in, with its body as text; header names in lower case. */
export interface SeenRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Answer = (seen: SeenRequest, response: ServerResponse) => void;

export interface HttpServerUnderTest {
  /** `http://127.0.0.1:PORT` (or https, then by the name `localhost`), without a slash at the end. */
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** From now on this is answered instead; null: as usual. */
  readonly misbehave: (answer: Answer | null) => void;
  readonly close: () => Promise<void>;
}

const readAll = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8');
};

/** Starts it; with `shown` it speaks TLS with that certificate. */
export async function openHttpServer(usual: Answer, shown?: ServerCertificate): Promise<HttpServerUnderTest> {
  const requests: SeenRequest[] = [];
  let unusual: Answer | null = null;
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    response.on('error', () => undefined);
    void readAll(request).then(
      (body) => {
        const headers = Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
        );
        const seen: SeenRequest = { method: request.method ?? '', path: request.url ?? '', headers, body };
        requests.push(seen);
        (unusual ?? usual)(seen, response);
      },
      () => undefined,
    );
  };
  const server: Server =
    shown === undefined
      ? createServer(handle)
      : createTlsServer({ cert: await readFile(shown.certificate), key: await readFile(shown.key) }, handle);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: shown === undefined ? `http://127.0.0.1:${address.port}` : `https://localhost:${address.port}`,
    requests,
    misbehave: (answer) => {
      unusual = answer;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** JSON with this status. */
export function answerJson(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return answerText(status, JSON.stringify(value), headers);
}

/** The text as it is, said to be JSON unless the headers say something else. */
export function answerText(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return (_seen, response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
}

/** Megabytes without end in sight, of which no length was said; `onSent` hears how many bytes the other side took. */
export function answerHuge(totalBytes: number, onEnd: (sentBytes: number) => void): Answer {
  return (_seen, response) => {
    const chunk = Buffer.alloc(16_384, ' ');
    let sent = 0;
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = (): void => {
      while (sent < totalBytes) {
        sent += chunk.length;
        if (!response.write(chunk)) {
          response.once('drain', more);
          return;
        }
      }
      response.end();
    };
    response.on('close', () => onEnd(sent));
    more();
  };
}

/** One byte of a good answer; the next ones when `next` is called. */
export function answerBytewise(text: string): {
  readonly answer: Answer;
  readonly next: () => void;
  readonly hasBegun: () => boolean;
} {
  let open: ServerResponse | null = null;
  let at = 0;
  const next = (): void => {
    open?.write(text.slice(at, at + 1));
    at += 1;
  };
  return {
    answer: (_seen, response) => {
      open = response.writeHead(200, { 'content-type': 'application/json' });
      next();
    },
    next,
    hasBegun: () => open !== null,
  };
}

/** A hundred kilobytes that become a hundred megabytes. */
export function answerGzipBomb(): Answer {
  const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024, ' '));
  return (_seen, response) =>
    void response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb);
}

/** Part of an answer, then the line is cut. */
export function answerHalf(): Answer {
  return (_seen, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
    response.write('{"token":"x"', () => response.destroy());
  };
}
