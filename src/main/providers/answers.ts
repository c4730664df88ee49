/** What the answers of token servers have in common: tokens, and where to ask. */
import { z } from 'zod';
import type { Profile } from '../../contracts/profile/profile';
import type { Purpose } from '../../contracts/policy/policy';
import { fail } from '../../contracts/base/result';
import { readPointer } from './json-pointer';
import { parseStrictJson } from './strict-json';

/** A token as it may stand in a URL, a subprotocol or a header: visible ASCII, at most 8192 characters. */
export const tokenText = z
  .string()
  .max(8192)
  .regex(/^[\x21-\x7e]+$/);

/** `exp` of a JWT (RFC 7519 section 4.1.4), unverified: for the time of the next mint only. Undefined where the token is none, or has none. */
export function jwtExpiry(token: string): number | undefined {
  const payload = token.split('.')[1];
  const json = payload === undefined ? null : parseStrictJson(Buffer.from(payload, 'base64url'));
  const exp = json?.ok === true ? readPointer(json.value, '/exp') : undefined;
  return typeof exp === 'number' ? exp : undefined;
}

/** An expiry as servers write it; `parseExpiry` reads it. */
export const expiryValue = z.union([z.string().max(100), z.number()]);

/** The address of an endpoint: the profile's base, then the path that the profile names, else `usual`. */
export function endpoint(baseUrl: string, path: string, usual: string): string {
  return `${baseUrl.replace(/\/+$/, '')}${path === '' ? usual : path}`;
}

/** The profile was given to a provider that is not its own: a mistake of the caller. */
export function otherProvider(profile: Pick<Profile, 'name'>): ReturnType<typeof fail> {
  return fail('profile-invalid', `"${profile.name}" gets its tokens elsewhere.`, 'open-profiles');
}

/** The system has nothing for this purpose. */
export function purposeUnknown(profile: Pick<Profile, 'name'>, purpose: Purpose): ReturnType<typeof fail> {
  return fail(
    'profile-invalid',
    `The provider of "${profile.name}" makes no tokens for "${purpose}". Leave that purpose out of the profile.`,
    'open-profiles',
  );
}
