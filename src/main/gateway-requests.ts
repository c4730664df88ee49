/**
 * What may leave the windows, and what is added to it. One listener for each webRequest event of the session, both here: Electron keeps only the
 * last one that was set.
 */
import type { Session } from 'electron';
import type { Grant } from '../contracts/grant';
import type { Profile } from '../contracts/profile';
import { skewSentence } from '../contracts/clock-skew';
import { fail, type Failure } from '../contracts/result';
import { APP_ORIGIN } from './app-protocol';
import { certificateFailure, type SeenCertificate } from './certificates';

export interface GatewayRequests {
  /** Exactly the gateways of these profiles may be reached from now on. */
  readonly allow: (profiles: readonly Pick<Profile, 'gatewayUrl'>[]) => void;
  /** The newest token for a `main-injected` grant; others are not kept. */
  readonly keep: (grant: Grant, token: string) => void;
  /** Drops the tokens of a profile. */
  readonly forget: (profileId: string) => void;
  /** Whether a window may send this request. */
  readonly isAllowed: (url: string) => boolean;
  /** The value of `Authorization` for a WebSocket upgrade to `url`, or null. */
  readonly authorizationFor: (url: string) => string | null;
  /** A gateway answered an upgrade with an HTTP status other than 101; the page itself sees close code 1006 only. `date` is its Date header. */
  readonly answered: (status: number, date: string | undefined) => void;
  /** A gateway's certificate was refused with Chromium's `error`. */
  readonly certificateRefused: (url: string, error: string, certificate: SeenCertificate) => void;
}

/** Why a gateway refused a token, from its HTTP answer at `now` (ms since the epoch); null when it was no refusal of the token. */
export function refusalOf(status: number, date: string | undefined, now: number): Failure | null {
  if (status !== 401 && status !== 403) return null;
  const details = `HTTP ${status} to the WebSocket upgrade`;
  const skew = date === undefined ? null : skewSentence(now - Date.parse(date));
  if (skew !== null) return fail('clock-skewed', skew, 'check-clock', { details }).failure;
  return fail('provider-refused', 'The gateway refused the token. Check that it has the key, the issuer and the audience of this profile.', 'open-keys', { details }).failure;
}

const targetOf = (url: string): { readonly origin: string; readonly path: string } | null => {
  try {
    const { protocol, host, pathname } = new URL(url);
    return { origin: `${protocol}//${host}`, path: pathname };
  } catch {
    return null;
  }
};

/** The decisions, without Electron. `now` gives milliseconds since the epoch; `onUnusable` hears why a gateway did not take a token, or what is wrong with its certificate. */
export function createGatewayRequests(now: () => number, onUnusable: (failure: Failure) => void = () => undefined): GatewayRequests {
  let gateways: ReadonlySet<string> = new Set();
  const tokens = new Map<string, { readonly url: string; readonly token: string; readonly expiresAt: number }>();
  return {
    allow: (profiles) => {
      gateways = new Set(profiles.flatMap(({ gatewayUrl }) => targetOf(gatewayUrl)?.origin ?? []));
    },
    keep: (grant, token) => {
      const key = `${grant.profileId} ${grant.purpose}`;
      const place = targetOf(grant.url);
      // The newest grant for a URL alone decides what is added to its upgrade: another line's token would open the flow as somebody else.
      for (const [each, { url }] of tokens) {
        const kept = targetOf(url);
        if (each === key || (kept?.origin === place?.origin && kept?.path === place?.path)) tokens.delete(each);
      }
      if (grant.presentation.kind === 'main-injected') tokens.set(key, { url: grant.url, token, expiresAt: grant.expiresAt });
    },
    forget: (profileId) => {
      for (const key of tokens.keys()) if (key.startsWith(`${profileId} `)) tokens.delete(key);
    },
    isAllowed: (url) => {
      const target = targetOf(url);
      return target !== null && (target.origin === APP_ORIGIN || (/^wss?:/.test(target.origin) && gateways.has(target.origin)));
    },
    authorizationFor: (url) => {
      const target = targetOf(url);
      if (target === null || !gateways.has(target.origin)) return null;
      const fitting = [...tokens.values()].find((each) => {
        const kept = targetOf(each.url);
        return kept !== null && kept.origin === target.origin && kept.path === target.path && each.expiresAt > now();
      });
      return fitting === undefined ? null : `Bearer ${fitting.token}`;
    },
    answered: (status, date) => {
      const failure = refusalOf(status, date, now());
      if (failure !== null) onUnusable(failure);
    },
    certificateRefused: (url, error, certificate) => onUnusable(certificateFailure(url, error, certificate, now())),
  };
}

/** Puts the decisions into the session. `onRefused` hears the URL (with its query: redact it). */
export function guardRequests(session: Session, requests: GatewayRequests, onRefused: (url: string) => void, allowDevtools: boolean): void {
  session.webRequest.onBeforeRequest((details, answer) => {
    const allowed = requests.isAllowed(details.url) || (allowDevtools && details.url.startsWith('devtools://'));
    if (!allowed) onRefused(details.url);
    answer({ cancel: !allowed });
  });
  session.webRequest.onBeforeSendHeaders({ urls: ['ws://*/*', 'wss://*/*'], types: ['webSocket'] }, (details, answer) => {
    const authorization = requests.authorizationFor(details.url);
    answer(authorization === null ? {} : { requestHeaders: { ...details.requestHeaders, Authorization: authorization } });
  });
  session.webRequest.onHeadersReceived({ urls: ['ws://*/*', 'wss://*/*'], types: ['webSocket'] }, (details, answer) => {
    const [, date] = Object.entries(details.responseHeaders ?? {}).find(([name]) => name.toLowerCase() === 'date') ?? [];
    if (details.statusCode !== 101) requests.answered(details.statusCode, date?.[0]);
    answer({});
  });
}
