/**
 * The port to a SIP stack, in our own words: what the UserAgent asks of it and hears from it. jssip-stack.ts is the only
 * implementation; nothing else knows JsSIP.
 */
import type { AfterDigits } from '../../../contracts/call/after-digits';
import type { CallDirection, Party } from '../../../contracts/call/call';
import type { EndFacts } from './cause';
import type { Challenge } from '../wire/challenge';
import type { Refusal } from '../wire/repair/answer';
import type { ReferralDeclined, RepairEvent } from '../wire/repair/repair-event';
import type { Clock } from '../../base/clock';
import type { IceContext } from './ice-policy';

export interface StackConfig {
  /** `user@domain`. */
  readonly identity: string;
  readonly displayName: string;
  /** The gateway checks who a caller is said to be: P-Asserted-Identity and Remote-Party-ID name it. */
  readonly trustsAssertedIdentity?: boolean;
  /** RFC 5626 section 4.1; the same for this installation and profile at every start. */
  readonly instanceId: string;
  /** The gateway's WebSocket URL, without any token. */
  readonly url: string;
  /** Value of the User-Agent header. */
  readonly product: string;
  readonly ice: IceContext;
  /** Read anew for each call and each new path of its sound: a TURN server's credentials end. */
  readonly iceServers: readonly RTCIceServer[];
  readonly clock: Clock;
}

export interface StackListener {
  /** Text for the wire; the stack is told of what arrives by `receive`. */
  readonly send: (text: string) => void;
  /** A final response to our REGISTER, whether first or refresh. */
  readonly onRegisterAnswer: (answer: RegisterAnswer) => void;
  /**
   * An INVITE came that would be a call: before anything of it is looked at, and before it rings (`replace`: to take another
   * call's place). Null: it goes on; else its answer.
   */
  readonly onInvite: (step: 'look' | 'ring' | 'replace') => Refusal | null;
  /** An INVITE rings; the handlers are asked for at once. */
  readonly onIncoming: (session: StackSession, peer: Party) => SessionListener;
  /**
   * An INVITE to `target` was refused. Null: another token would not help. Else one is minted: true once requests carry it, false when
   * there is none.
   */
  readonly onInviteRefused: (
    target: string,
    refusal: { readonly status: number; readonly challenges: readonly Challenge[] },
  ) => Promise<boolean> | null;
  /** An INVITE came whose offer no sound can come of, and was refused with 488. */
  readonly onUnplayable?: (peer: Party, problem: 'no-common-sound' | 'no-webrtc') => void;
  /** A message of the gateway's was put right, or refused. */
  readonly onRepair: (event: RepairEvent) => void;
  /** A REFER was declined. */
  readonly onReferral: (referral: ReferralDeclined) => void;
  /** A call is sent on to `target`, a SIP or tel URI. */
  readonly onRedirected: (target: string) => Promise<Onward>;
}

/** Where a call that is sent on goes, with digits for after the answer, or in a sentence why it goes nowhere. */
export type Onward =
  | { readonly uri: string; readonly after: readonly AfterDigits[] }
  | { readonly refused: 'unreadable' | 'forbidden'; readonly sentence: string };

export interface RegisterAnswer {
  /** 0 when nobody answered. */
  readonly status: number;
  readonly phrase: string;
  /** Seconds that were granted to our binding, as the registrar wrote them; null: it named none. */
  readonly expiresS: number | null;
  /** Min-Expires of a 423 in s, as it was written. */
  readonly minExpiresS?: number | null;
  /** Of a 401 or 407 that was not, or not successfully, answered. */
  readonly challenges: readonly Challenge[];
  /** The gateway's Date header in ms since the epoch, or null. */
  readonly date: number | null;
  /** How long to wait before the next REGISTER, in ms (RFC 3261 section 20.33). */
  readonly retryAfterMs?: number | undefined;
}

/** A SIP user and password, and the one realm that they are for. */
export interface Credentials {
  readonly realm: string;
  readonly username: string;
  readonly password: string;
}

export interface SipStack {
  /** Digest challenges are answered with these from now on; null: none is answered. */
  readonly useCredentials: (credentials: Credentials | null) => void;
  /** REGISTER now, on the current flow, asking for this life in s (or that of the last one). No refresh follows by itself. */
  readonly register: (expiresS?: number) => void;
  readonly unregister: () => void;
  readonly receive: (text: string) => void;
  /** Sends an INVITE; the microphone's track is in `media`. */
  readonly call: (target: string, media: MediaStream, listener: SessionListener) => StackSession | CallRefusal;
  /** No timers and no events any more. */
  readonly stop: () => void;
}

/**
 * Why no INVITE was sent: the target is no address that can be called, or one that wants TLS where the gateway is reached without it, or the
 * browser made no peer connection.
 */
export type CallRefusal = 'no-address' | 'insecure' | 'no-media';

export interface Reoffer {
  readonly hold: 'none' | 'sendonly' | 'inactive';
  readonly iceRestart: boolean;
}

/** One INVITE's life. Requests within a dialog are sent only when the UserAgent knows the flow to be up. */
export interface StackSession {
  readonly direction: CallDirection;
  /** SIP Call-ID. */
  readonly callId: string;
  readonly answer: (media: MediaStream) => void;
  /** 480, 486 or 603 to an incoming call, CANCEL of an outgoing one, BYE to an answered one. */
  readonly end: (status: 480 | 486 | 603) => void;
  /** Ends without ado because nothing works any more; the far end is told if it can be. */
  readonly abandon: () => void;
  /** The agent's wish, held against whatever the stack does to its tracks. */
  readonly setMicrophone: (on: boolean) => void;
  readonly replaceTrack: (track: MediaStreamTrack) => Promise<void>;
  /** Sends a re-INVITE. False: another offer is on its way, try again later. */
  readonly reoffer: (offer: Reoffer) => boolean;
  /** Plays one digit: RFC 4733 if the far end takes it, else INFO. False: neither is possible now. */
  readonly sendDigit: (digit: string, durationMs: number, gapMs: number) => boolean;
  readonly connection: () => RTCPeerConnection | null;
}

export interface SessionListener {
  readonly onProgress: (earlyMedia: boolean) => void;
  readonly onAnswered: () => void;
  readonly onPeerHold: (on: boolean) => void;
  /** The far end sent an offer of its own, which is being answered: the dialog lives. */
  readonly onPeerOffer: () => void;
  /** A request within the dialog that was no `reoffer` found nobody (404, 408, 481 ...), or none came when one was due (408). */
  readonly onDialogDoubt: (status: number) => void;
  /**
   * The last `reoffer` was agreed (200) or refused with this status (408 when nobody answered, 0 when unknown), and perhaps a wish when to
   * try again (Retry-After, RFC 3261 section 20.33), in ms.
   */
  readonly onReofferDone: (status: number, retryAfterMs: number | null) => void;
  readonly onDigitFailed: () => void;
  /**
   * Another INVITE takes the place of the one that rang: what was heard of it is over. `after`: the digits behind the number that it is sent
   * on to; null: it goes to the same one.
   */
  readonly onRetried: (after: readonly AfterDigits[] | null) => void;
  readonly onRemoteStream: (stream: MediaStream) => void;
  readonly onIceState: (state: RTCIceConnectionState) => void;
  readonly onEnded: (facts: Omit<EndFacts, 'direction' | 'rang' | 'answered' | 'answering' | 'own'>) => void;
}
