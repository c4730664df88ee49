/** How tokens are made: one member of the union for each system. Wire formats are in the providers' own files (src/main/providers). */
import { z } from 'zod';
import {
  bodyWithoutSecrets,
  headerWithoutSecret,
  KEY_PLACEHOLDER,
  NO_SECRET_IN_URL,
  urlWithoutSecrets,
} from './literal-secrets';
import { WRITE_URL, writtenProblem } from './written-url';

/** `https://host[:port][/path]` without a query; `http://` for this computer only: a key is never sent in clear over a network. */
export const baseUrl = z
  .string()
  .max(300)
  .superRefine((text, context) => {
    const problem = writtenProblem(text, 'https') ?? (text.includes('?') ? WRITE_URL.https : null);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  })
  .refine((text) => urlWithoutSecrets(text) === text, NO_SECRET_IN_URL);

/** An absolute path, or nothing: the system's usual one. */
const path = z
  .string()
  .max(200)
  .regex(/^(?:|\/[A-Za-z0-9._~/-]*)$/, 'write it as /v1/name')
  .default('');
const word = z.string().trim().min(1).max(200);
const shortName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/, 'use letters, digits, _ . and -');

export const jwtAlgorithm = z.enum(['HS256', 'RS256', 'ES256', 'EdDSA']);
export type JwtAlgorithm = z.infer<typeof jwtAlgorithm>;

/** Claims that Ringfence itself sets (RFC 7519 section 4.1, and the constraints of a gateway): no template may. */
export const OWN_CLAIMS: readonly string[] = [
  'iss',
  'sub',
  'aud',
  'iat',
  'exp',
  'nbf',
  'jti',
  'max_call_s',
  'max_calls',
  'calls_until',
  'dial',
  'dial_deny',
  'emergency',
  'meta',
];

/** What may stand in a claim's text: the identity's user and domain, the profile's id, and the agent's display name. */
export const CLAIM_PLACEHOLDERS = ['{user}', '{domain}', '{profile}', '{agent}'] as const;

const localJwt = z.object({
  kind: z.literal('local-jwt'),
  /** JWT `iss` (RFC 7519 section 4.1.1). */
  issuer: z.string().min(1).max(200).default('ringfence'),
  /** JWT `aud` (RFC 7519 section 4.1.3). */
  audience: z.string().min(1).max(200),
  /** HS256: the key is a text. The others: the key is a private key (PEM, PKCS #8), and the gateway has the public one. */
  algorithm: jwtAlgorithm.default('HS256'),
  /** JOSE `kid` (RFC 7515 section 4.1.4), in which `{fingerprint}` is that of the key that signs; empty: none. */
  keyId: z.string().max(100).default(''),
  /** Seconds that `iat` lies back (RFC 7519 section 4.1.6): for a gateway whose clock is behind, and that takes no token of the future. */
  issuedBackS: z.number().int().min(0).max(30).default(0),
  /** JWT `sub`, with placeholders. */
  subject: word.default('{user}'),
  /** More claims; placeholders are filled in, in texts only. */
  claims: z
    .record(shortName, z.union([z.string().max(200), z.number(), z.boolean()]))
    .refine((claims) => Object.keys(claims).length <= 16, 'at most 16 claims')
    .refine(
      (claims) => Object.keys(claims).every((name) => !OWN_CLAIMS.includes(name)),
      `Ringfence sets ${OWN_CLAIMS.join(', ')} itself`,
    )
    .default({}),
  /** `meta`: short texts that the gateway may log or pass on, at most 16. */
  meta: z
    .record(shortName, z.string().max(100))
    .refine((meta) => Object.keys(meta).length <= 16, 'at most 16 entries')
    .default({}),
});

const sautikit = z.object({
  kind: z.literal('sautikit'),
  baseUrl: baseUrl.default('https://api.sautikit.com'),
  /** `sip`: POST /v1/sip/token without a body. `webrtc`: POST /v1/webrtc/token with one. */
  generation: z.enum(['sip', 'webrtc']).default('sip'),
  path,
  clientName: z.string().max(100).default(''),
  role: z.string().max(60).default(''),
  tenantNumberId: z.string().max(100).default(''),
  phoneNumber: z.string().max(32).default(''),
});

const sippet = z.object({
  kind: z.literal('sippet'),
  baseUrl: baseUrl.default('https://api.sippet.ai'),
});

