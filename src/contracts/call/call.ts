/** Calls and registration as the phone engine shows them and the windows read them. */
import { z } from 'zod';
import { environment, profileId } from '../profile/profile';
import type { AfterDigits } from './after-digits';
import type { CallVerb } from './call-command';

export type CallId = string;
export type CallDirection = 'outgoing' | 'incoming';

/** The far end. Display names arrive verbatim from the network: show them as text only. */
export interface Party {
  /** `sip:user@host`, or `sip:host` of one without a user; empty: nobody that can be called back. */
  readonly uri: string;
  readonly user: string;
  readonly displayName: string;
  /** The gateway asserts who it is (RFC 3325), and the profile says that it checks. */
  readonly confirmed?: true;
}

/** Why a call ended; each is a distinct thing for the agent. */
export const endCause = z.enum([
  'hung-up', // we ended it
  'hung-up-by-peer',
  'cancelled', // we gave up before an answer
  'cancelled-by-caller', // the caller gave up: a missed call
  'answered-elsewhere',
  'declined-elsewhere',
  'declined', // we declined
  'declined-by-peer', // 603, Q.850 21
  'unwanted', // 607: they marked our calls as unwanted
  'blocked', // 608, and 603 "Network Blocked": a network on the way, and not they
  'anonymous-refused', // 433: they take no calls without a number
  'unverified', // 428, 436-438 and STIR: their network could not verify who calls
  'busy', // 486, 600
  'no-answer', // 408 or 480 after it rang, 487 by time-out
  'not-found', // 404, 410, 414, 416, 485, 604
  'incomplete', // 484: digits are missing
  'own-number', // the line called itself
  'loop', // 482, 483: the call came back
  'refused', // 401, 403, 405, 407 and the like
  'too-many-calls', // the token allows no more at a time or a second
  'outside-hours', // the token begins no calls at this time
  'not-acceptable', // 488, 606, a far end without WebRTC: no codec or media in common
  'redirect-forbidden', // 3xx to a number that the line's policy does not let it call
  'redirect-failed', // 3xx that names nobody who can be called
  'unreachable', // 5xx, 408 or 480 where nothing rang, transport error, no route
  'handed-over', // an assistant handed the conversation over to the person at this phone
  'time-limit', // the longest call that the line's policy allows
  'connection-lost', // media or signalling lost during the call
  'microphone', // the microphone could not be had
  'media-failed', // the browser could not set up the sound
  'answer-unusable', // a 200 of which no call can be made: without a Contact, or unreadable
  'failed', // anything else; Details hold the code
]);
export type EndCause = z.infer<typeof endCause>;

/** What every call carries in every state. */
export interface CallFacts {
  readonly id: CallId;
  readonly direction: CallDirection;
  readonly peer: Party;
  readonly profileId: string;
  /** Milliseconds since the epoch: the click, or the arrival of the INVITE. */
  readonly startedAt: number;
  /** The agent's wish; put on every new track. */
  readonly muted: boolean;
  /** Digits the agent sent, for the keypad's display (never logged). */
  readonly sentDigits: string;
  /** The Call-ID on the wire of a call that came in: by it main finds the INVITE that it saw. */
  readonly sipCallId?: string;
  /** What the agent typed to place it. */
  readonly dialled?: string;
  /** Digits behind the number that are still to be sent after the answer. */
  readonly after?: readonly AfterDigits[];
  /** The far end is an assistant on a voice line: there are no digits to send and nobody to transfer to. */
  readonly assistant?: true;
  /** A problem that the agent can act on while the call goes on (microphone refused ...), or null. */
  readonly problem: CallProblem | null;
  /** What can be done with it now, as its engine says. */
  readonly can: readonly CallVerb[];
}

/** An assistant's answer that came to nothing, or to half; or words of the caller's that it could not write down. */
export type AssistantProblem =
  | 'assistant-failed'
  | 'assistant-busy'
  | 'assistant-unpaid'
  | 'assistant-cut'
  | 'assistant-filtered'
  | 'assistant-unwritten';

