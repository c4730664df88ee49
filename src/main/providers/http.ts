/**
 * The one client through which main speaks to the systems that hand out tokens, with the rules for all of them: https (or this computer), the
 * profile's host and no other, no redirect, 10 s and 64 kB in all, no compression, content type and schema checked, `Retry-After` and
 * back-off, a breaker after a refused key. A single flight for each profile and purpose is the broker's.
 */
import { isLoopbackHost } from '../../contracts/base/loopback';
import type { Profile } from '../../contracts/profile/profile';
import type { ProviderConfig } from '../../contracts/profile/provider';
import { fail, ok, type Failure, type Result } from '../../contracts/base/result';
import type { Clock } from '../base/clock';
import type { KeyHandle } from '../keys/keys';
import { serverAheadMs } from './expiry';
import type { Expected } from './http-expected';
import { createPacing, retryAfterMs } from './http-pacing';
import { answerFailure, isUnknownIssuer, problemFailure, statusFailure } from './http-messages';
import { exchange, EXCHANGE_TIME_MS, type WireAnswer, type WireOutcome, type WireRequest } from './https-exchange';
import { routeTo } from './proxy-route';
import { parseStrictJson } from './strict-json';

/** What says who we are. With the profile's key, a 401 or 403 opens the breaker; with a short-lived token it does not. */
export type Credential =
  | {
      readonly kind: 'key';
      readonly key: KeyHandle;
      readonly headers: (keyText: string) => Readonly<Record<string, string>>;
      /** A JSON body that may hold the key; it goes in place of the request's `body`. */
      readonly json?: (keyText: string) => string;
    }
  | { readonly kind: 'token'; readonly headers: Readonly<Record<string, string>> };

export interface HttpRequest<T> {
  /** Its provider's address is the only host that is spoken to. */
  readonly profile: Profile;
  /** With the profile: what has a breaker and a back-off of its own. `sip`, `events`, `voice`, or an action such as `end_call`. */
  readonly purpose: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly credential: Credential;
  /** Beside those of the credential; names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: { readonly type: 'application/json' | 'application/sdp'; readonly text: string };
  readonly expected: Expected<T>;
  /** The longest answer that is read, bytes; left out: 64 kB, which is much for a token and little for a list. */
  readonly largest?: number;
  /** Tells more than the status does about a refusal: fixed sentences, chosen by codes of the body (JSON, or null). `base` is what it is without. */
  readonly explain?: (refusal: { readonly status: number; readonly body: unknown; readonly base: Failure }) => Failure;
}

export interface HttpAnswer<T> {
  readonly status: number;
  readonly value: T;
  /** The `Location` header, unread: never a place to send a key to. */
  readonly location: string | null;
  /** When it was asked, by our clock, ms since the epoch. */
  readonly sentAt: number;
  /** How far the server's clock is ahead of ours, ms; see `parseExpiry`. */
  readonly aheadMs: number;
}

export interface HttpClient {
  /** Asks once; never rejects. */
  readonly ask: <T>(request: HttpRequest<T>) => Promise<Result<HttpAnswer<T>>>;
  /** The admin acted (key changed, profile saved, [Test]): the breaker closes and the back-off ends for this profile. */
  readonly reset: (profileId: string) => void;
}

export interface HttpPorts {
  readonly clock: Clock;
  /** [0, 1), for jitter. */
  readonly random: () => number;
  /** PEM certificates of all authorities to trust, asked for once, when Node's own do not know a server's; null or left out: Node's own are all. */
  readonly authorities?: () => readonly string[] | null;
  /** Whether the windows' own store knows who issued a server's certificate; for a sentence alone, nobody is trusted for it. Left out: it is not asked. */
  readonly isKnownToWindows?: (origin: string) => Promise<boolean>;
  /** Where the computer's network settings send a request to this URL, in the words of a PAC script; left out: straight there. */
  readonly resolveProxy?: (url: string) => Promise<string>;
  /** What is known of the passwords that proxies want. */
  readonly proxyPasswords?: ProxyPasswords;
}

export interface ProxyPasswords {
  /** The value of Proxy-Authorization for a proxy (`host:port`), or null. */
  readonly authorizationFor: (proxy: string) => string | null;
  /** A proxy refused what it was given (`given`), or got nothing: whether there is another password now, of the keychain. */
  readonly another: (proxy: string, given: string | null) => Promise<boolean>;
}

/** `host[:port]` of the provider's server, the only one a profile's key may go to; null where the provider asks nobody. */
export function providerHost(provider: ProviderConfig): string | null {
  const address = 'baseUrl' in provider ? provider.baseUrl : 'url' in provider ? provider.url : null;
  return address !== null && URL.canParse(address) ? new URL(address).host : null;
}

/** What says who we are, and the texts that nobody else may see. */
interface Authorised {
  readonly headers: Readonly<Record<string, string>>;
  readonly json: string | null;
  readonly secrets: readonly string[];
}

async function authorise(credential: Credential): Promise<Result<Authorised>> {
  if (credential.kind === 'token')
    return ok({ headers: credential.headers, json: null, secrets: Object.values(credential.headers) });
  const opened = await credential.key.open();
  if (!opened.ok) return opened;
  if (opened.value.kind !== 'text')
    return fail(
      'key-unusable',
      'This system wants a key that is one line of text, and the key that was added is a private key. Add the one that the system gave out.',
      'open-keys',
    );
  return ok(
    opened.value.use((bytes) => {
      const keyText = Buffer.from(bytes).toString('utf8');
      return { headers: credential.headers(keyText), json: credential.json?.(keyText) ?? null, secrets: [keyText] };
    }),
  );
}

