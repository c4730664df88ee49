/** What the live column shows: one line an event, redacted where it was made. */
export type LiveCategory = 'calls' | 'registration' | 'tokens' | 'errors';

export type LiveKind =
  | 'call-dialing'
  | 'call-incoming'
  | 'call-ringing'
  | 'call-answered'
  | 'call-held'
  | 'call-resumed'
  | 'call-held-by-peer'
  | 'call-resumed-by-peer'
  | 'call-digits'
  | 'call-missed'
  | 'call-ended'
  | 'call-failed'
  | 'registered'
  | 'unregistered'
  | 'connecting'
  | 'connection-lost'
  | 'token-minted'
  | 'token-refused'
  | 'key-changed'
  | 'problem';

export interface LiveEvent {
  /** Grows by one; unique within a run. */
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly category: LiveCategory;
  readonly kind: LiveKind;
  /** "Incoming call". */
  readonly title: string;
  /** "+254 722 000 001 -> 1001"; tokens appear by fingerprint only, DTMF digits as `*`. */
  readonly detail: string;
}
