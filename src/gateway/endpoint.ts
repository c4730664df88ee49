/** Something that SIP messages can be sent to: a flow (one WebSocket), or a service inside the gateway. */
import type { CallConstraints } from './call-constraints';
import type { SipMessage } from './sip-message';

export interface Endpoint {
  /** Unique and unguessable; part of flow tokens (RFC 5626 section 5.2). */
  readonly id: string;
  /** The one identity it may use: the token's subject, or the service's name. */
  readonly user: string;
  /** `+sip.instance` of the phone behind it, once a REGISTER told it. */
  readonly instance: string | null;
  /** Milliseconds since the epoch after which it may start nothing new; null for services. */
  readonly expiresAt: number | null;
  /** What its token allows; absent for services: everything. */
  readonly constraints?: CallConstraints;
  readonly isOpen: () => boolean;
  readonly send: (message: SipMessage) => void;
}

/** A phone: its user, and its instance where that is known. */
export type Phone = Pick<Endpoint, 'user' | 'instance'>;

/** True when `endpoint` belongs to the phone that is looked for; one whose instance was never told is any phone of its user. */
export function belongsTo(endpoint: Phone, phone: Phone): boolean {
  return endpoint.user === phone.user && (phone.instance === null || phone.instance === endpoint.instance);
}
