/**
 * What may leave the windows, and what is added to it. One listener for each webRequest event of the session, both here: Electron keeps only the
 * last one that was set.
 */
import type { Session } from 'electron';
import type { AnyGrant } from '../../contracts/profile/grant';
import type { Profile } from '../../contracts/profile/profile';
import type { Failure } from '../../contracts/base/result';
import { challengeBlamesAnotherThing } from '../../contracts/base/token-complaint';
import { APP_ORIGIN } from './app-protocol';
import { certificateFailure, type SeenCertificate } from './certificates';
import { unreachableFailure, type Look } from './unreachable-gateway';
import { isForEverybody, otherAnswer, refusalOf, retryAfterOf } from './gateway-answers';

export interface GatewayRequests {
  /** The gateways of these profiles may be reached from now on, and where the newest grants lead; nothing else. */
  readonly allow: (profiles: readonly Pick<Profile, 'gatewayUrl'>[]) => void;
  /** A grant was made: where it leads may be reached. Its token is kept if the grant is `main-injected`; null: it has none. */
  readonly keep: (grant: AnyGrant, token: string | null) => void;
  /** The same for a test of the connection: its token is added to one upgrade alone, and what becomes of that is told with the test's id. */
  readonly keepForTest: (testId: string, grant: AnyGrant, token: string | null) => void;
  readonly forgetTest: (testId: string) => void;
  /** Drops the tokens of a profile, and where its grants led. */
  readonly forget: (profileId: string) => void;
  /** Whether a window may send this request. */
  readonly isAllowed: (url: string) => boolean;
  /** Whether main itself may ask there, to show a proxy its password. */
  readonly isForProxy: (url: string) => boolean;
  /** The value of `Authorization` for a WebSocket upgrade to `url`, or null. */
  readonly authorizationFor: (url: string) => string | null;
  /**
   * A gateway answered an upgrade with an HTTP status other than 101; the page itself sees close code 1006 only. `date` is its Date header,
   * `retryAfter` its Retry-After, `contentType` its Content-Type, `challenge` its WWW-Authenticate.
   */
  readonly answered: (
    status: number,
    date: string | undefined,
    url: string,
    retryAfter?: string,
    contentType?: string,
    challenge?: string,
  ) => void;
  /** A gateway's certificate was refused with Chromium's `error`. */
  readonly certificateRefused: (url: string, error: string, certificate: SeenCertificate) => void;
  /** A connect ended without a WebSocket, after what the two above have told or without a word. */
  readonly broken: (url: string) => void;
}

/** Whose token it was; `testId` when it was made for a test of the connection. */
export type GrantName = Pick<AnyGrant, 'profileId' | 'purpose'> & { readonly testId?: string };

/** For so long a gateway that is tried again and again is not looked at anew, ms. */
const LOOK_AGAIN_MS = 3_000;
/** No profile has such an id. */
const testKey = (testId: string): string => `.test ${testId}`;

const httpsOrigin = (url: string): string => `${targetOf(url)?.origin.replace(/^ws/, 'http') ?? ''}/`;

const targetOf = (url: string): { readonly origin: string; readonly path: string } | null => {
  try {
    const { protocol, host, pathname } = new URL(url);
    return { origin: `${protocol}//${host}`, path: pathname };
  } catch {
    return null;
  }
};

