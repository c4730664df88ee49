/** A profile: one line an agent can use. It holds no secret. */
import { z } from 'zod';
import { profilePolicy } from '../policy/policy';
import { makesForSip, providerConfig } from './provider';
import { givesTokensOnly, TOKENS_ONLY } from './provider-facts';
import { parseSipUri } from '../call/sip-uri';
import { NO_SECRET_IN_GATEWAY, urlWithoutSecrets } from './literal-secrets';
import { TOKEN_PLACEHOLDER } from './token-placeholder';
import { WRITE_URL, writtenProblem } from './written-url';

export const environment = z.enum(['practice', 'development', 'staging', 'production']);
export type Environment = z.infer<typeof environment>;

/** Profile identifiers: lower-case words, used as file, keychain and audit keys. */
export const profileId = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,62})$/, 'use lower-case letters, digits and hyphens');
export type ProfileId = z.infer<typeof profileId>;

/** `user@host`, the identity a profile registers as. */
export const sipIdentity = z
  .string()
  .max(200)
  .refine((text) => parseSipUri(`sip:${text}`) !== null, 'write it as user@domain, for example 1001@pbx.example.com');

/** `wss://...`, or `ws://` on this computer only: a token is never sent in clear over a network. It holds no secret of its own. */
export const gatewayUrl = z
  .string()
  .max(500)
  .superRefine((text, context) => {
    const problem = writtenProblem(text, 'wss') ?? (urlWithoutSecrets(text) === text ? null : NO_SECRET_IN_GATEWAY);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  });

/** A domain or host name, as a challenge's realm names it (RFC 8898 section 2.1, RFC 8760). Empty: the identity's domain. */
const realm = z
  .string()
  .max(100)
  .regex(/^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/, 'leave out quotes and backslashes');

/** How a token reaches the gateway. New presentations are new members of this union. */
export const presentation = z.discriminatedUnion('kind', [
  /** As a named parameter of the WebSocket URL. */
  z.object({
    kind: z.literal('query'),
    parameter: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_-]{0,31}$/)
      .default('token'),
  }),
  /** As one more WebSocket subprotocol after `sip` (RFC 6455 section 1.9); the gateway must answer with `sip`. */
  z.object({
    kind: z.literal('subprotocol'),
    template: z
      .string()
      .max(64)
      .regex(
        /^[A-Za-z0-9._-]*<token>[A-Za-z0-9._-]*$/,
        `write it with ${TOKEN_PLACEHOLDER} in it, for example bearer.${TOKEN_PLACEHOLDER}`,
      )
      .default(`bearer.${TOKEN_PLACEHOLDER}`),
  }),
  /** In REGISTER and in the INVITE that starts a call (RFC 8898): `Authorization: Bearer T`, or a header of the gateway's own that holds T alone. */
  z.object({
    kind: z.literal('bearer'),
    header: z
      .string()
      .regex(/^(?:Authorization|X-[A-Za-z0-9-]{1,40})$/, 'write Authorization, or a name that starts with X-')
      .default('Authorization'),
    realm: realm.default(''),
  }),
  /** A SIP user and password that live as long as a token would; digest with MD5 only (a limit of JsSIP), to this realm only. */
  z.object({ kind: z.literal('digest'), realm: realm.default('') }),
  /** Main adds `Authorization: Bearer` to the upgrade; the token never reaches the renderer. */
  z.object({ kind: z.literal('main-injected') }),
]);
export type Presentation = z.infer<typeof presentation>;

/** A host name or address, and a port if need be. */
const HOST_PORT = '(?:\\[[0-9A-Fa-f:.]{2,45}\\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?)(?::[0-9]{1,5})?';
const ICE_URL = new RegExp(`^(?:stuns?:${HOST_PORT}|turns?:${HOST_PORT}(?:\\?transport=(?:udp|tcp))?)$`);
/** RFC 7064 and 7065: no slashes, no user. One that the browser does not take would make it refuse every peer connection. */
const iceServerUrl = z
  .string()
  .max(290)
  .regex(ICE_URL, 'write it as stun:host:port or turn:host:port')
  .refine(
    (url) => Number(/:([0-9]+)(?:\?.*)?$/.exec(url.replace(/\[.*\]/, ''))?.[1] ?? 1) <= 65_535,
    'the port is 65535 at most',
  );

export const iceServer = z.object({
  urls: z.array(iceServerUrl).min(1).max(4),
  username: z.string().max(200).optional(),
});