export type CallProblem =
  | 'microphone-refused'
  | 'microphone-missing'
  | 'microphone-busy'
  | 'hold-failed'
  | 'dtmf-failed'
  | 'signalling-lost' // no request of ours reaches the far end; the sound does not need one
  | AssistantProblem;

/** Who holds. */
export interface HoldState {
  readonly byUs: boolean;
  readonly byPeer: boolean;
  /** Milliseconds since the epoch: when the first of the two began; 0 while nobody holds. */
  readonly since: number;
}

/**
 *   (place) -> dialing -> ringing -> connecting -> active <-> held
 *   (INVITE in) -------> ringing -> connecting ->   |         |
 *                                                   +-> recovering -> active | held
 *   any of them -> ended (absorbs)
 *
 * `recovering`: the flow to the gateway or the path of the sound is gone, and comes back if it can.
 */
export type Call =
  | (CallFacts & { readonly phase: 'dialing' })
  | (CallFacts & {
      readonly phase: 'ringing';
      /** The far end sends sound before the answer (183 with SDP). */ readonly earlyMedia: boolean;
    })
  | (CallFacts & { readonly phase: 'connecting' })
  | (CallFacts & { readonly phase: 'active'; readonly answeredAt: number })
  | (CallFacts & { readonly phase: 'held'; readonly answeredAt: number; readonly hold: HoldState })
  | (CallFacts & {
      readonly phase: 'recovering';
      readonly answeredAt: number;
      readonly since: number;
      readonly hold: HoldState;
    })
  | (CallFacts & {
      readonly phase: 'ended';
      readonly answeredAt: number | null;
      readonly endedAt: number;
      readonly cause: EndCause;
      /** For example "486 Busy Here"; for Details. */ readonly details: string;
    });

/** A live call: anything but ended. */
export type LiveCall = Exclude<Call, { readonly phase: 'ended' }>;

/** Why a registration is not there. */
export type RegistrationProblem =
  | 'no-grant' // main refused; the failure says why
  | 'gateway-unreachable'
  | 'token-refused'
  | 'key-unknown' // a promoted key that the gateway does not know yet, as far as can be told
  | 'registration-refused'
  | 'certificate-refused' // the sentence says what is wrong with it
  | 'clock-skewed';

/** `ready`: the line places calls and has nothing to register. For all others: offline -> connecting -> registering -> registered -> (lost) waiting -> connecting ... */
export type Registration =
  | { readonly phase: 'offline' }
  | { readonly phase: 'ready' }
  | { readonly phase: 'connecting'; readonly attempt: number }
  | { readonly phase: 'registering' }
  | {
      readonly phase: 'registered';
      readonly since: number;
      readonly expiresAt: number;
      /** Milliseconds from connect to 200. */ readonly tookMs: number;
      /** The promoted key whose tokens the gateway refuses: the line goes on with one that was made before. */
      readonly unknownKey?: string;
    }
  | {
      readonly phase: 'waiting';
      readonly retryAt: number;
      readonly attempt: number;
      readonly problem: RegistrationProblem;
      readonly sentence: string;
      /** With `key-unknown`. */
      readonly unknownKey?: string;
    };

/** What the small incoming window shows. */
export const incomingNotice = z.object({
  callId: z.string().min(1).max(128),
  name: z.string().max(120),
  number: z.string().max(120),
  line: z.string().max(60),
  /** The gateway asserts who calls. */
  confirmed: z.boolean().optional(),
  environment,
});
export type IncomingNotice = z.infer<typeof incomingNotice>;

/** What the phone window says of a call that rings. The line's name and environment are main's to say. */
export const incomingAnnouncement = incomingNotice
  .omit({ line: true, environment: true })
  .extend({ profileId, sipCallId: z.string().min(1).max(1_024) })
  .strict();
export type IncomingAnnouncement = z.infer<typeof incomingAnnouncement>;
