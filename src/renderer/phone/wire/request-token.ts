/** A token in requests (RFC 8898): which of them carry it, and how. The one place where it is put on. */
import type { Grant } from '../../../contracts/profile/grant';
import { isLoopbackUrl } from '../../../contracts/base/loopback';
import type { WireMessage } from './sip-wire';
import { identityParts } from '../../../contracts/profile/identity';

/** Host of a SIP URI in lower case, without port; null when something else than the host says where it goes (`maddr`), or it is no SIP URI. */
function domainOf(uri: string): string | null {
  if (/;\s*maddr\s*=/i.test(uri)) return null;
  return /^sips?:(?:[^@\s]*@)?([^@:;?\s>]+)(?::\d+)?(?:[;?].*)?$/i.exec(uri)?.[1]?.toLowerCase() ?? null;
}

/** A grant as requests present it. */
export interface Presented {
  readonly grant: Grant;
  /** A proxy asked for the token too (407): it is in Proxy-Authorization as well (RFC 8898 section 2.1.2). */
  readonly toProxy: boolean;
}

/** Host name that a line's tokens are for: its identity's domain, in lower case. The realm is a name in challenges, which may be anything. */
export function tokenDomain({ identity }: Pick<Grant, 'identity'>): string {
  return identityParts(identity).host;
}

/** Whether a REGISTER or a first INVITE to this Request-URI may show the grant's token: to the identity's domain only, and never in clear beyond this computer. */
export function mayCarryToken(requestUri: string, grant: Pick<Grant, 'presentation' | 'url' | 'identity'>): boolean {
  const { presentation, url } = grant;
  if (presentation.kind !== 'bearer') return false;
  const unseen = url.startsWith('wss://') || (url.startsWith('ws://') && isLoopbackUrl(url) === true);
  return unseen && domainOf(requestUri) === tokenDomain(grant);
}

/**
 * The request with the grant's token where it belongs: in REGISTER and in the INVITE that starts a call; never within a dialog, nor in
 * ACK, CANCEL, OPTIONS or a response. Other presentations leave every request as it is.
 */
export function withToken(text: string, message: WireMessage, presented: Presented | null): string {
  const grant = presented?.grant;
  if (grant?.presentation.kind !== 'bearer' || message.kind !== 'request' || message.inDialog) return text;
  if (message.method !== 'REGISTER' && message.method !== 'INVITE') return text;
  const [, requestUri = ''] = /^\w+ (\S+) /.exec(text) ?? [];
  if (!mayCarryToken(requestUri, grant)) return text;
  const { header, token } = grant.presentation;
  // A header of the gateway's own holds the token alone.
  if (header !== 'Authorization') return text.replace('\r\n', () => `\r\n${header}: ${token}\r\n`);
  const headers = presented?.toProxy === true ? ['Authorization', 'Proxy-Authorization'] : ['Authorization'];
  return text.replace('\r\n', () => `\r\n${headers.map((name) => `${name}: Bearer ${token}\r\n`).join('')}`);
}
