/** One request and its answer over HTTPS, within hard limits. No redirect is followed, nothing is decompressed, no connection is kept. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import type { LookupFunction } from 'node:net';
import { bundledAuthorities } from '../base/authorities';
import type { Clock } from '../base/clock';

/** From the first byte sent to the last one read, ms. */
export const EXCHANGE_TIME_MS = 10_000;
/** The longest answer where a request does not say otherwise, bytes. */
export const LARGEST_ANSWER = 65_536;

export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** https, or http to this computer: whoever calls has checked that. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** The longest answer that is read, bytes; left out: 64 kB. */
  readonly largest?: number;
}

export interface WireAnswer {
  readonly status: number;
  /** By name in lower case. */
  readonly header: (name: string) => string | undefined;
  readonly body: Uint8Array;
  /** Our clock, whole ms since the epoch. */
  readonly sentAt: number;
  readonly receivedAt: number;
}

/** Why there is no answer: too slow, too long, compressed, or a code of Node (`ECONNREFUSED`, `CERT_HAS_EXPIRED`). */
export type WireProblem =
  { readonly kind: 'slow' | 'long' | 'encoded' } | { readonly kind: 'broken'; readonly code: string };

export type WireOutcome =
  { readonly ok: true; readonly answer: WireAnswer } | { readonly ok: false; readonly problem: WireProblem };

/** `localhost` is this computer whatever a resolver says, as Chromium has it: a key goes there in clear. */
const thisComputer: LookupFunction = (_name, options, callback) => {
  if (options.all === true)
    callback(null, [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ]);
  else callback(null, '127.0.0.1', 4);
};

const codeOf = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  // Never the message: it may repeat what was sent.
  return typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code) ? code : 'unknown';
};

/** Never rejects. `authorities`: PEM certificates to trust; left out: those that come with Node. `withinMs`: what is left of the time. */
export function exchange(
  wire: WireRequest,
  clock: Clock,
  authorities?: readonly string[],
  withinMs = EXCHANGE_TIME_MS,
): Promise<WireOutcome> {
  return new Promise((resolve) => {
    const sentAt = Math.floor(clock.wall());
    const startedAt = clock.monotonic();
    const options: RequestOptions = {
      method: wire.method,
      // No pool: a key's connection is used once.
      agent: false,
      headers: {
        'accept-encoding': 'identity',
        'user-agent': 'Ringfence',
        ...(wire.body === null ? {} : { 'content-length': String(Buffer.byteLength(wire.body)) }),
        ...wire.headers,
      },
      ...(wire.url.hostname === 'localhost' ? { lookup: thisComputer } : {}),
      // Said here, since NODE_EXTRA_CA_CERTS in somebody's environment would add to the default.
      ca: [...(authorities ?? bundledAuthorities())],
      // Said here, since NODE_TLS_REJECT_UNAUTHORIZED=0 in somebody's environment would be believed otherwise.
      rejectUnauthorized: true,
    };
    const sent = (() => {
      try {
        return wire.url.protocol === 'https:' ? httpsRequest(wire.url, options) : httpRequest(wire.url, options);
      } catch (error) {
        return codeOf(error);
      }
    })();
    if (typeof sent === 'string') {
      resolve({ ok: false, problem: { kind: 'broken', code: sent } });
      return;
    }
    let isOver = false;
    const end = (outcome: WireOutcome): void => {
      if (isOver) return;
      isOver = true;
      cancel();
      resolve(outcome);
      sent.destroy();
    };
    const cancel = clock.after(withinMs, () => end({ ok: false, problem: { kind: 'slow' } }));
    const broken = (error: unknown): void => end({ ok: false, problem: { kind: 'broken', code: codeOf(error) } });

    const read = (message: IncomingMessage): void => {
      // Also when it ends before it is whole.
      message.on('error', broken);
      const header = (name: string): string | undefined => {
        const value = message.headers[name];
        return Array.isArray(value) ? value[0] : value;
      };
      const encoding = header('content-encoding')?.trim().toLowerCase() ?? '';
      if (encoding !== '' && encoding !== 'identity') {
        end({ ok: false, problem: { kind: 'encoded' } });
        return;
      }
      const chunks: Buffer[] = [];
      let length = 0;
      message.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > (wire.largest ?? LARGEST_ANSWER)) end({ ok: false, problem: { kind: 'long' } });
        else chunks.push(chunk);
      });
      message.on('end', () => {
        // Whatever somebody does to the wall clock meanwhile.
        const receivedAt = sentAt + Math.ceil(clock.monotonic() - startedAt);
        end({
          ok: true,
          answer: { status: message.statusCode ?? 0, header, body: Buffer.concat(chunks), sentAt, receivedAt },
        });
      });
    };
    sent.on('response', read);
    sent.on('error', broken);
    // A CONNECT or an upgrade that nobody asked for.
    sent.on('upgrade', (_message, socket) => {
      socket.destroy();
      broken(null);
    });
    sent.end(wire.body ?? undefined);
  });
}
