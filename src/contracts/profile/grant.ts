/** A grant: all that a renderer may hold. For one profile and one purpose, living minutes. */
import { z } from 'zod';
import { MOST_CALLS } from '../policy/call-limits';
import { fingerprint, iceServer, profileId, sipIdentity } from './profile';

/** How the renderer presents the grant. With `main-injected` it holds no token at all. */
export const grantPresentation = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('query'), parameter: z.string().max(32), token: z.string().min(1).max(8192) }),
  /** `template` holds TOKEN_PLACEHOLDER once; it is offered after `sip`. */
  z.object({ kind: z.literal('subprotocol'), template: z.string().max(64), token: z.string().min(1).max(8192) }),
  /** `realm` is never empty here: the one whose challenges are meant for this token. It goes to the identity's domain only. */
  z.object({
    kind: z.literal('bearer'),
    header: z.string().max(42),
    realm: z.string().min(1).max(200),
    token: z.string().min(1).max(8192),
  }),
  z.object({
    kind: z.literal('digest'),
    realm: z.string().min(1).max(200),
    username: z.string().min(1).max(300),
    password: z.string().min(1).max(300),
  }),
  z.object({ kind: z.literal('main-injected') }),
]);

export type GrantPresentation = z.infer<typeof grantPresentation>;

/** Addresses that are taken of one answer. Chromium takes 32 relays at most. */
export const MOST_GRANTED_URLS = 24;

/**
 * An ICE server that a provider gave for as long as the grant lives (RFC 8656): its credential is as short-lived as the token. A username has 508
 * bytes at most (RFC 8489 section 14.3).
 */
export const grantedIceServer = z.object({
  urls: z.array(iceServer.shape.urls.element).min(1).max(MOST_GRANTED_URLS),
  username: z.string().max(508).optional(),
  credential: z.string().max(508).optional(),
});

const addressCount = z.number().int().nonnegative();
/** Addresses in the provider's answer that are not used, by the reason: no browser takes them, a relay came without a user or a credential, or there were too many. */
export const iceLeftOut = z.object({
  unreadable: addressCount,
  withoutCredential: addressCount,
  tooMany: addressCount,
});
export type IceLeftOut = z.infer<typeof iceLeftOut>;

const life = {
  profileId,
  /** Milliseconds since the epoch, by this computer's clock. */
  issuedAt: z.number().int(),
  expiresAt: z.number().int(),
  /** First 8 hex digits of the SHA-256 of the token, or of the credentials' password: all that may be shown or logged. */
  fingerprint,
  /** The key that made it, as long as no token of it was accepted since it took the place of another key; left out: one was, or there was no key before. */
  untriedKey: fingerprint.optional(),
};

/** For SIP over WebSocket. */
export const sipGrant = z.object({
  ...life,
  purpose: z.literal('sip'),
  presentation: grantPresentation,
  /** The WebSocket URL without any token. */
  url: z.string().max(500),
  identity: sipIdentity,
  displayName: z.string().max(60),
  /** Stable for each installation and profile (RFC 5626 section 4.1): `urn:uuid:...` without the scheme. */
  instanceId: z.uuid(),
  /** Those of the profile (8 at most), then those of the provider's answer. */
  iceServers: z.array(grantedIceServer).max(8 + MOST_GRANTED_URLS),
  /** Left out: every address of the answer is used. */
  iceLeftOut: iceLeftOut.optional(),
  /** The profile's word that its gateway checks who a caller is said to be; left out: no word, and it is not trusted. */
  trustAssertedIdentity: z.boolean().optional(),
  /** Calls at a time, by the line's policy; left out: the policy's default. */
  maxCalls: z.number().int().min(1).max(MOST_CALLS).optional(),
});
/** What the phone engine opens its flow with. */
export type Grant = z.infer<typeof sipGrant>;

/** For live events: a Phoenix channel over WebSocket (`vsn=2.0.0`). */
export const eventsGrant = z.object({
  ...life,
  purpose: z.literal('events'),
  /** The WebSocket URL without any token. */
  url: z.string().max(500),
  /** The query parameter that carries the token. */
  parameter: z.string().max(32),
  token: z.string().min(1).max(8192),
  topic: z.string().min(1).max(100),
});
export type EventsGrant = z.infer<typeof eventsGrant>;

/** All that a renderer may hold. A token for `voice` never leaves main. */
export const grant = z.discriminatedUnion('purpose', [sipGrant, eventsGrant]);
export type AnyGrant = z.infer<typeof grant>;
