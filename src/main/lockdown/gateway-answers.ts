/** What a server's HTTP answer to the upgrade of a WebSocket means to a person. Nothing that it said is repeated but its status. */
import { skewSentence } from '../../contracts/base/clock-skew';
import { fail, type Failure } from '../../contracts/base/result';

/** Why a gateway refused a token, from its HTTP answer at `now` (ms since the epoch); null when it was no refusal of the token. */
export function refusalOf(status: number, date: string | undefined, now: number): Failure | null {
  if (status !== 401 && status !== 403) return null;
  const details = `HTTP ${status} to the WebSocket upgrade`;
  const skew = date === undefined ? null : skewSentence(now - Date.parse(date));
  if (skew !== null) return fail('clock-skewed', skew, 'check-clock', { details }).failure;
  return fail(
    'provider-refused',
    'The gateway refused the token. Check that it has the key, the issuer and the audience of this profile.',
    'open-keys',
    { details },
  ).failure;
}

/** Longer than this a gateway is not left alone whatever it says, ms. */
const RETRY_AFTER_AT_MOST_MS = 30 * 60_000;

/** Milliseconds that a Retry-After asks for at `now`: seconds, or an HTTP date (RFC 9110 section 10.2.3); undefined when it says nothing usable. */
export function retryAfterOf(value: string | undefined, now: number): number | undefined {
  const text = (value ?? '').trim();
  const ms = /^\d+/.test(text) ? Number.parseInt(text, 10) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) || ms <= 0 ? undefined : Math.min(ms, RETRY_AFTER_AT_MOST_MS);
}

const isWebPage = (contentType: string | undefined): boolean =>
  /^\s*(?:text\/html|application\/xhtml)/i.test(contentType ?? '');

const words = (status: number, contentType: string | undefined): readonly [string, Failure['action']] => {
  if (status === 407)
    return [
      'The proxy of this network wants a user name and a password (HTTP 407), and lets no call through without.',
      'retry',
    ];
  if (status >= 300 && status < 400)
    return [
      `The gateway's address points to another page (HTTP ${status}) instead of a WebSocket. If this network wants you to sign in, do that in a browser; else check the gateway's URL.`,
      'open-profiles',
    ];
  if (status === 429) return ['The gateway was asked too often (HTTP 429). Ringfence tries again.', 'retry'];
  if (status === 502 || status === 504)
    return [
      `A server in front of the gateway answers, and does not reach the gateway itself (HTTP ${status}). The gateway's admin has to look into it.`,
      'retry',
    ];
  if (status === 503)
    return ['The gateway takes no connections now (HTTP 503): it is busy, or being worked on.', 'retry'];
  if (status >= 500) return [`The gateway has trouble of its own (HTTP ${status}). Ringfence tries again.`, 'retry'];
  if (isWebPage(contentType))
    return [
      `A web page (HTTP ${status}) answers in place of the gateway. If this network wants you to sign in, do that in a browser; else check the path of the gateway's URL.`,
      'open-profiles',
    ];
  return [
    `The gateway answers with HTTP ${status} instead of a WebSocket. Check the path of its URL.`,
    'open-profiles',
  ];
};

/** True for an answer that whoever asks gets, with a token or without: somebody on the way, or trouble that passes. */
export const isForEverybody = (status: number, contentType: string | undefined): boolean =>
  (status >= 300 && status < 400) ||
  status === 407 ||
  status === 429 ||
  status >= 500 ||
  (status === 200 && isWebPage(contentType));

/** Any answer that is no WebSocket and no refusal of the token. */
export function otherAnswer(status: number, contentType: string | undefined): Failure {
  const [sentence, action] = words(status, contentType);
  return fail(status === 407 ? 'proxy-refused' : 'gateway-unavailable', sentence, action, {
    details: `HTTP ${status} to the WebSocket upgrade`,
  }).failure;
}