/** One line an agent can use. A line without the purpose `sip` (an assistant, live events alone) needs no identity and no gateway. */
export const profile = z
  .object({
    id: profileId,
    name: z.string().trim().min(1).max(60),
    environment,
    provider: providerConfig,
    /** `user@domain`; empty: no SIP line. */
    identity: z.union([z.literal(''), sipIdentity]),
    displayName: z.string().max(60).default(''),
    /** Empty: no SIP line, or the provider's answer names it. */
    gatewayUrl: z.union([z.literal(''), gatewayUrl]),
    presentation,
    /** The gateway checks P-Asserted-Identity and Remote-Party-ID (RFC 3325): what they say is shown as who calls. */
    trustAssertedIdentity: z.boolean().default(true),
    policy: profilePolicy,
    iceServers: z.array(iceServer).max(8).default([]),
  })
  .superRefine((line, context) => {
    const refuse = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: path.split('.'), message });
    if (givesTokensOnly(line.provider.kind)) {
      if (line.gatewayUrl !== '') refuse('gatewayUrl', TOKENS_ONLY);
      if (line.policy.purposes.some((each) => each !== 'voice')) refuse('policy.purposes', TOKENS_ONLY);
      return;
    }
    if (!line.policy.purposes.includes('sip')) return;
    const made = makesForSip(line.provider);
    if (made === 'nothing') {
      refuse('policy.purposes', 'this provider has no SIP line: leave out "sip"');
      return;
    }
    if (line.identity === '') refuse('identity', 'write it as user@domain, for example 1001@pbx.example.com');
    const namesGateway =
      line.provider.kind === 'sautikit' ||
      (line.provider.kind === 'generic-http' && line.provider.answer === 'json' && line.provider.gatewayUrl !== '');
    if (line.gatewayUrl === '' && !namesGateway) refuse('gatewayUrl', WRITE_URL.wss);
    // Where the token goes, nothing else stands: what does is a token that somebody tried.
    if (line.presentation.kind === 'query') {
      const { parameter } = line.presentation;
      if (urlWithoutSecrets(line.gatewayUrl, [parameter]) !== line.gatewayUrl)
        refuse('gatewayUrl', NO_SECRET_IN_GATEWAY);
    }
    if ((line.presentation.kind === 'digest') !== (made === 'credentials'))
      refuse('presentation', 'SIP credentials are presented by digest, and tokens are not');
  });
export type Profile = z.infer<typeof profile>;
/** A profile as a person writes it: what has a default may be left out. */
export type ProfileInput = z.input<typeof profile>;

/** Which of a profile's two keys (see the rotation in ARCHITECTURE.md). */
export const keySlot = z.enum(['active', 'next']);
export type KeySlot = z.infer<typeof keySlot>;

/** SHA-256 of a key or token, first 8 hex digits. */
export const fingerprint = z.string().regex(/^[0-9a-f]{8}$/);

/** What is known about one slot without reading the key. */
export const keyRecord = z.object({
  fingerprint,
  /** Milliseconds since the epoch. */
  addedAt: z.number().int().nonnegative(),
  origin: z.enum(['clipboard', 'file', 'generated']),
});
export type KeyRecord = z.infer<typeof keyRecord>;

/** Where a profile's key is, as far as main can tell. */
export const keyState = z.enum([
  'in-keychain',
  'in-memory',
  'absent',
  'asking',
  'locked',
  'refused',
  'removed',
  'damaged',
  'unavailable',
]);
export type KeyState = z.infer<typeof keyState>;

/** The key that the last promotion or replacement took out of use; the gateway may still accept it. */
export const retiredKey = z.object({
  fingerprint,
  /** Milliseconds since the epoch. Tokens that it made die one token life later. */
  retiredAt: z.number().int().nonnegative(),
});
export type RetiredKey = z.infer<typeof retiredKey>;

export const keyStatus = z.object({
  profileId,
  state: keyState,
  active: keyRecord.nullable(),
  next: keyRecord.nullable(),
  /** Until the admin says that it was removed from the gateway; null: nothing is left to do there. */
  retired: retiredKey.nullable(),
  /** The key that the last promotion took out of use. It is kept, and can be brought back, until a token of the active one was accepted. */
  former: keyRecord.nullable(),
  /** Milliseconds since the epoch of the last successful mint, or null. */
  lastMintAt: z.number().int().nonnegative().nullable(),
});
export type KeyStatus = z.infer<typeof keyStatus>;

/** What the renderer sees of the profiles. */
export const profilesSnapshot = z.object({
  profiles: z.array(profile),
  activeProfileId: profileId,
  keys: z.array(keyStatus),
  /** A sentence about a file that was set aside, or null. */
  notice: z.string().max(300).nullable(),
  /** What is wrong with the audit log, or null. */
  auditNotice: z.string().max(300).nullable(),
  keychain: z.object({
    /** False: no keychain; the Practice line's key lives in memory only. */
    available: z.boolean(),
    /** What is missing and what to install, or null. */
    advice: z.string().max(300).nullable(),
  }),
});
export type ProfilesSnapshot = z.infer<typeof profilesSnapshot>;
