/**
 * Where tokens and credentials stand on the wire: in the upgrade request (a query parameter, RFC 6750's header, one more
 * subprotocol) or in SIP requests (RFC 8898, RFC 3261 section 22). Reading only; the authenticators judge.
 */
import type { IncomingMessage } from 'node:http';
import { TOKEN_PLACEHOLDER } from '../contracts/profile/token-placeholder';
import { headersOf, type SipRequest } from './sip-message';

/** The ways in that a gateway can be told to take. `header` is what a phone's `main-injected` looks like from here. */
export const PRESENTATIONS = ['query', 'subprotocol', 'bearer', 'digest', 'main-injected'] as const;
export type Presentation = (typeof PRESENTATIONS)[number];

/** Which ways are taken, and the names used in them. */
export interface PresentationRules {
  readonly accepts: ReadonlySet<Presentation>;
  /** Name of the query parameter. */
  readonly parameter: string;
  /** The subprotocol that carries the token, TOKEN_PLACEHOLDER in it. */
  readonly template: string;
  /** `Authorization`, or a header that holds the token alone. */
  readonly bearerHeader: string;
}

/** `misplaced`: there is a token, but in a place that this gateway does not take it from. `ambiguous`: more than one (RFC 6750 section 2). */
export type Presented<T> =
  T | { readonly kind: 'none' } | { readonly kind: 'misplaced' } | { readonly kind: 'ambiguous' };
export type HandshakeToken = Presented<{ readonly kind: 'token'; readonly token: string }>;
export type SipCredentials = Presented<
  { readonly kind: 'bearer'; readonly token: string } | { readonly kind: 'digest'; readonly parameters: string }
>;

const offered = (request: Pick<IncomingMessage, 'headers'>): string[] =>
  (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());

/** True when the real protocol is offered too (RFC 7118 section 4.1). */
export function offersSip(request: Pick<IncomingMessage, 'headers'>): boolean {
  return offered(request).some((name) => name.toLowerCase() === 'sip');
}

/** The token of an upgrade request. */
export function handshakeToken(
  request: Pick<IncomingMessage, 'url' | 'headers'>,
  rules: PresentationRules,
): HandshakeToken {
  const query = new URLSearchParams((request.url ?? '').replace(/^[^?]*\??/, '')).getAll(rules.parameter);
  const header = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const [before = '', after = ''] = rules.template.split(TOKEN_PLACEHOLDER);
  const protocols = offered(request).flatMap((name) =>
    name.length > before.length + after.length &&
    name.startsWith(before) &&
    name.endsWith(after) &&
    name.toLowerCase() !== 'sip'
      ? [name.slice(before.length, name.length - after.length)]
      : [],
  );
  const found: { readonly way: Presentation; readonly token: string }[] = [
    ...query.map((token) => ({ way: 'query' as const, token })),
    ...(header === undefined ? [] : [{ way: 'main-injected' as const, token: header }]),
    ...protocols.map((token) => ({ way: 'subprotocol' as const, token })),
  ];
  const [first] = found;
  if (first === undefined) return { kind: 'none' };
  if (found.length > 1) return { kind: 'ambiguous' };
  return rules.accepts.has(first.way) ? { kind: 'token', token: first.token } : { kind: 'misplaced' };
}

/** The credentials of a SIP request. */
export function sipCredentials(request: SipRequest, rules: PresentationRules): SipCredentials {
  const own = rules.bearerHeader.toLowerCase() === 'authorization' ? null : rules.bearerHeader;
  const standard = headersOf(request, 'Authorization');
  const values = (scheme: string, fields: readonly string[]): string[] => {
    const pattern = new RegExp(`^${scheme}\\s+(.*)$`, 'is');
    return fields.flatMap((value) => pattern.exec(value)?.[1]?.trim() ?? []);
  };
  const bearer = values('Bearer', standard);
  const tokens = own === null ? bearer : headersOf(request, own);
  const digests = values('Digest', [...standard, ...headersOf(request, 'Proxy-Authorization')]);
  const misplaced = own === null ? [] : bearer;
  const count = tokens.length + digests.length + misplaced.length;
  if (count === 0) return { kind: 'none' };
  if (count > 1) return { kind: 'ambiguous' };
  const [token] = tokens;
  if (token !== undefined) return rules.accepts.has('bearer') ? { kind: 'bearer', token } : { kind: 'misplaced' };
  const [parameters] = digests;
  return parameters !== undefined && rules.accepts.has('digest')
    ? { kind: 'digest', parameters }
    : { kind: 'misplaced' };
}
