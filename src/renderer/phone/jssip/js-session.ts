/** The part of JsSIP's RTCSession that is used, as a type: what a fake in a test has to be, and no more. */
import type { CallDirection } from '../../../contracts/call/call';
import type { StackConfig } from '../port/sip-stack';
import type { SessionDescriptions } from './session-descriptions';

/** A SIP message as JsSIP hands it out with an event. */
export interface SessionMessage {
  readonly status_code?: number;
  readonly reason_phrase?: string;
  readonly body?: string | null;
  readonly getHeaders: (name: string) => readonly string[];
}

/** What JsSIP's `terminate` takes; the status goes into a refusal or into the Reason of a BYE. */
export interface TerminateOptions {
  readonly status_code?: number;
  readonly reason_phrase?: string;
  readonly cause?: string;
  readonly extraHeaders?: string[];
}

/** The part of JsSIP's RTCSession that is used. */
export interface JsSession {
  readonly connection: RTCPeerConnection | null;
  isEnded(): boolean;
  isEstablished(): boolean;
  isReadyToReOffer(): boolean;
  answer(options: object): void;
  terminate: (options?: TerminateOptions) => void;
  mute(options: { readonly audio: boolean }): void;
  unmute(options: { readonly audio: boolean }): void;
  renegotiate(options: object, done: () => void): boolean;
  sendDTMF(tone: string, options: object): void;
  on(event: string, listener: (event: never) => void): unknown;
}

/** What a session has to know about its call. */
export interface SessionContext {
  readonly direction: CallDirection;
  readonly callId: string;
  readonly config: StackConfig;
  /** What goes between the wire and JsSIP. */
  readonly descriptions: SessionDescriptions;
  /** The session is over; was it ever answered? */
  readonly forget: (answered: boolean) => void;
}

/** RFC 4028 section 4: the recommended session interval, in seconds. JsSIP's 90 is below what many gateways accept. */
const SESSION_EXPIRES_S = 1_800;

/** What `call()` and `answer()` share: our microphone instead of JsSIP's getUserMedia, our ICE servers. `minSessionS`: what a 422 asked for. */
export function mediaOptions(config: StackConfig, media: MediaStream, minSessionS: number | null = null): object {
  return {
    mediaStream: media,
    mediaConstraints: { audio: true, video: false },
    // No bundlePolicy: `max-bundle` makes Chromium refuse the answer of a phone without BUNDLE (RFC 9143), and there is one stream anyway.
    pcConfig: { iceServers: config.iceServers },
    sessionTimersExpires: Math.max(SESSION_EXPIRES_S, minSessionS ?? 0),
    // RFC 4028 section 7.1: after a 422 the INVITE says so.
    ...(minSessionS === null ? {} : { extraHeaders: [`Min-SE: ${minSessionS}`] }),
  };
}
