/**
 * The offers within one session, ours and the far end's: one at a time (RFC 3261 section 14, RFC 3264 section 4), and a refused one
 * leaves the call as it was.
 */
import type { Reoffer, SessionListener } from '../port/sip-stack';
import type { JsSession } from './js-session';
import type { SessionAudio } from './session-audio';
import { refusalOf, type SessionDescriptions } from './session-descriptions';

export interface SessionOffersPorts {
  readonly js: JsSession;
  readonly audio: SessionAudio;
  readonly descriptions: SessionDescriptions;
  readonly listener: () => SessionListener | null;
  /** An ICE restart begins: gathering starts anew. */
  readonly onRestart: () => void;
  /** The far end's offer is being answered. */
  readonly onAnswering: () => void;
}

export interface SessionOffers {
  /** Sends a re-INVITE. False: another offer is on its way. */
  readonly reoffer: (offer: Reoffer) => boolean;
  /** An offer was refused or got no answer, whoever sent it (JsSIP sends those of session timers): takes it back. */
  readonly failed: (status: number) => void;
  /** The last final response to a request within the session. */
  readonly lastStatus: () => number;
  /** The wire had a final response. True: a `reoffer` of ours is on its way. */
  readonly noteStatus: (status: number, retryAfterMs: number | null) => boolean;
  /** The far end offers: 491 while one of ours is under way, 488 where no sound can come of it, else it is answered. */
  readonly peerOffers: (offer: { readonly reject: (options: object) => void }) => void;
}

/** The offers of one session; none is under way. */
export function createSessionOffers({
  js,
  audio,
  descriptions,
  listener,
  onRestart,
  onAnswering,
}: SessionOffersPorts): SessionOffers {
  let reoffering = false;
  let lastStatus = 0;
  let lastRetryAfterMs: number | null = null;
  let directionBefore: RTCRtpTransceiverDirection = 'sendrecv';

  const done = (status: number): void => {
    if (!reoffering) return;
    reoffering = false;
    audio.applyMicrophone();
    listener()?.onReofferDone(status, status >= 300 ? lastRetryAfterMs : null);
  };
  const isOffering = (): boolean => reoffering || (js.connection !== null && js.connection.signalingState !== 'stable');

  return {
    lastStatus: () => lastStatus,
    noteStatus: (status, retryAfterMs) => {
      lastStatus = status;
      lastRetryAfterMs = retryAfterMs;
      return reoffering;
    },
    failed: (status) => {
      const transceiver = audio.transceiver();
      if (reoffering && transceiver !== undefined) transceiver.direction = directionBefore;
      const back =
        js.connection?.signalingState === 'have-local-offer'
          ? js.connection.setLocalDescription({ type: 'rollback' })
          : Promise.resolve();
      const settled = (): void => (reoffering ? done(status) : listener()?.onDialogDoubt(status));
      void back.then(settled, settled);
    },
    // Glare: JsSIP answers 491 and then takes the offer all the same; a second refusal makes it leave the offer alone. Its own offers (of
    // session timers) count as well.
    peerOffers: ({ reject }) => {
      if (isOffering()) {
        reject({ status_code: 491 });
        return;
      }
      listener()?.onPeerOffer();
      // RFC 3261 section 14.2: the session goes on as it was. Taken, it would leave JsSIP waiting for candidates of a stream that is none.
      const problem = descriptions.offerProblem();
      if (problem === null) onAnswering();
      else reject(refusalOf(problem));
    },
    reoffer: (offer) => {
      const transceiver = audio.transceiver();
      if (reoffering || transceiver === undefined || js.isEnded() || !js.isReadyToReOffer()) return false;
      directionBefore = transceiver.direction;
      // The direction is the peer connection's own, so that answers to the far end's offers tell of our hold too.
      transceiver.direction = offer.hold === 'none' ? 'sendrecv' : offer.hold;
      reoffering = true;
      lastStatus = 0;
      lastRetryAfterMs = null;
      if (offer.iceRestart) onRestart();
      const sent = js.renegotiate(offer.iceRestart ? { rtcOfferConstraints: { iceRestart: true } } : {}, () =>
        done(200),
      );
      if (!sent) {
        reoffering = false;
        transceiver.direction = directionBefore;
      }
      return sent;
    },
  };
}