/** The decisions, without Electron. `now` gives milliseconds since the epoch; `onUnusable` hears why a gateway did not take a token, or what is wrong with its certificate; `onAnswered` of every answer to an upgrade that is none, and whether it says itself what is wrong with the token, and not its key; `look` finds out why an https address can't be reached; `onProxyPassword` hears that a proxy on the way to one wants a password. */
export function createGatewayRequests(
  now: () => number,
  onUnusable: (failure: Failure, about: GrantName | null) => void = () => undefined,
  onAnswered: (status: number, failure: Failure, about: GrantName | null, saysWhy: boolean) => void = () => undefined,
  look: ((address: string) => Promise<Look>) | null = null,
  onProxyPassword: (address: string) => void = () => undefined,
): GatewayRequests {
  /** Origins of which a word was told since the last connect ended. */
  const explained = new Set<string>();
  const looks = new Map<string, { readonly at: number; readonly found: Promise<Look> }>();
  /** What a look at this address finds, or the last one has just found. A test of the connection gets one of its own. */
  const lookOf = (url: string, isTest: boolean): Promise<Look> | null => {
    const target = targetOf(url);
    if (target === null || look === null) return null;
    const address = `${target.origin.replace(/^wss:/, 'https:')}${target.path}`;
    const last = looks.get(address);
    if (!isTest && last !== undefined && Math.abs(now() - last.at) < LOOK_AGAIN_MS) return last.found;
    const found = look(address);
    if (!isTest) looks.set(address, { at: now(), found });
    return found;
  };
  /** A test hears of it by its id; that the line is not there now is for the phone. */
  const tell = (
    failure: Failure,
    status: number,
    retryAfter: string | undefined,
    about: GrantName | null,
    saysWhy = false,
  ): void => {
    if (about?.testId !== undefined) onUnusable(failure, about);
    else onAnswered(status, { ...failure, retryAfterMs: retryAfterOf(retryAfter, now()) }, about, saysWhy);
  };
  const explain = (url: string): void => void explained.add(targetOf(url)?.origin ?? '');
  let gateways: ReadonlySet<string> = new Set();
  /** Where the newest grant of a profile and purpose leads to: a provider's answer may name another gateway than the profile. */
  const granted = new Map<string, { readonly origin: string; readonly path: string; readonly about: GrantName }>();
  /** Null: the next upgrade carries its token itself. */
  const tokens = new Map<
    string,
    {
      readonly url: string;
      readonly token: string | null;
      readonly expiresAt: number;
      readonly testId: string | undefined;
    }
  >();
  const isGateway = (origin: string): boolean =>
    gateways.has(origin) || [...granted.values()].some((each) => each.origin === origin);
  const aboutOf = (url: string): GrantName | null => {
    const target = targetOf(url);
    return (
      [...granted.values()].findLast((each) => each.origin === target?.origin && each.path === target.path)?.about ??
      null
    );
  };
  const keepAs = (key: string, about: GrantName, grant: AnyGrant, token: string | null): void => {
    // Set anew, so that the newest is last.
    tokens.delete(key);
    const target = targetOf(grant.url);
    granted.delete(key);
    if (target !== null) granted.set(key, { ...target, about });
    if (grant.purpose !== 'sip') return;
    const injected = grant.presentation.kind === 'main-injected' ? token : null;
    if (about.testId === undefined) {
      // The newest grant for a URL alone decides what is added to its upgrade: another line's token would open the flow as somebody else.
      for (const [each, { url, testId }] of tokens) {
        const kept = targetOf(url);
        if (testId === undefined && kept?.origin === target?.origin && kept?.path === target?.path) tokens.delete(each);
      }
      if (injected === null) return;
    }
    tokens.set(key, { url: grant.url, token: injected, expiresAt: grant.expiresAt, testId: about.testId });
  };
  return {
    allow: (profiles) => {
      gateways = new Set(profiles.flatMap(({ gatewayUrl }) => targetOf(gatewayUrl)?.origin ?? []));
    },
    keep: (grant, token) =>
      keepAs(
        `${grant.profileId} ${grant.purpose}`,
        { profileId: grant.profileId, purpose: grant.purpose },
        grant,
        token,
      ),
    keepForTest: (testId, grant, token) =>
      keepAs(testKey(testId), { profileId: grant.profileId, purpose: grant.purpose, testId }, grant, token),
    forgetTest: (testId) => {
      granted.delete(testKey(testId));
      tokens.delete(testKey(testId));
    },
    forget: (profileId) => {
      for (const key of granted.keys()) {
        if (!key.startsWith(`${profileId} `)) continue;
        granted.delete(key);
        tokens.delete(key);
      }
    },
    isAllowed: (url) => {
      const target = targetOf(url);
      return (
        target !== null && (target.origin === APP_ORIGIN || (/^wss?:/.test(target.origin) && isGateway(target.origin)))
      );
    },
    isForProxy: (url) => {
      const origin = targetOf(url)?.origin ?? '';
      return origin.startsWith('https:') && isGateway(origin.replace(/^https:/, 'wss:'));
    },
    authorizationFor: (url) => {
      const target = targetOf(url);
      if (target === null || !isGateway(target.origin)) return null;
      const fitting = [...tokens.values()].filter((each) => {
        const kept = targetOf(each.url);
        return kept !== null && kept.origin === target.origin && kept.path === target.path && each.expiresAt > now();
      });
      const newest = fitting.at(-1);
      // The line's own connects carry the line's own token.
      if (newest?.testId !== undefined) tokens.delete(testKey(newest.testId));
      return newest === undefined || newest.token === null ? null : `Bearer ${newest.token}`;
    },
    answered: (status, date, url, retryAfter, contentType, challenge) => {
      explain(url);
      if (status === 407) onProxyPassword(httpsOrigin(url));
      const about = aboutOf(url);
      const refusal = refusalOf(status, date, now());
      const failure = refusal ?? otherAnswer(status, contentType);
      // Which token is wrong is for a person to fix.
      if (refusal !== null && about?.testId === undefined) onUnusable(refusal, about);
      tell(failure, status, retryAfter, about, refusal !== null && challengeBlamesAnotherThing(challenge));
    },
    certificateRefused: (url, error, certificate) => {
      explain(url);
      onUnusable(certificateFailure(url, error, certificate, now()), aboutOf(url));
    },
    broken: (url) => {
      const origin = targetOf(url)?.origin;
      if (origin === undefined || explained.delete(origin) || look === null) return;
      // What is on this computer speaks ws: nothing is on the way to it. All else is a gateway's, or nobody's.
      if (!origin.startsWith('wss:') || !isGateway(origin)) return;
      // A test may be over, and forgotten, before the look is.
      const about = aboutOf(url);
      const told = lookOf(url, about?.testId !== undefined);
      void told?.then((found) => {
        const { host } = new URL(origin);
        if (found.kind === 'proxy-password') onProxyPassword(httpsOrigin(url));
        if (found.kind === 'answered' && isForEverybody(found.status, found.contentType)) {
          tell(otherAnswer(found.status, found.contentType), found.status, found.retryAfter, about);
          return;
        }
        const failure = unreachableFailure(host, found);
        if (failure !== null) onUnusable(failure, about);
      });
    },
  };
}