/** True where a text in the value holds one of the secrets. */
const echoes = (value: unknown, secrets: readonly string[]): boolean => {
  const text = JSON.stringify(value ?? null);
  return secrets.some((secret) => text.includes(JSON.stringify(secret).slice(1, -1)));
};

/** True where one of the secrets, or a part of it, could be in the text. */
const couldHold = (text: string, secrets: readonly string[]): boolean =>
  secrets.some((secret) => text.includes(secret) || secret.includes(text));

export function createHttpClient({
  clock,
  random,
  authorities = () => null,
  isKnownToWindows,
  resolveProxy,
  proxyPasswords,
}: HttpPorts): HttpClient {
  const pacing = createPacing(clock, random);
  let trusted: readonly string[] | undefined;

  /** A handshake that failed, and a proxy that refused, have got no key, so that it may be tried again. */
  const send = async (wire: WireRequest): Promise<WireOutcome> => {
    const startedAt = clock.monotonic();
    const route = await routeTo(wire.url, resolveProxy);
    let given: string | null = null;
    const once = (): Promise<WireOutcome> =>
      exchange(wire, clock, {
        authorities: trusted,
        route,
        withinMs: Math.max(EXCHANGE_TIME_MS - (clock.monotonic() - startedAt), 0),
        proxyAuthorization: (proxy) => (given = proxyPasswords?.authorizationFor(proxy) ?? null),
      });
    let outcome = await once();
    if (
      !outcome.ok &&
      outcome.problem.kind === 'proxy' &&
      outcome.problem.status === 407 &&
      outcome.problem.asksBasic
    ) {
      if ((await proxyPasswords?.another(outcome.problem.proxy, given)) === true) outcome = await once();
    }
    if (
      outcome.ok ||
      trusted !== undefined ||
      outcome.problem.kind !== 'broken' ||
      !isUnknownIssuer(outcome.problem.code)
    )
      return outcome;
    trusted = authorities() ?? undefined;
    return trusted === undefined ? outcome : once();
  };

  const refusalOf = <T>(
    request: HttpRequest<T>,
    host: string,
    answer: WireAnswer,
    secrets: readonly string[],
  ): Failure => {
    const base = statusFailure(host, request.profile.name, answer.status);
    if (request.explain === undefined) return base;
    const json = parseStrictJson(answer.body);
    const told = request.explain({ status: answer.status, body: json.ok ? json.value : null, base });
    // The sentences are our own; this holds even where an explanation lets a server's word through.
    const words = [told.sentence, ...(told.details ?? '').split(/[\s,]+/)];
    return words.some((word) => word.length >= 6 && couldHold(word, secrets)) ? base : told;
  };

  return {
    ask: async (request) => {
      const { profile, credential } = request;
      const failed = (failure: Failure) => ({ ok: false, failure }) as const;
      const host = providerHost(profile.provider);
      const url = URL.canParse(request.url) ? new URL(request.url) : null;
      const isSafe =
        url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname)));
      if (!isSafe || host === null || url.host !== host || url.username !== '' || url.password !== '') {
        return fail(
          'profile-invalid',
          `The provider of "${profile.name}" has no address that a key may be sent to. Write it as https://host.`,
          'open-profiles',
        );
      }
      const lane = `${profile.id} ${request.purpose}`;
      const fingerprint = credential.kind === 'key' ? credential.key.fingerprint : '';
      const standing = pacing.standing(lane, fingerprint);
      if (standing !== null) return failed(standing);

      const authorised = await authorise(credential);
      if (!authorised.ok) return authorised;
      const { headers, json, secrets } = authorised.value;
      const body = json === null ? request.body : ({ type: 'application/json', text: json } as const);
      const outcome = await send({
        method: request.method,
        url,
        headers: {
          accept: request.expected.accept,
          ...(body === undefined ? {} : { 'content-type': body.type }),
          ...request.headers,
          ...headers,
        },
        body: body?.text ?? null,
        ...(request.largest === undefined ? {} : { largest: request.largest }),
      });
      if (!outcome.ok) {
        const { problem } = outcome;
        const isOurs =
          problem.kind === 'broken' && isUnknownIssuer(problem.code) && (await isKnownToWindows?.(url.origin));
        return failed(
          problemFailure(host, isOurs === true ? { kind: 'broken', code: 'CERT_OF_WINDOWS_STORE' } : problem),
        );
      }
      const { answer } = outcome;
      const { status, sentAt } = answer;
      const aheadMs = serverAheadMs(answer.header('date'), sentAt, answer.receivedAt);
      if (status < 200 || status > 299) {
        const failure = refusalOf(request, host, answer, secrets);
        if (credential.kind === 'key' && (status === 401 || status === 403)) {
          pacing.refused(lane, fingerprint, failure);
          return failed(failure);
        }
        const isTrouble = status === 402 || status === 409 || status === 425 || status === 429 || status >= 500;
        return failed(
          isTrouble
            ? pacing.troubled(
                lane,
                status,
                failure,
                retryAfterMs(answer.header('retry-after'), answer.receivedAt + aheadMs),
              )
            : failure,
        );
      }
      pacing.succeeded(lane);
      const read = request.expected.read(answer);
      if (!read.ok) return failed(answerFailure(host, read.problem));
      // What is read here becomes a grant: a server that echoes the key must not bring it to a window that way.
      if (credential.kind === 'key' && echoes(read.value, secrets))
        return failed(answerFailure(host, 'it repeats the key'));
      return ok({ status, value: read.value, location: answer.header('location') ?? null, sentAt, aheadMs });
    },
    reset: (profileId) => pacing.reset(`${profileId} `),
  };
}
