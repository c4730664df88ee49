/** StackSession over one JsSIP RTCSession, of which it needs the parts named in `JsSession`. */
import { createIceGate } from './ice-gate';
import {
  mediaOptions,
  type JsSession,
  type SessionContext,
  type SessionMessage,
  type TerminateOptions,
} from './js-session';
import { takeAnotherAnswer } from './another-answer';
import { releasePayloads } from './payload-release';
import { moveTarget } from './remote-target';
import { createSessionAudio } from './session-audio';
import type { AnswerProblem, SessionDescriptions } from './session-descriptions';
import { createSessionOffers } from './session-offers';
import type { Trouble } from '../port/cause';
import { withoutLoopbackCandidates } from '../port/ice-policy';
import { toneSenderOf } from '../base/tone-sender';
import type { SessionListener, StackSession } from '../port/sip-stack';

export interface JssipSession {
  readonly session: StackSession;
  readonly descriptions: SessionDescriptions;
  /** A final response within the session was read on the wire: JsSIP does not tell which. True: a `reoffer` of ours is on its way. */
  readonly noteStatus: (status: number, retryAfterMs?: number | null) => boolean;
  /** Another call takes its place: it was answered here. */
  readonly giveWay: () => void;
  /** A 2xx to a request of ours in its dialog names this URI, as JsSIP has it, in its Contact. */
  readonly moveTarget: (uri: unknown) => void;
  /** From now on this listener hears the session. */
  readonly listen: (listener: SessionListener) => void;
}

const REOFFER_FAILED = new Set(['Hold Failed', 'Unhold Failed', 'Media Renegotiation Failed']);
/** JsSIP's causes for a request in the dialog that got 408 or 481, no answer, or did not come when it was due (RFC 4028). */
const DIALOG_IN_DOUBT = new Set(['Dialog Error', 'Request Timeout', 'Connection Error']);

/** JsSIP's cause when `answer` could not be carried out. */
const NO_SETUP = 'Internal Error';
/** JsSIP's causes that mean that something broke; all others are somebody's decision. */
const TROUBLE: ReadonlyMap<string, Trouble> = new Map<string, Trouble>([
  ['Request Timeout', 'timeout'],
  ['No ACK', 'timeout'],
  ['No Answer', 'timeout'],
  ['Expires', 'timeout'],
  ['Connection Error', 'transport'],
  ['Dialog Error', 'transport'],
  ['WebRTC Error', 'media'],
  ['RTP Timeout', 'media'],
  // The far end's description: RTP/AVP, no rtcp-mux, no fingerprint, no codec in common, none at all.
  ['Bad Media Description', 'sound'],
  ['Incompatible SDP', 'sound'],
  ['Missing SDP', 'sound'],
  [NO_SETUP, 'setup'],
]);
/** For Details, in English as the phrases of SIP are. */
const ANSWER_PROBLEMS: Readonly<Record<AnswerProblem, string>> = {
  'no-common-sound': 'the answer has no sound format that this phone has',
  'no-webrtc': 'the answer has no sound as WebRTC encrypts it',
  'no-contact': 'the answer names no SIP address in Contact',
};

