/** What the room between the socket and JsSIP did with a message, as it is told. Nothing of the message but its kind is in it. */

export interface RepairEvent {
  /** `repaired`: JsSIP got it in another form. `refused`: answered here. `dropped`: it means nothing to the phone. */
  readonly kind: 'repaired' | 'refused' | 'dropped';
  /** `INVITE`, or `480 to INVITE`. */
  readonly what: string;
  /** Of the answer that was given; 0: none. */
  readonly status: number;
  /** Half a sentence: "its CSeq names another method". */
  readonly why: string;
}

/** Somebody wanted the call to go elsewhere, and the phone declined (RFC 3515). */
export interface ReferralDeclined {
  /** User parts, or hosts, as people read them. */
  readonly by: string;
  readonly to: string;
}
