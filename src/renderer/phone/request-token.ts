/** A token in requests (RFC 8898): which of them carry it, and how. The one place where it is put on. */
import type { Grant } from '../../contracts/grant';
import { isLoopbackUrl } from '../../contracts/loopback';
import type { WireMessage } from './sip-wire';

/** Host of a SIP URI in lower case, without port; null when something else than the host says where it goes (`maddr`), or it is no SIP URI. */
function domainOf(uri: string): string | null {
  if (/;\s*maddr\s*=/i.test(uri)) return null;
  return /^sips?:(?:[^@\s]*@)?([^@:;?\s>]+)(?::\d+)?(?:[;?].*)?$/i.exec(uri)?.[1]?.toLowerCase() ?? null;
}

/** Whether a REGISTER or a first INVITE to this Request-URI may show the grant's token: to its own realm only, and never in clear beyond this computer. */
export function mayCarryToken(requestUri: string, { presentation, url }: Pick<Grant, 'presentation' | 'url'>): boolean {
  if (presentation.kind !== 'bearer') return false;
  const unseen = url.startsWith('wss://') || (url.startsWith('ws://') && isLoopbackUrl(url) === true);
  return unseen && domainOf(requestUri) === presentation.realm.toLowerCase();
}

/**
 * The request with the grant's token where it belongs: in REGISTER and in the INVITE that starts a call; never within a dialog, nor in
 * ACK, CANCEL, OPTIONS or a response. Other presentations leave every request as it is.
 */
export function withToken(text: string, message: WireMessage, grant: Grant | null): string {
  if (grant?.presentation.kind !== 'bearer' || message.kind !== 'request' || message.inDialog) return text;
  if (message.method !== 'REGISTER' && message.method !== 'INVITE') return text;
  const [, requestUri = ''] = /^\w+ (\S+) /.exec(text) ?? [];
  if (!mayCarryToken(requestUri, grant)) return text;
  const { header, token } = grant.presentation;
  // A header of the gateway's own holds the token alone.
  return text.replace('\r\n', () => `\r\n${header}: ${header === 'Authorization' ? `Bearer ${token}` : token}\r\n`);
}
