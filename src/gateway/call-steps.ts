/** What the proxy sees of calls, one step at a time, for whoever listens. */
import { createHash } from 'node:crypto';
import { partyOf } from './sip-address';
import { headerOf, type SipRequest } from './sip-message';

export type CallStep =
  | { readonly kind: 'ringing'; readonly callUuid: string; readonly from: string; readonly to: string }
  | { readonly kind: 'answered'; readonly callUuid: string }
  | { readonly kind: 'ended'; readonly callUuid: string };

/** A name for the call of an INVITE, in the shape of a UUID (RFC 9562 section 5.8): its Call-ID and tag say nothing to anybody else, and may hold a host name. */
export function callUuidOf(invite: SipRequest): string {
  const hex = createHash('sha256')
    .update(`${headerOf(invite, 'Call-ID') ?? ''} ${partyOf(invite, 'From')?.tag ?? ''}`)
    .digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
