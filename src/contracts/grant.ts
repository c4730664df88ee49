/** A grant: all that a renderer may hold. For one profile and one purpose, living minutes. */
import { z } from 'zod';
import { fingerprint, iceServer, profileId, purpose, sipIdentity } from './profile';

/** How the renderer presents the grant. With `main-injected` it holds no token at all. */
export const grantPresentation = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('query'), parameter: z.string().max(32), token: z.string().min(1).max(8192) }),
  /** `template` holds TOKEN_PLACEHOLDER once; it is offered after `sip`. */
  z.object({ kind: z.literal('subprotocol'), template: z.string().max(64), token: z.string().min(1).max(8192) }),
  /** `realm` is never empty here: the one whose challenges are meant for this token. It goes to the identity's domain only. */
  z.object({ kind: z.literal('bearer'), header: z.string().max(42), realm: z.string().min(1).max(200), token: z.string().min(1).max(8192) }),
  z.object({ kind: z.literal('digest'), realm: z.string().min(1).max(200), username: z.string().min(1).max(300), password: z.string().min(1).max(300) }),
  z.object({ kind: z.literal('main-injected') }),
]);

export type GrantPresentation = z.infer<typeof grantPresentation>;

export const grant = z.object({
  profileId,
  purpose,
  /** Milliseconds since the epoch, by this computer's clock. */
  issuedAt: z.number().int(),
  expiresAt: z.number().int(),
  /** First 8 hex digits of the SHA-256 of the token, or of the credentials' password: all that may be shown or logged. */
  fingerprint,
  presentation: grantPresentation,
  /** The WebSocket URL without any token. */
  url: z.string().max(500),
  identity: sipIdentity,
  displayName: z.string().max(60),
  /** Stable for each installation and profile (RFC 5626 section 4.1): `urn:uuid:...` without the scheme. */
  instanceId: z.uuid(),
  iceServers: z.array(iceServer).max(8),
});
export type Grant = z.infer<typeof grant>;
