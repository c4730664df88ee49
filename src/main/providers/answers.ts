/** What the answers of token servers have in common: tokens, ICE servers, and where to ask. */
import { z } from 'zod';
import type { Grant } from '../../contracts/profile/grant';
import { iceServer, type Profile } from '../../contracts/profile/profile';
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
export const expiryValue = z.union([z.string().max(64), z.number()]);

const iceUrl = z.string().regex(/^(?:stun|stuns|turn|turns):\S{1,200}$/);
const answeredIceServer = z.object({
  urls: z.union([iceUrl, z.array(iceUrl).min(1)]),
  username: z.string().max(200).nullish(),
  credential: z.string().max(300).nullish(),
});

/** One that a browser does not take (`stun:host?transport=udp`, say) would make it refuse all of them, and with them every call. */
const isUsableUrl = (url: string): boolean => iceServer.shape.urls.element.safeParse(url).success;

/**
 * `RTCIceServer`s as W3C WebRTC has them (section 4.2.2), one or many; read as a grant carries them: 8 servers of 4 URLs at most, without URLs
 * that no browser takes. What is no URL of an ICE server at all makes the answer none.
 */
export const answeredIceServers = z
  .union([answeredIceServer.transform((one) => [one]), z.array(answeredIceServer).max(32)])
  .transform((servers): Grant['iceServers'] =>
    servers
      .map(({ urls, username, credential }) => ({
        urls: (typeof urls === 'string' ? [urls] : urls).filter(isUsableUrl).slice(0, 4),
        // Empty ones are none: a browser refuses them.
        ...(username ? { username } : {}),
        ...(credential ? { credential } : {}),
      }))
      .filter(({ urls }) => urls.length > 0)
      .slice(0, 8),
  );

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
