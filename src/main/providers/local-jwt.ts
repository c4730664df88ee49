/** Signs tokens on this computer: JWT (RFC 7519) with HS256 (the text of the key), or RS256, ES256 or EdDSA (a private key). */
import { randomUUID } from 'node:crypto';
import type { Profile } from '../../contracts/profile/profile';
import { OWN_CLAIMS, type ProviderOf } from '../../contracts/profile/provider';
import { fail, ok, type Result } from '../../contracts/base/result';
import { nationalEmergency } from '../../contracts/policy/dial-rules';
import { parseSipUri } from '../../contracts/call/sip-uri';
import { isWithin, nextChange } from '../policy/hours';
import { keyIdOf } from '../secrets/key-kinds';
import { fillPlaceholders } from './placeholders';
import { createSigningKeys } from './signing-keys';
import { identityUnusable, type TokenProvider } from './token-provider';

/** What a grant can carry, and what gateways read, in characters. */
const LONGEST_TOKEN = 8_192;

/** A token is renewed no sooner because hours begin. */
const SHORTEST_LIFE_S = 10;

/** Where a gateway has its live events (the practice gateway: src/gateway/events-socket.ts). */
const EVENTS_PATH = '/socket/websocket';

// Loaded when the first key is at hand, not before the window is on its way; of jose only what signs.
// Once: to import again takes a part of the time of a mint.
const load = () => import('jose/jwt/sign');
let loaded: ReturnType<typeof load> | undefined;
const jose = () => (loaded ??= load());

type Claims = Readonly<Record<string, unknown>>;

/** The claims that the profile's template makes. Fails with `profile-invalid`. */
function claimsOf(profile: Profile, provider: ProviderOf<'local-jwt'>): Result<Claims> {
  const { subject, claims } = provider;
  if (
    parseSipUri(`sip:${profile.identity}`) === null &&
    [subject, ...Object.values(claims)].some((value) => typeof value === 'string' && /\{(?:user|domain)\}/.test(value))
  )
    return identityUnusable(profile);
  const sub = fillPlaceholders(subject, profile).trim();
  if (sub === '')
    return fail(
      'profile-invalid',
      `The subject of the tokens of "${profile.name}" is empty. Write it with {user}, or give the line a display name.`,
      'open-profiles',
    );
  const taken = Object.keys(claims).find((name) => OWN_CLAIMS.includes(name));
  if (taken !== undefined)
    return fail(
      'profile-invalid',
      `"${profile.name}" may not set the claim "${taken}": Ringfence sets it itself.`,
      'open-profiles',
    );
  const own = Object.entries(claims).map(
    ([name, value]) => [name, typeof value === 'string' ? fillPlaceholders(value, profile) : value] as const,
  );
  return ok({
    ...Object.fromEntries(own),
    iss: provider.issuer,
    sub,
    aud: provider.audience,
    ...constraintsOf(profile, provider),
  });
}

/** What the gateway enforces, or logs (`meta`): nothing is said where nothing is limited. */
function constraintsOf({ policy: { maxCallS, maxCalls, dial } }: Profile, { meta }: ProviderOf<'local-jwt'>): Claims {
  return {
    ...(maxCallS === null ? {} : { max_call_s: maxCallS }),
    max_calls: maxCalls,
    ...(dial.allow.length === 0 ? {} : { dial: dial.allow }),
    ...(dial.deny.length === 0 ? {} : { dial_deny: dial.deny }),
    ...(Object.keys(meta).length === 0 ? {} : { meta }),
  };
}

/** What no limit may keep from anybody here: a gateway does not know where this computer is. */
function emergencyOf(country: string): Claims {
  const numbers = nationalEmergency(country);
  return numbers.length === 0 ? {} : { emergency: numbers.join(' ') };
}

/**
 * Hours, for a gateway: until when the token may begin calls, and how long it lives, s. Outside of them it begins none, and a fresh one is there when
 * they begin.
 */
function inHours(
  { policy: { hours } }: Profile,
  from: number,
  exp: number,
): { readonly exp: number; readonly claims: Claims } {
  const at = new Date(from * 1000);
  const change = nextChange(hours, at);
  const changeS = change === null ? null : Math.floor(change.getTime() / 1000);
  if (isWithin(hours, at)) return { exp, claims: changeS === null ? {} : { calls_until: changeS } };
  const sooner = changeS === null ? exp : Math.max(changeS, from + SHORTEST_LIFE_S);
  return { exp: Math.min(exp, sooner), claims: { calls_until: from } };
}

/** Mints `{iss, sub, aud, iat, exp, jti}`, what the profile's template adds, and its limits. `now` gives milliseconds since the epoch, `country` where this computer is (ISO 3166-1 alpha-2, or ''). */
export function createLocalJwt(now: () => number, country: () => string = () => ''): TokenProvider {
  const keys = createSigningKeys();

  return {
    prepare: async (key) => {
      await Promise.all([jose(), keys.get(key)]);
    },
    mint: async ({ profile, purpose, lifeS }, key) => {
      const { provider } = profile;
      if (provider.kind !== 'local-jwt')
        return fail('profile-invalid', `"${profile.name}" signs no tokens here.`, 'open-profiles');
      if (purpose === 'events' && profile.gatewayUrl === '')
        return fail(
          'profile-invalid',
          `"${profile.name}" has no gateway that could send live events. Write its URL in the profile.`,
          'open-profiles',
        );
      const claims = claimsOf(profile, provider);
      if (!claims.ok) return claims;
      const signer = await keys.get(key);
      if (!signer.ok) return signer;
      const { algorithm } = provider;
      // The profile was changed after its key was added.
      if (signer.value.algorithm !== algorithm)
        return fail(
          'key-unusable',
          `"${profile.name}" signs with ${algorithm}, and its key is one for ${signer.value.algorithm}. Add a key for ${algorithm}.`,
          'open-keys',
        );
      const { SignJWT } = await jose();
      const from = Math.floor(now() / 1000);
      // A gateway reckons the life from `iat` and allows no longer one; half of it at least is left.
      const iat = from - Math.min(provider.issuedBackS, Math.floor(lifeS / 2));
      const { exp, claims: hours } = inHours(profile, from, iat + lifeS);
      const kid = keyIdOf(provider.keyId, key.fingerprint);
      const token = await new SignJWT({
        ...claims.value,
        ...hours,
        ...emergencyOf(country()),
        iat,
        exp,
        jti: randomUUID(),
      })
        .setProtectedHeader({ alg: algorithm, typ: 'JWT', ...(kid === '' ? {} : { kid }) })
        .sign(signer.value.key);
      if (token.length > LONGEST_TOKEN)
        return fail(
          'profile-invalid',
          `The tokens of "${profile.name}" get too long for a gateway (${token.length} characters). Use fewer or shorter dial rules and claims.`,
          'open-profiles',
        );
      const life = { token, issuedAt: from * 1000, expiresAt: exp * 1000 };
      if (purpose === 'events')
        return ok({
          kind: 'events',
          ...life,
          url: new URL(EVENTS_PATH, profile.gatewayUrl).href,
          parameter: 'session_token',
          topic: 'events',
        });
      return ok({ kind: 'token', ...life });
    },
    forget: keys.forget,
  };
}