const decart = z.object({
  kind: z.literal('decart'),
  baseUrl: baseUrl.default('https://api.decart.ai'),
  allowedModels: z.array(z.string().min(1).max(100)).max(20).default([]),
  allowedOrigins: z.array(z.string().min(1).max(200)).max(20).default([]),
  /** Seconds that a live stream may last; null: as long as the system allows. */
  maxSessionS: z.number().int().min(10).max(86_400).nullable().default(null),
  metadata: z
    .record(shortName, z.string().max(200))
    .refine((metadata) => Object.keys(metadata).length <= 16, 'at most 16 entries')
    .default({}),
});

/** Tools that an assistant may use; each is one file in src/main/tools. */
export const voiceTool = z.enum(['transfer_to_agent', 'end_call']);
export type VoiceTool = z.infer<typeof voiceTool>;

const openaiRealtime = z.object({
  kind: z.literal('openai-realtime'),
  baseUrl: baseUrl.default('https://api.openai.com'),
  model: z.string().min(1).max(100).default('gpt-realtime'),
  voice: z.string().max(60).default('alloy'),
  instructions: z.string().max(8_000).default(''),
  tools: z.array(voiceTool).max(8).default([]),
});

/** RFC 6901; empty: the answer has no such thing. */
const pointer = z
  .string()
  .max(200)
  .regex(/^(?:|(?:\/(?:[^~/]|~[01])*)+)$/, 'write it as /data/token')
  .default('');

const NO_SECRET = `write ${KEY_PLACEHOLDER} where the key goes: a profile holds no secret`;

const genericHttp = z.object({
  kind: z.literal('generic-http'),
  method: z.enum(['POST', 'GET', 'PUT']).default('POST'),
  url: z
    .string()
    .max(500)
    .superRefine((text, context) => {
      const problem = writtenProblem(text, 'https');
      if (problem !== null) context.addIssue({ code: 'custom', message: problem });
    })
    .refine((text) => urlWithoutSecrets(text) === text, NO_SECRET_IN_URL),
  headers: z
    .array(
      z
        .object({
          name: z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/, 'use letters, digits and hyphens'),
          value: z
            .string()
            .max(500)
            .regex(/^[\x20-\x7e]*$/, 'one line of plain text'),
        })
        .refine(({ name, value }) => headerWithoutSecret(name, value) === value, {
          path: ['value'],
          message: NO_SECRET,
        }),
    )
    .max(16)
    .default([]),
  /** JSON text in which texts may hold placeholders (the key's, CLAIM_PLACEHOLDERS, and in seconds `{life}`, `{now}` and `{expiry}` of the epoch); empty: no body. */
  body: z
    .string()
    .max(4_000)
    .refine((text) => bodyWithoutSecrets(text) === text, NO_SECRET)
    .default(''),
  /** What the answer is: JSON into which the pointers lead, or the token itself and nothing else (text/plain, application/jwt). */
  answer: z.enum(['json', 'token']).default('json'),
  /** JSON Pointers into the answer. A system gives a token, or a user and a password. */
  token: pointer,
  expiresAt: pointer,
  gatewayUrl: pointer,
  username: pointer,
  password: pointer,
  iceServers: pointer,
});

export const providerConfig = z.discriminatedUnion('kind', [
  localJwt,
  /**
   * A SIP user `<expiry, s>:<user>` and the password base64(HMAC-SHA1(key, user)), made from a secret that the gateway shares
   * (draft-uberti-behave-turn-rest-00 section 2.2; Kamailio's auth_ephemeral). Goes with the presentation `digest` alone.
   */
  z.object({ kind: z.literal('ephemeral-credentials') }),
  sautikit,
  sippet,
  decart,
  openaiRealtime,
  genericHttp,
]);
export type ProviderConfig = z.infer<typeof providerConfig>;
export type ProviderKind = ProviderConfig['kind'];
/** The configuration of one system. */
export type ProviderOf<K extends ProviderKind> = Extract<ProviderConfig, { readonly kind: K }>;

/** What a provider of this configuration makes for SIP: a token, SIP credentials, or nothing (it has no SIP line). */
export function makesForSip(provider: ProviderConfig): 'token' | 'credentials' | 'nothing' {
  switch (provider.kind) {
    case 'local-jwt':
    case 'sautikit':
      return 'token';
    case 'ephemeral-credentials':
    case 'sippet':
      return 'credentials';
    case 'openai-realtime':
    case 'decart':
      return 'nothing';
    case 'generic-http':
      return provider.answer === 'token' || provider.username === '' ? 'token' : 'credentials';
  }
}
