/** A tunnel through an HTTP proxy (RFC 9110 section 9.3.6). What is sent through it is ours to protect: the TLS to the server is made inside, as without a proxy. */
import { request as httpRequest, type ClientRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { bundledAuthorities } from '../base/authorities';
import type { Hop } from './proxy-route';
import { errorCode } from '../../contracts/base/error-code';

export type TunnelOutcome =
  | { readonly ok: true; readonly socket: Socket }
  /** `code`: Node's; `reached`: the proxy itself was spoken to. `status`: what it answered, 0 for none. */
  | {
      readonly ok: false;
      readonly reached: boolean;
      readonly status: number;
      readonly code: string;
      readonly asksBasic: boolean;
    };

export interface Tunnel {
  readonly done: Promise<TunnelOutcome>;
  readonly stop: () => void;
}

/** Opens one to `target` (`host:port`). `authorization`: the value of Proxy-Authorization, which the proxy alone sees. */
export function openTunnel(
  proxy: Extract<Hop, { kind: 'proxy' }>,
  target: string,
  authorization: string | null,
  authorities: readonly string[] = bundledAuthorities(),
): Tunnel {
  let sent: ClientRequest | null = null;
  const done = new Promise<TunnelOutcome>((resolve) => {
    const failed = (reached: boolean, status: number, code: string, asksBasic = false): void => {
      resolve({ ok: false, reached, status, code, asksBasic });
      sent?.destroy();
    };
    sent = (proxy.tls ? httpsRequest : httpRequest)({
      host: proxy.host,
      port: proxy.port,
      method: 'CONNECT',
      path: target,
      agent: false,
      headers: {
        host: target,
        'user-agent': 'Ringfence',
        ...(authorization === null ? {} : { 'proxy-authorization': authorization }),
      },
      ...(proxy.tls ? { ca: [...authorities], rejectUnauthorized: true } : {}),
    });
    sent.on('connect', (answer, socket, head) => {
      const status = answer.statusCode ?? 0;
      if (status >= 200 && status < 300 && head.length === 0) {
        resolve({ ok: true, socket });
        return;
      }
      socket.destroy();
      const challenges = answer.headers['proxy-authenticate'] ?? [];
      const asksBasic = [challenges].flat().some((each) => /(?:^|,)\s*basic(?:\s|$)/i.test(each));
      failed(true, status, status >= 200 && status < 300 ? 'PROXY_SPOKE_FIRST' : `PROXY_${status}`, asksBasic);
    });
    // Answered as if it were a request for a page.
    sent.on('response', ({ statusCode }) => failed(true, statusCode ?? 0, `PROXY_${statusCode ?? 0}`));
    sent.on('error', (error) => {
      const code = errorCode(error) ?? '';
      failed(false, 0, /^[A-Z0-9_]{1,60}$/.test(code) ? code : 'unknown');
    });
    sent.end();
  });
  return { done, stop: () => sent?.destroy() };
}
