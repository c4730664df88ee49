/** What the live column shows: one line an event, redacted where it was made. */
import type { EndCause, Party } from './call';

/** `line`: what the line's own system tells (see remote-call.ts); the others are the phone's own. */
export type LiveCategory = 'calls' | 'line' | 'registration' | 'tokens' | 'errors';

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
  | 'call-said' // an utterance: who said it is the title
  | 'call-tool' // an assistant used a tool
  | 'call-missed'
  | 'call-ended'
  | 'call-failed'
  | 'line-ringing'
  | 'line-answered'
  | 'line-ended'
  | 'line-participant'
  | 'line-transcript'
  | 'line-audit'
  | 'line-joined'
  | 'line-lost'
  | 'registered'
  | 'unregistered'
  | 'connecting'
  | 'connection-lost'
  | 'token-minted'
  | 'token-refused'
  | 'key-changed'
  | 'message-repaired' // what the gateway sent was put right
  | 'message-refused' // and this was not taken
  | 'transfer-declined'
  | 'problem';

/** The call that an event is about, as far as somebody can do something about it. */
export interface LiveCallFacts {
  readonly peer: Party;
  /** Of a call that ended: why, and what the wire said ("486 Busy Here"). */
  readonly cause: EndCause | null;
  readonly code: string;
}

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
  readonly call?: LiveCallFacts;
}
