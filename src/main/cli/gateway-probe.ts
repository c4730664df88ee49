/** Whether something answers at an address: one WebSocket upgrade (RFC 6455 section 4.1) or one GET, without any token, key or cookie. */
import { randomBytes } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { bundledAuthorities } from '../base/authorities';
import type { Clock } from '../base/clock';
import { errorCode } from '../../contracts/base/error-code';

/** From the first byte sent to the first one read, ms. */
export const PROBE_TIME_MS = 5_000;

export type ProbeOutcome =
  /** `aheadMs`: our clock minus theirs, to a second; null: no `Date` header, as after an upgrade. */
  | { readonly reached: true; readonly status: number; readonly aheadMs: number | null; readonly tookMs: number }
  /** `code`: `slow`, or a code of Node (`ECONNREFUSED`, `CERT_HAS_EXPIRED`). */
  | { readonly reached: false; readonly code: string };

export type Probe = (url: string) => Promise<ProbeOutcome>;

const codeOf = (error: unknown): string => {
  const code = errorCode(error);
  return code !== null && /^[A-Z0-9_]{1,60}$/.test(code) ? code : 'unknown';
};

/** `authorities`: PEM certificates to trust; null: those that come with Node. The probe takes ws, wss, http and https, goes straight there (no proxy), and never rejects. */
export function createProbe(clock: Clock, authorities: readonly string[] | null): Probe {
  return (address) =>
    new Promise((resolve) => {
      const url = new URL(address);
      const upgrades = url.protocol.startsWith('ws');
      url.protocol = url.protocol.replace(/^ws/, 'http');
      const began = clock.monotonic();
      const headers = upgrades
        ? {
            connection: 'Upgrade',
            upgrade: 'websocket',
            'sec-websocket-key': randomBytes(16).toString('base64'),
            'sec-websocket-version': '13',
            'sec-websocket-protocol': 'sip',
            'user-agent': 'Ringfence',
          }
        : { 'user-agent': 'Ringfence' };
      const options = { agent: false, headers, ca: [...(authorities ?? bundledAuthorities())] };
      const sent = url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options);
      const end = (outcome: ProbeOutcome): void => {
        cancel();
        resolve(outcome);
        sent.destroy();
      };
      const cancel = clock.after(PROBE_TIME_MS, () => end({ reached: false, code: 'slow' }));
      const answered = ({ statusCode, headers: { date } }: IncomingMessage): void => {
        const theirs = Date.parse(date ?? '');
        end({
          reached: true,
          status: statusCode ?? 0,
          aheadMs: Number.isNaN(theirs) ? null : clock.wall() - theirs,
          tookMs: Math.round(clock.monotonic() - began),
        });
      };
      sent.on('response', answered);
      sent.on('upgrade', answered);
      // Also what comes after the end, when the socket is torn down.
      sent.on('error', (error) => end({ reached: false, code: codeOf(error) }));
      sent.end();
    });
}
