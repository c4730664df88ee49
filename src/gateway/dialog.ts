/** What tells the requests of a dialog apart, and its ends. */
import type { Endpoint } from './endpoint';
import type { DialogSide } from './flow-token';
import { partyOf } from './sip-address';
import { headerOf, parseCseq, type SipRequest } from './sip-message';

/** One end of a dialog before it is known where it is now. */
export const absentSide = ({ endpointId, user, instance }: DialogSide): Endpoint => ({
  id: endpointId,
  user,
  instance,
  expiresAt: null,
  isOpen: () => false,
  send: () => undefined,
});

export function isInitialInvite(request: SipRequest): boolean {
  return request.method === 'INVITE' && partyOf(request, 'To')?.tag === null;
}

/** The ACK of a 2xx is a request of its own; it tells its INVITE by Call-ID, CSeq number and From tag (section 13.2.2.4). */
export function isAckOf(ack: SipRequest, invite: SipRequest): boolean {
  const number = (request: SipRequest): number | undefined => parseCseq(headerOf(request, 'CSeq') ?? '')?.number;
  return (
    invite.method === 'INVITE' &&
    headerOf(ack, 'Call-ID') === headerOf(invite, 'Call-ID') &&
    number(ack) === number(invite) &&
    partyOf(ack, 'From')?.tag === partyOf(invite, 'From')?.tag
  );
}
