/**
 * Sautikit: a token for each connect, with the gateway and ICE servers where its answer names them. Two generations of the endpoint:
 * `POST /v1/sip/token` without a body -> `{token, expires_at}`, and `POST /v1/webrtc/token` with a JSON body -> `{token, endpoint?, turnServer?,
 * expiresIn?}`. Both shapes are read from either.
 */
import { z } from 'zod';
import type { ProviderOf } from '../../contracts/profile/provider';
import { fail, ok, type Failure } from '../../contracts/base/result';
import { endpoint, expiryValue, jwtExpiry, otherProvider, purposeUnknown, tokenText } from './answers';
import { readIceServers } from './answered-ice';
import { parseExpiry } from './expiry';
import type { HttpClient, HttpRequest } from './http';
import { expectJson } from './http-expected';
import type { TokenProvider } from './token-provider';

const PATHS = { sip: '/v1/sip/token', webrtc: '/v1/webrtc/token' } as const;

const answer = z.object({
  token: tokenText,
  expires_at: expiryValue.nullish(),
  /** Seconds. */
  expiresIn: expiryValue.nullish(),
  endpoint: z.string().max(500).nullish(),
  /** `{iceServers}`, or the servers themselves. */
  turnServer: z.unknown().optional(),
});

/** Errors are `{error: {code, message, request_id}}`, or `{code, reason}`. Only the code is read: words of the server are shown nowhere. */
const error = z.union([
  z.object({ error: z.object({ code: z.string() }) }).transform(({ error }) => error.code),
  z.object({ code: z.string() }).transform(({ code }) => code),
]);

const explain: NonNullable<HttpRequest<unknown>['explain']> = ({ body, base }) => {
  const parsed = error.safeParse(body);
  const code = parsed.success ? parsed.data : '';
  const told = (reason: Failure['reason'], sentence: string, action: Failure['action'], shownCode = code): Failure =>
    fail(reason, sentence, action, { details: [base.details, shownCode].join(', ') }).failure;
  if (code === 'wallet.insufficient_funds')
    return told(
      'balance-exhausted',
      'The Sautikit wallet is empty: it makes no tokens until somebody tops it up. Top it up, then try again.',
      'retry',
    );
  if (code === 'webrtc.token.profile_pending')
    return told('not-ready', 'Sautikit is still setting up this line. It is tried again shortly.', 'retry');
  if (code === 'auth.token_expired')
    return told(
      'provider-refused',
      'Sautikit says that the key has expired. Make a new one there, and add it here.',
      'open-keys',
    );
  // What follows the dot is the server's own: not repeated.
  if (code.startsWith('api_key.'))
    return told(
      'provider-refused',
      'Sautikit does not take this key: it is unknown, withdrawn, or not allowed to make tokens. Add a good one.',
      'open-keys',
      'api_key',
    );
  return base;
};

const bodyOf = ({ clientName, role, tenantNumberId, phoneNumber }: ProviderOf<'sautikit'>): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries({
        client_name: clientName,
        role,
        tenant_number_id: tenantNumberId,
        phone_number: phoneNumber,
      }).filter(([, value]) => value !== ''),
    ),
  );

/** What its answer says of ICE servers, unread. */
const iceServersIn = (turnServer: unknown): unknown =>
  typeof turnServer === 'object' && turnServer !== null && 'iceServers' in turnServer
    ? turnServer.iceServers
    : turnServer;

/** Its tokens are opaque: neither issuer nor claims are looked at. */
export function createSautikit(http: HttpClient): TokenProvider {
  return {
    prepare: () => Promise.resolve(),
    forget: () => undefined,
    mint: async ({ profile, purpose, lifeS }, key) => {
      const { provider } = profile;
      if (provider.kind !== 'sautikit') return otherProvider(profile);
      if (purpose !== 'sip') return purposeUnknown(profile, purpose);
      const asked = await http.ask({
        profile,
        purpose,
        method: 'POST',
        url: endpoint(provider.baseUrl, provider.path, PATHS[provider.generation]),
        credential: { kind: 'key', key, headers: (text) => ({ authorization: `Bearer ${text}` }) },
        ...(provider.generation === 'webrtc' ? { body: { type: 'application/json', text: bodyOf(provider) } } : {}),
        expected: expectJson(answer),
        explain,
      });
      if (!asked.ok) return asked;
      const { value, sentAt } = asked.value;
      // A life needs no clock but ours. Where nothing is said, what the profile wants is what is renewed by.
      const expiresAt = parseExpiry(
        value.expiresIn ?? value.expires_at ?? jwtExpiry(value.token) ?? lifeS,
        asked.value,
      );
      if (!expiresAt.ok) return expiresAt;
      const ice = iceServersIn(value.turnServer) ?? undefined;
      return ok({
        kind: 'token',
        token: value.token,
        issuedAt: sentAt,
        expiresAt: expiresAt.value,
        ...(typeof value.endpoint === 'string' && value.endpoint !== '' ? { url: value.endpoint } : {}),
        ...(ice === undefined ? {} : { ice: readIceServers(ice) }),
      });
    },
  };
}
