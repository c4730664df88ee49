/** What a gateway is started with, as it arrives from outside (a message, a command line). */
import { z } from 'zod';
import type { Failure } from '../contracts/base/result';
import { fail, ok, type Result } from '../contracts/base/result';
import { TOKEN_PLACEHOLDER } from '../contracts/profile/token-placeholder';
import { PRESENTATIONS } from './presented-token';
import { gatewayKeys } from './verifying-key';

export const DEFAULT_DOMAIN = 'practice.ringfence.local';

export const gatewayOptions = z.object({
  /** TCP port on 127.0.0.1; 0 takes any free one. */
  port: z.number().int().min(0).max(65_535),
  domain: z
    .string()
    .max(253)
    .regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/)
    .default(DEFAULT_DOMAIN),
  keys: gatewayKeys,
  /** JWT `iss` and `aud` that tokens must carry. */
  issuer: z.string().min(1).max(200).default('ringfence'),
  audience: z.string().min(1).max(200).default('practice'),
  /** The longest life of a token, in seconds. */
  maxTokenLifeS: z.number().int().min(1).max(86_400).default(3600),
  /** How far in the future a token may have been issued, in seconds (RFC 8725 practice: at most a minute). */
  leewayS: z.number().min(0).max(60).default(30),
  /** How tokens may come. With `bearer` or `digest` a socket opens without one. */
  accepts: z.array(z.enum(PRESENTATIONS)).min(1).default(['query', 'subprotocol', 'main-injected']),
  /** The names that a profile's presentation can change: query parameter, subprotocol, header of SIP requests. */
  queryParameter: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_-]{0,31}$/)
    .default('token'),
  subprotocol: z
    .string()
    .max(64)
    .regex(/^[A-Za-z0-9._-]*<token>[A-Za-z0-9._-]*$/)
    .default(`bearer.${TOKEN_PLACEHOLDER}`),
  bearerHeader: z
    .string()
    .regex(/^(?:Authorization|X-[A-Za-z0-9-]{1,40})$/)
    .default('Authorization'),
  /** Opens the fault port. For tests only. */
  faults: z.boolean().default(false),
  /** The practice services: echo, tone, busy ... */
  services: z.boolean().default(true),
});
export type GatewayOptions = z.input<typeof gatewayOptions>;
export type ParsedGatewayOptions = z.output<typeof gatewayOptions>;

/** One sentence for the option that is wrong. Values are never repeated: one of them is a key. */
export function parseGatewayOptions(input: unknown): Result<ParsedGatewayOptions> {
  const parsed = gatewayOptions.safeParse(input);
  if (parsed.success) {
    const { accepts, keys } = parsed.data;
    if (
      accepts.includes('digest') &&
      [keys.active, keys.next].some((key) => key !== undefined && typeof key !== 'string')
    )
      return fail(
        'key-unusable',
        'Digest needs a text that both sides know; a public key makes no passwords.',
        'open-keys',
      );
    return ok(parsed.data);
  }
  const path = parsed.error.issues[0]?.path.join('.') ?? '';
  return failureOfOption(path);
}

function failureOfOption(path: string): { readonly ok: false; readonly failure: Failure } {
  if (path.startsWith('keys'))
    return fail(
      'key-unusable',
      'The practice gateway needs a key of at least 32 characters, or a public key that fits its algorithm.',
      'open-keys',
    );
  if (path === 'port') return fail('invalid-input', 'The port must be a whole number between 0 and 65535.');
  if (path === 'domain')
    return fail('invalid-input', 'The domain must be a host name in lower case, for example practice.ringfence.local.');
  if (path.startsWith('accepts'))
    return fail('invalid-input', `A presentation is one of: ${PRESENTATIONS.join(', ')}.`);
  return fail('invalid-input', `The gateway option "${path}" is not usable.`);
}
