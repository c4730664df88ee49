/**
 * The UserAgent: one profile's registration and calls, behind a snapshot and a stream of events. It knows neither React
 * nor window.ringfence; what it needs is injected.
 */
import type { Call, CallId, LiveCall, Registration } from '../../../contracts/call/call';
import type { CallCommand } from '../../../contracts/call/call-command';
import type { Grant } from '../../../contracts/profile/grant';
import type { LiveCallFacts, LiveCategory, LiveKind } from '../../../contracts/call/event';
import type { Failure, Result } from '../../../contracts/base/result';

/** How a server answered the upgrade of a connect that gave no WebSocket for SIP. */
export interface UpgradeAnswer {
  /** HTTP status; 101: it switched protocols, but not to SIP. */
  readonly status: number;
  /** In words, and how long it asks to wait (Retry-After). */
  readonly failure: Failure;
  /** Of a refused token: the gateway says itself what is wrong with it, and that is not its key. */
  readonly saysWhy?: true | undefined;
}

/** Where fresh grants come from; each `get` is a token never used before. */
export interface GrantSource {
  readonly get: () => Promise<Result<Grant>>;
  /** Called with the grant that main minted ahead of the old one's expiry; returns the unsubscribe function. */
  readonly onRenewed: (listener: (grant: Grant) => void) => () => void;
  /** What main saw of a connect that failed: a page learns no more than close code 1006. */
  readonly onConnectRefused?: (listener: (failure: Failure) => void) => () => void;
  /** The gateway accepted a token of this grant's untried key. */
  readonly accepted?: (grant: Grant) => void;
  /** What main saw of a connect that a server answered with another status than 101. */
  readonly onUpgradeAnswered?: (listener: (answer: UpgradeAnswer) => void) => () => void;
}

/** What the engine tells, once each, in order. Redacted where it is made. */
export interface EngineEvent {
  readonly category: LiveCategory;
  readonly kind: LiveKind;
  readonly title: string;
  readonly detail: string;
  readonly call?: LiveCallFacts;
  /** It takes the place of the event before with the same value: something that goes on, with its newest count. */
  readonly merge?: string;
}

/** What became of this computer's addresses. */
export interface NetworkChange {
  /** One of them is gone. */
  readonly lost: boolean;
  /** There is one that leads somewhere. */
  readonly connected: boolean;
}

/** Immutable; the same object until something changes. */
export interface PhoneSnapshot {
  readonly registration: Registration;
  /** Newest last. Ended calls stay until dismissed: for 5 s where somebody wanted the end, else until the agent puts them away or calls back. */
  readonly calls: readonly Call[];
  /** The call that has the microphone and speaker, or null. */
  readonly activeCallId: CallId | null;
  /** The grant in use, without its token, or null. */
  readonly grant: { readonly fingerprint: string; readonly issuedAt: number; readonly expiresAt: number } | null;
}

/** The far end of one live call, as sound. */
export interface Sound {
  readonly callId: CallId;
  readonly stream: MediaStream;
}

/** Does it, where the call can do it now; nothing otherwise. An answer waits for the microphone, and resolves when it is under way. */
export interface Act {
  (id: CallId, command: Extract<CallCommand, { readonly verb: 'answer' }>): Promise<void>;
  (id: CallId, command: CallCommand): void;
}

export interface UserAgent {
  readonly snapshot: () => PhoneSnapshot;
  readonly subscribe: (listener: () => void) => () => void;
  readonly onEvent: (listener: (event: EngineEvent) => void) => () => void;
  /** Mint, connect, register; keeps trying until `stop`. */
  readonly start: () => void;
  /** Ends calls, unregisters, closes the flow. Resolves when the wire is quiet (at most 2 s). */
  readonly stop: () => Promise<void>;
  /** The computer woke up, or the network came back: do not wait for the back-off. */
  readonly reconnectNow: () => void;
  /** This computer's addresses changed; what used one that is gone has to find another way. */
  readonly networkChanged: (change: NetworkChange) => void;
  /**
   * Dials what the agent typed. Other live calls are put on hold first. Resolves when the call may be drawn (40 to 100 ms later), its INVITE on
   * the way. No INVITE leaves before `permission` is there, which is waited for beside the microphone; one that fails is the outcome.
   */
  readonly place: (
    typed: string,
    permission?: Promise<Result<{ readonly emergency: boolean }>>,
  ) => Promise<Result<CallId>>;
  readonly act: Act;
  /** Puts another microphone's track on every live call (replaceTrack, no renegotiation). */
  readonly useMicrophone: (stream: MediaStream) => Promise<void>;
  /** The far end's sound (early media too), or null while there is none. */
  readonly remoteStream: (id: CallId) => MediaStream | null;
  /** What is to be played; the same array until a sound comes or goes. */
  readonly sounds: () => readonly Sound[];
  /** Told when that changes: at once, while `subscribe` may wait for a new call's INVITE. */
  readonly onSounds: (listener: () => void) => () => void;
  /** The call's RTCPeerConnection statistics, or null. */
  readonly stats: (id: CallId) => Promise<RTCStatsReport | null>;
}

/** Narrowing helper for lists. */
export function isLive(call: Call): call is LiveCall {
  return call.phase !== 'ended';
}
