/** Times that a response asks us to keep to, in bounds. */
import type { WireMessage } from './sip-wire';

/** Min-SE of a response in s (RFC 4028 section 5); no more than a day. */
export function minSessionIn(response: WireMessage): number | null {
  const value = Number(/^\d{1,5}/.exec(response.headers('min-se')[0] ?? '')?.[0] ?? Number.NaN);
  return value > 0 && value <= 86_400 ? value : null;
}

/** Retry-After of a response in ms (RFC 3261 section 20.33), or null; no more than `atMostS` seconds. */
export function retryAfterIn(response: WireMessage, atMostS: number): number | null {
  const seconds = /^\d+/.exec(response.headers('retry-after')[0] ?? '')?.[0];
  return seconds === undefined ? null : Math.min(Number(seconds), atMostS) * 1000;
}