/** Puts the decisions into the session. `onRefused` hears the URL (with its query: redact it). */
export function guardRequests(
  session: Session,
  requests: GatewayRequests,
  onRefused: (url: string) => void,
  allowDevtools: boolean,
): void {
  session.webRequest.onBeforeRequest((details, answer) => {
    const allowed =
      requests.isAllowed(details.url) ||
      // Of no page, and without any content.
      (details.webContentsId === undefined && details.method === 'HEAD' && requests.isForProxy(details.url)) ||
      (allowDevtools && details.url.startsWith('devtools://'));
    if (!allowed) onRefused(details.url);
    answer({ cancel: !allowed });
  });
  session.webRequest.onBeforeSendHeaders(
    { urls: ['ws://*/*', 'wss://*/*'], types: ['webSocket'] },
    (details, answer) => {
      const authorization = requests.authorizationFor(details.url);
      answer(
        authorization === null ? {} : { requestHeaders: { ...details.requestHeaders, Authorization: authorization } },
      );
    },
  );
  session.webRequest.onHeadersReceived({ urls: ['ws://*/*', 'wss://*/*'], types: ['webSocket'] }, (details, answer) => {
    const header = (wanted: string): string | undefined =>
      Object.entries(details.responseHeaders ?? {}).find(([name]) => name.toLowerCase() === wanted)?.[1]?.[0];
    if (details.statusCode === 101) {
      answer({});
      return;
    }
    requests.answered(
      details.statusCode,
      header('date'),
      details.url,
      header('retry-after'),
      header('content-type'),
      header('www-authenticate'),
    );
    // Ended here, which the page sees as it sees every refusal. An older Electron dies of going on: a challenge (`401 Basic`, a proxy's 407) ends its
    // main process (electron#48505), and no newer one is to answer a challenge with what it may know of a password.
    answer({ cancel: true });
  });
  session.webRequest.onErrorOccurred({ urls: ['ws://*/*', 'wss://*/*'], types: ['webSocket'] }, ({ url }) =>
    requests.broken(url),
  );
}
