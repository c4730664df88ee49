/** A system that nobody here has heard of: the admin says how to ask it, and where in its answer the token is. */
import type { Profile } from '../../contracts/profile/profile';
import { KEY_PLACEHOLDER } from '../../contracts/profile/literal-secrets';
import type { ProviderOf } from '../../contracts/profile/provider';
import { fail, ok, type Result } from '../../contracts/base/result';
import { z } from 'zod';
import { jwtExpiry, otherProvider, purposeUnknown, tokenText } from './answers';
import { readIceServers } from './answered-ice';
import { parseExpiry } from './expiry';
import type { HttpAnswer, HttpClient, HttpRequest } from './http';
import { expectJson, expectToken } from './http-expected';
import { readPointer } from './json-pointer';
import { fillPlaceholders } from './placeholders';
import { parseStrictJson } from './strict-json';
import type { Minted, TokenProvider } from './token-provider';

type Generic = ProviderOf<'generic-http'>;

/** What says how a request travels is not the admin's to say (RFC 9110 sections 7.6.1, 8.6; RFC 9112 section 6). */
const OURS: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'keep-alive',
  'proxy-authorization',
  'accept-encoding',
  'content-type',
]);

const sipText = z.string().min(1).max(300);
const gateway = z.string().max(500);

/** Seconds by their placeholder: the wanted life, and the epoch's now and then. */
type Seconds = Readonly<Record<'life' | 'now' | 'expiry', number>>;

/** Fills in every text of a JSON value; a text that is `{life}`, `{now}` or `{expiry}` alone becomes the number. Names of fields stay as they are. */
function fillJson(value: unknown, profile: Profile, seconds: Seconds, keyText: string): unknown {
  if (typeof value === 'string') {
    const alone = Object.entries(seconds).find(([name]) => value === `{${name}}`);
    const texts = Object.fromEntries(Object.entries(seconds).map(([name, number]) => [name, String(number)]));
    // The key goes where the template says so, and not where something that was filled in does.
    const parts = value.split(KEY_PLACEHOLDER).map((part) => fillPlaceholders(part, profile, texts));
    return alone?.[1] ?? parts.join(keyText);
  }
  if (Array.isArray(value)) return value.map((each) => fillJson(each, profile, seconds, keyText));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, fillJson(each, profile, seconds, keyText)]),
    );
  return value;
}

const unusable = (profile: Profile, problem: string): ReturnType<typeof fail> =>
  fail('profile-invalid', `"${profile.name}" can't ask for a token: ${problem}.`, 'open-profiles');

/** The body to send, once the key is known; null: none. */
function bodyOf(
  profile: Profile,
  { method, body }: Generic,
  seconds: Seconds,
): Result<((keyText: string) => string) | null> {
  if (body.trim() === '') return ok(null);
  if (method === 'GET') return unusable(profile, 'a GET has no body. Empty it, or choose POST');
  const template = parseStrictJson(Buffer.from(body, 'utf8'));
  return template.ok
    ? ok((keyText) => JSON.stringify(fillJson(template.value, profile, seconds, keyText)))
    : unusable(profile, 'its body is no JSON, or has a name twice in one object');
}

/** The headers of the admin, without the key; null where one is not the admin's to say, or comes twice. */
function headersOf({ headers }: Generic): readonly (readonly [string, string])[] | null {
  const named = headers.map(({ name, value }) => [name.toLowerCase(), value] as const);
  const names = new Set(named.map(([name]) => name));
  return names.size < named.length || [...names].some((name) => OURS.has(name)) ? null : named;
}

/** What the pointers lead to. The names of the fields are the form's, for the admin. */
function readAnswer(provider: Generic, answer: HttpAnswer<unknown>, lifeS: number): Result<Minted> {
  const at = (pointer: string): unknown => (pointer === '' ? undefined : readPointer(answer.value, pointer));
  const missing = (field: string, pointer: string): ReturnType<typeof fail> =>
    fail(
      'answer-invalid',
      `The answer has no usable ${field} at "${pointer.slice(0, 60)}". Check the pointer in the profile.`,
      'open-profiles',
    );

  const url = gateway.optional().safeParse(at(provider.gatewayUrl) ?? undefined);
  if (!url.success) return missing('gateway URL', provider.gatewayUrl);
  const ice = at(provider.iceServers) ?? undefined;

  const isPair = provider.username !== '';
  const token = tokenText.safeParse(at(provider.token));
  const username = sipText.safeParse(at(provider.username));
  const password = sipText.safeParse(at(provider.password));
  if (isPair && !username.success) return missing('user', provider.username);
  if (isPair && !password.success) return missing('password', provider.password);
  if (!isPair && !token.success) return missing('token', provider.token);

  const said =
    provider.expiresAt === '' ? ((token.success ? jwtExpiry(token.data) : undefined) ?? lifeS) : at(provider.expiresAt);
  if (said === undefined) return missing('expiry', provider.expiresAt);
  const expiresAt = parseExpiry(said, answer);
  if (!expiresAt.ok) return expiresAt;

  const facts = {
    issuedAt: answer.sentAt,
    expiresAt: expiresAt.value,
    ...(url.data === undefined || url.data === '' ? {} : { url: url.data }),
    ...(ice === undefined ? {} : { ice: readIceServers(ice) }),
  };
  if (isPair && username.success && password.success)
    return ok({ ...facts, kind: 'credentials', username: username.data, password: password.data });
  return token.success ? ok({ ...facts, kind: 'token', token: token.data }) : missing('token', provider.token);
}

/** The answer is the token; what else the pointers would say is the profile's own, or the token's. */
function readToken(answer: HttpAnswer<string>, lifeS: number): Result<Minted> {
  const expiresAt = parseExpiry(jwtExpiry(answer.value) ?? lifeS, answer);
  return expiresAt.ok
    ? ok({ kind: 'token', token: answer.value, issuedAt: answer.sentAt, expiresAt: expiresAt.value })
    : expiresAt;
}

/** Where the answer names no expiry, a JWT's own `exp` counts, else the life that was wanted. `now` in milliseconds since the epoch. */
export function createGenericHttp(http: HttpClient, now: () => number = Date.now): TokenProvider {
  return {
    prepare: () => Promise.resolve(),
    forget: () => undefined,
    mint: async ({ profile, purpose, lifeS }, key) => {
      const { provider } = profile;
      if (provider.kind !== 'generic-http') return otherProvider(profile);
      if (purpose !== 'sip') return purposeUnknown(profile, purpose);
      const at = Math.floor(now() / 1000);
      const body = bodyOf(profile, provider, { life: lifeS, now: at, expiry: at + lifeS });
      if (!body.ok) return body;
      const headers = headersOf(provider);
      if (headers === null) return unusable(profile, 'a header is there twice, or is one that Ringfence sets itself');
      const request: Omit<HttpRequest<unknown>, 'expected'> = {
        profile,
        purpose,
        method: provider.method,
        url: provider.url,
        credential: {
          kind: 'key',
          key,
          headers: (text) =>
            Object.fromEntries(headers.map(([name, value]) => [name, value.replaceAll(KEY_PLACEHOLDER, () => text)])),
          ...(body.value === null ? {} : { json: body.value }),
        },
      };
      if (provider.answer === 'token') {
        const told = await http.ask({ ...request, expected: expectToken });
        return told.ok ? readToken(told.value, lifeS) : told;
      }
      const asked = await http.ask({ ...request, expected: expectJson(z.unknown()) });
      return asked.ok ? readAnswer(provider, asked.value, lifeS) : asked;
    },
  };
}
