/** One request and its answer over HTTPS, within hard limits. No redirect is followed, nothing is decompressed, no connection is kept. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { bundledAuthorities } from '../base/authorities';
import type { Clock } from '../base/clock';
import { tlsCodeOf } from './tls-codes';
import { DIRECT, type Route } from './proxy-route';
import { openTunnel } from './tunnel';
import { errorCode } from '../../contracts/base/error-code';

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
  | { readonly kind: 'slow' | 'long' | 'encoded' }
  | { readonly kind: 'broken'; readonly code: string }
  /** Between us and the server: 407 and the like, or a proxy that can't be reached (status 0). `asksBasic`: a name and a password would do. */
  | {
      readonly kind: 'proxy';
      readonly proxy: string;
      readonly status: number;
      readonly code: string;
      readonly asksBasic: boolean;
    };

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
  const code = errorCode(error);
  // Never the message itself: it may repeat what was sent.
  if (code !== null && error instanceof Error && /^(?:EPROTO$|ERR_SSL_)/.test(code))
    return tlsCodeOf(error.message) ?? code;
  return typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code) ? code : 'unknown';
};

/** TLS to the server itself, through a proxy's tunnel: checked as it is without one. */
function inside(socket: Socket, url: URL, authorities: readonly string[] | undefined): TLSSocket {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return connectTls({
    socket,
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ALPNProtocols: ['http/1.1'],
    ca: [...(authorities ?? bundledAuthorities())],
    rejectUnauthorized: true,
  });
}

export interface ExchangeOptions {
  /** PEM certificates to trust; left out: those that come with Node. */
  readonly authorities?: readonly string[] | undefined;
  /** What is left of the time. */
  readonly withinMs?: number;
  /** The way there; left out: straight. */
  readonly route?: Route;
  /** The value of Proxy-Authorization for a proxy (`host:port`), or null. */
  readonly proxyAuthorization?: (proxy: string) => string | null;
}

/** Never rejects. */
export async function exchange(wire: WireRequest, clock: Clock, options: ExchangeOptions = {}): Promise<WireOutcome> {
  const { authorities, withinMs = EXCHANGE_TIME_MS, route = DIRECT, proxyAuthorization = () => null } = options;
  const beganAt = clock.monotonic();
  const left = (): number => Math.max(withinMs - (clock.monotonic() - beganAt), 0);
  let problem: WireProblem = { kind: 'proxy', proxy: '', status: 0, code: 'PROXY_KIND', asksBasic: false };
  for (const hop of route) {
    if (hop.kind === 'direct') return exchangeOver(wire, clock, authorities, left(), null);
    const name = `${hop.host}:${hop.port}`;
    const target = `${wire.url.hostname}:${wire.url.port === '' ? 443 : wire.url.port}`;
    const tunnel = openTunnel(hop, target, proxyAuthorization(name), authorities);
    let cancel = (): void => undefined;
    const late = new Promise<'late'>((resolve) => (cancel = clock.after(left(), () => resolve('late'))));
    const opened = await Promise.race([tunnel.done, late]);
    cancel();
    if (opened === 'late') {
      tunnel.stop();
      return { ok: false, problem: { kind: 'slow' } };
    }
    if (opened.ok) return exchangeOver(wire, clock, authorities, left(), opened.socket);
    const { status, code, asksBasic, reached } = opened;
    problem = { kind: 'proxy', proxy: name, status, code, asksBasic };
    // A proxy that answers has decided; the next one is for a proxy that is not there.
    if (reached) break;
  }
  return { ok: false, problem };
}

/** Over this connection to the server, or a new one. */
function exchangeOver(
  wire: WireRequest,
  clock: Clock,
  authorities: readonly string[] | undefined,
  withinMs: number,
  through: Socket | null,
): Promise<WireOutcome> {
  return new Promise((resolve) => {
    const sentAt = Math.floor(clock.wall());
    const startedAt = clock.monotonic();
    const options: RequestOptions = {
      method: wire.method,
      // No pool: a key's connection is used once.
      ...(through === null ? { agent: false } : { createConnection: () => inside(through, wire.url, authorities) }),
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
