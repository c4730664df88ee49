/** StackSession over one JsSIP RTCSession, of which it needs the parts named in `JsSession`. */
import type { CallDirection } from '../../../contracts/call/call';
import { createIceGate } from './ice-gate';
import { withoutLoopbackCandidates } from '../port/ice-policy';
import { toneSenderOf } from '../base/tone-sender';
import type { SessionListener, StackConfig, StackSession } from '../port/sip-stack';

interface Message {
  readonly status_code?: number;
  readonly reason_phrase?: string;
  readonly body?: string | null;
  readonly getHeaders: (name: string) => readonly string[];
}
interface TerminateOptions {
  readonly status_code?: number;
  readonly reason_phrase?: string;
  readonly cause?: string;
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

export interface SessionContext {
  readonly direction: CallDirection;
  readonly callId: string;
  readonly config: StackConfig;
  /** The session is over; was it ever answered? */
  readonly forget: (answered: boolean) => void;
}

export interface JssipSession {
  readonly session: StackSession;
  /** A final response within the session was read on the wire: JsSIP does not tell which. True: a `reoffer` of ours is on its way. */
  readonly noteStatus: (status: number, retryAfterMs?: number | null) => boolean;
  /** From now on this listener hears the session. */
  readonly listen: (listener: SessionListener) => void;
}

/** RFC 4028 section 4: the recommended session interval, in seconds. JsSIP's 90 is below what many gateways accept. */
const SESSION_EXPIRES_S = 1_800;
const REOFFER_FAILED = new Set(['Hold Failed', 'Unhold Failed', 'Media Renegotiation Failed']);
/** JsSIP's causes for a request in the dialog that got 408 or 481, no answer, or did not come when it was due (RFC 4028). */
const DIALOG_IN_DOUBT = new Set(['Dialog Error', 'Request Timeout', 'Connection Error']);

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

/** JsSIP's cause when `answer` could not be carried out. */
const NO_SETUP = 'Internal Error';
/** JsSIP's causes that mean that something broke; all others are somebody's decision. */
const TROUBLE: ReadonlyMap<string, 'media' | 'timeout' | 'transport' | 'setup'> = new Map([
  ['Request Timeout', 'timeout'],
  ['No ACK', 'timeout'],
  ['No Answer', 'timeout'],
  ['Expires', 'timeout'],
  ['Connection Error', 'transport'],
  ['Dialog Error', 'transport'],
  ['WebRTC Error', 'media'],
  ['RTP Timeout', 'media'],
  [NO_SETUP, 'setup'],
]);

export function createJssipSession(js: JsSession, context: SessionContext): JssipSession {
  const { config, direction } = context;
  const gate = createIceGate(config.clock, config.ice);
  let listener: SessionListener | null = null;
  let microphoneOn = true;
  let reoffering = false;
  let lastStatus = 0;
  let lastRetryAfterMs: number | null = null;
  let wished = false;
  /** JsSIP's cause when it ended the session by itself; it reports that end as if we had wished it. */
  let brokenBy: string | null = null;
  let directionBefore: RTCRtpTransceiverDirection = 'sendrecv';

  const audio = (): RTCRtpTransceiver | undefined =>
    js.connection
      ?.getTransceivers()
      .find((one) => one.sender.track?.kind === 'audio' || one.receiver.track.kind === 'audio');
  // Every track obeys the wish: JsSIP switches tracks on again by itself (after a hold, for one).
  const applyMicrophone = (): void => {
    if (js.connection === null || js.isEnded()) return;
    if (microphoneOn) js.unmute({ audio: true });
    else js.mute({ audio: true });
    const track = audio()?.sender.track;
    if (track !== null && track !== undefined) track.enabled = microphoneOn;
  };
  const reofferDone = (status: number): void => {
    if (!reoffering) return;
    reoffering = false;
    applyMicrophone();
    listener?.onReofferDone(status, status >= 300 ? lastRetryAfterMs : null);
  };
  /** Takes an offer back that was refused or got no answer, whoever sent it (JsSIP sends those of session timers). */
  const offerFailed = (status: number): void => {
    const transceiver = audio();
    if (reoffering && transceiver !== undefined) transceiver.direction = directionBefore;
    const back =
      js.connection?.signalingState === 'have-local-offer'
        ? js.connection.setLocalDescription({ type: 'rollback' })
        : Promise.resolve();
    const done = (): void => (reoffering ? reofferDone(status) : listener?.onDialogDoubt(status));
    void back.then(done, done);
  };

  // JsSIP ends the call when a re-INVITE is refused (RFC 3261 section 14.1 says it goes on unchanged), when ICE fails (we
  // restart it) and when a request in the dialog finds nobody (a gateway that forgot the call does not stop its sound):
  // those ends are ours to decide, so they are caught at the method they go through.
  const terminate = js.terminate.bind(js);
  js.terminate = (options = {}) => {
    const { cause = '' } = options;
    if (REOFFER_FAILED.has(options.reason_phrase ?? '')) offerFailed(lastStatus);
    else if (cause === 'RTP Timeout') listener?.onIceState('failed');
    else if (js.isEstablished() && DIALOG_IN_DOUBT.has(cause)) offerFailed(cause === 'Dialog Error' ? lastStatus : 408);
    else {
      brokenBy ??= options.cause ?? null;
      terminate(options);
    }
  };
  const safely = (options: TerminateOptions): void => {
    if (!js.isEnded()) terminate(options);
  };

  const attach = (connection: RTCPeerConnection): void => {
    let heard: MediaStreamTrack | null = null;
    connection.addEventListener('track', ({ track }) => {
      // A stream of our own: the browser takes the track out of the far end's stream during a hold.
      if (track.kind !== 'audio' || track === heard) return;
      heard = track;
      listener?.onRemoteStream(new MediaStream([track]));
    });
    connection.addEventListener('iceconnectionstatechange', () => {
      // `failed` comes through terminate.
      if (connection.iceConnectionState !== 'failed') listener?.onIceState(connection.iceConnectionState);
    });
  };
  // JsSIP's way out of gathering without a candidate: an event without one is the end of candidates to it.
  const letGo = (): void => void js.connection?.dispatchEvent(new Event('icecandidate'));

  if (js.connection !== null) attach(js.connection);
  js.on('peerconnection', ({ peerconnection }: { readonly peerconnection: RTCPeerConnection }) =>
    attach(peerconnection),
  );
  js.on('connecting', () => gate.start(letGo));
  js.on('icecandidate', ({ candidate, ready }: { readonly candidate: RTCIceCandidate; readonly ready: () => void }) =>
    gate.candidate(candidate.candidate, ready),
  );
  js.on('sdp', (event: { readonly originator: string; sdp: string }) => {
    if (event.originator === 'local') {
      gate.stop();
      event.sdp = withoutLoopbackCandidates(event.sdp, config.ice);
    }
  });
  js.on('progress', ({ originator, response }: { readonly originator: string; readonly response: Message | null }) => {
    if (originator === 'remote') listener?.onProgress(response !== null && (response.body ?? '') !== '');
  });
  let wasAnswered = false;
  const answered = (): void => {
    wasAnswered = true;
    applyMicrophone();
    listener?.onAnswered();
  };
  // The caller is through with the 200; the callee with the ACK: before it no request may follow (RFC 3261 section 13.3.1.4).
  js.on(direction === 'outgoing' ? 'accepted' : 'confirmed', answered);
  js.on('hold', ({ originator }: { readonly originator: string }) => {
    if (originator === 'remote') listener?.onPeerHold(true);
  });
  js.on('unhold', ({ originator }: { readonly originator: string }) => {
    if (originator !== 'remote') return;
    applyMicrophone();
    listener?.onPeerHold(false);
  });
  // Glare: JsSIP answers 491 and then takes the offer all the same; a second refusal makes it leave the offer alone. Its own offers (of
  // session timers) count as well.
  const isOffering = (): boolean => reoffering || (js.connection !== null && js.connection.signalingState !== 'stable');
  const peerOffers = ({ reject }: { readonly reject: (options: object) => void }): void => {
    if (isOffering()) reject({ status_code: 491 });
    else listener?.onPeerOffer();
  };
  js.on('reinvite', peerOffers);
  js.on(
    'update',
    (event: { readonly request: { readonly body?: string | null }; readonly reject: (options: object) => void }) => {
      if ((event.request.body ?? '') !== '') peerOffers(event);
    },
  );
  js.on(
    'newDTMF',
    ({
      originator,
      dtmf,
    }: {
      readonly originator: string;
      readonly dtmf: { readonly on: (event: 'failed', listener: () => void) => void };
    }) => {
      if (originator === 'local') dtmf.on('failed', () => listener?.onDigitFailed());
    },
  );
  // The call is not transferred by us. JsSIP has taken the REFER with 202: whoever sent it waits for the NOTIFY that says how it went (RFC 3515 section 2.4.4).
  js.on('refer', ({ reject }: { readonly reject: () => void }) => reject());
  // The far end hands its side of the call over: the other one rings as a call of its own, which ends this one when it is answered (RFC 3891).
  js.on('replaces', ({ accept }: { readonly accept: () => void }) => accept());
  const over = ({
    originator,
    message,
    cause,
  }: {
    readonly originator: string;
    readonly message: Message | null;
    readonly cause: string;
  }): void => {
    gate.stop();
    context.forget(wasAnswered);
    const ours = originator === 'local' && wished;
    listener?.onEnded({
      by: ours ? 'us' : originator === 'remote' ? 'peer' : 'system',
      status: message?.status_code ?? null,
      phrase: message?.reason_phrase ?? '',
      reason: message?.getHeaders('reason').join(', ') || null,
      trouble: ours ? null : (TROUBLE.get(brokenBy ?? cause) ?? null),
    });
  };
  js.on('ended', over);
  js.on('failed', over);

  const session: StackSession = {
    direction,
    callId: context.callId,
    answer: (media) => {
      try {
        js.answer(mediaOptions(config, media));
      } catch {
        // The browser made no peer connection. JsSIP has stopped its no-answer timer by then: nobody else would end this call.
        brokenBy = NO_SETUP;
        safely({ status_code: 500, reason_phrase: NO_SETUP, cause: brokenBy });
      }
    },
    end: (status) => {
      wished = true;
      // An answered call ends by BYE, which needs no code.
      safely(direction === 'incoming' && !js.isEstablished() ? { status_code: status } : {});
    },
    abandon: () => {
      brokenBy = 'Connection Error';
      safely({ status_code: 500, reason_phrase: 'Connection Lost', cause: brokenBy });
    },
    setMicrophone: (on) => {
      microphoneOn = on;
      applyMicrophone();
    },
    replaceTrack: async (track) => {
      track.enabled = microphoneOn;
      await audio()?.sender.replaceTrack(track);
    },
    reoffer: (offer) => {
      const transceiver = audio();
      if (reoffering || transceiver === undefined || js.isEnded() || !js.isReadyToReOffer()) return false;
      directionBefore = transceiver.direction;
      // The direction is the peer connection's own, so that answers to the far end's offers tell of our hold too.
      transceiver.direction = offer.hold === 'none' ? 'sendrecv' : offer.hold;
      reoffering = true;
      lastStatus = 0;
      lastRetryAfterMs = null;
      if (offer.iceRestart) {
        js.connection?.setConfiguration({ ...js.connection.getConfiguration(), iceServers: [...config.iceServers] });
        gate.start(letGo);
      }
      const sent = js.renegotiate(offer.iceRestart ? { rtcOfferConstraints: { iceRestart: true } } : {}, () =>
        reofferDone(200),
      );
      if (!sent) {
        reoffering = false;
        transceiver.direction = directionBefore;
      }
      return sent;
    },
    sendDigit: (digit, duration, interToneGap) => {
      const tones = toneSenderOf(js.connection);
      if (tones !== null) {
        tones.insertDTMF(tones.toneBuffer + digit, duration, interToneGap);
        return true;
      }
      if (js.isEnded()) return false;
      try {
        js.sendDTMF(digit, { duration, interToneGap, transportType: 'INFO' });
        return true;
      } catch {
        // Too early for a request in the dialog.
        return false;
      }
    },
    connection: () => js.connection,
  };
  return {
    session,
    noteStatus: (status, retryAfterMs = null) => {
      lastStatus = status;
      lastRetryAfterMs = retryAfterMs;
      return reoffering;
    },
    listen: (next) => {
      listener = next;
    },
  };
}