export function createJssipSession(js: JsSession, context: SessionContext): JssipSession {
  const { config, descriptions, direction } = context;
  const gate = createIceGate(config.clock, config.ice);
  let listener: SessionListener | null = null;
  let wished = false;
  /** JsSIP's cause when it ended the session by itself; it reports that end as if we had wished it. */
  let brokenBy: string | null = null;

  const audio = createSessionAudio(js, () => listener);
  // JsSIP's way out of gathering without a candidate: an event without one is the end of candidates to it.
  const letGo = (): void => void js.connection?.dispatchEvent(new Event('icecandidate'));
  const offers = createSessionOffers({
    js,
    audio,
    descriptions,
    listener: () => listener,
    // Candidates of an offer with a new path come as those of ours do.
    onAnswering: () => gate.start(letGo),
    onRestart: () => {
      js.connection?.setConfiguration({ ...js.connection.getConfiguration(), iceServers: [...config.iceServers] });
      gate.start(letGo);
    },
  });

  // JsSIP ends the call when a re-INVITE is refused (RFC 3261 section 14.1 says it goes on unchanged), when ICE fails (we
  // restart it) and when a request in the dialog finds nobody (a gateway that forgot the call does not stop its sound):
  // those ends are ours to decide, so they are caught at the method they go through.
  const terminate = js.terminate.bind(js);
  js.terminate = (options = {}) => {
    const { cause = '' } = options;
    const status = offers.lastStatus();
    // An answer that does not fit leaves the call as a refusal does.
    if (REOFFER_FAILED.has(options.reason_phrase ?? '')) offers.failed(status >= 200 && status < 300 ? 488 : status);
    else if (cause === 'RTP Timeout') listener?.onIceState('failed');
    else if (js.isEstablished() && DIALOG_IN_DOUBT.has(cause)) offers.failed(cause === 'Dialog Error' ? status : 408);
    else {
      brokenBy ??= options.cause ?? null;
      terminate(options);
    }
  };
  const safely = (options: TerminateOptions): void => {
    if (!js.isEnded()) terminate(options);
  };

  const adopt = (connection: RTCPeerConnection): void => {
    releasePayloads(connection);
    takeAnotherAnswer(connection);
    audio.attach(connection);
  };
  if (js.connection !== null) adopt(js.connection);
  js.on('peerconnection', ({ peerconnection }: { readonly peerconnection: RTCPeerConnection }) =>
    adopt(peerconnection),
  );
  js.on('connecting', () => {
    audio.adopt();
    gate.start(letGo);
  });
  js.on('icecandidate', ({ candidate, ready }: { readonly candidate: RTCIceCandidate; readonly ready: () => void }) =>
    gate.candidate(candidate.candidate, ready),
  );
  js.on('sdp', (event: { readonly originator: string; sdp: string }) => {
    if (event.originator === 'local') {
      gate.stop();
      event.sdp = withoutLoopbackCandidates(event.sdp, config.ice);
    }
  });
  js.on(
    'progress',
    ({ originator, response }: { readonly originator: string; readonly response: SessionMessage | null }) => {
      if (originator === 'remote') listener?.onProgress(response !== null && (response.body ?? '') !== '');
    },
  );
  let wasAnswered = false;
  const tellHold = (): void => {
    if (wasAnswered) listener?.onPeerHold(descriptions.isHeldByPeer());
  };
  descriptions.onAgreed(tellHold);
  const answered = (): void => {
    wasAnswered = true;
    audio.applyMicrophone();
    listener?.onAnswered();
    tellHold();
  };
  // The caller is through with the 200; the callee with the ACK: before it no request may follow (RFC 3261 section 13.3.1.4).
  js.on(direction === 'outgoing' ? 'accepted' : 'confirmed', answered);
  // JsSIP sees holds in offers alone, and not one from the start; `descriptions` sees all of them.
  js.on('unhold', ({ originator }: { readonly originator: string }) => {
    if (originator === 'remote') audio.applyMicrophone();
  });
  js.on('reinvite', offers.peerOffers);
  js.on(
    'update',
    (event: { readonly request: { readonly body?: string | null }; readonly reject: (options: object) => void }) => {
      if ((event.request.body ?? '') !== '') offers.peerOffers(event);
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
  const over = ({
    originator,
    message,
    cause,
  }: {
    readonly originator: string;
    readonly message: SessionMessage | null;
    readonly cause: string;
  }): void => {
    gate.stop();
    context.forget(wasAnswered);
    // JsSIP leaves it open, microphone and all, where it gives up on an answer.
    if (js.connection !== null && js.connection.signalingState !== 'closed') js.connection.close();
    const ours = originator === 'local' && wished;
    const unusable = wasAnswered ? null : descriptions.answerProblem();
    if (unusable !== null && !ours) {
      listener?.onEnded({
        by: 'system',
        status: message?.status_code ?? null,
        phrase: message?.reason_phrase ?? '',
        reason: ANSWER_PROBLEMS[unusable],
        trouble: unusable === 'no-contact' ? 'setup' : 'sound',
      });
      return;
    }
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
    setMicrophone: audio.setMicrophone,
    replaceTrack: audio.replaceTrack,
    reoffer: offers.reoffer,
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
    descriptions,
    noteStatus: (status, retryAfterMs = null) => offers.noteStatus(status, retryAfterMs),
    moveTarget: (uri) => moveTarget(js, uri),
    giveWay: () => {
      if (!js.isEstablished()) wished = true;
      safely({});
    },
    listen: (next) => {
      listener = next;
    },
  };
}
