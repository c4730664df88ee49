/** The sound of one JsSIP session: its one audio transceiver, the wish for the microphone, and the far end's track. */
import type { SessionListener } from '../port/sip-stack';
import type { JsSession } from './js-session';

export interface SessionAudio {
  /** The transceiver of the call's sound, or undefined before there is one. */
  readonly transceiver: () => RTCRtpTransceiver | undefined;
  /** The agent's wish, held against JsSIP, which switches tracks on again by itself (after a hold, for one). */
  readonly setMicrophone: (on: boolean) => void;
  /** Puts the wish on the track again. */
  readonly applyMicrophone: () => void;
  /** An offer of the far end's was taken: our track sounds on its stream. */
  readonly adopt: () => void;
  readonly replaceTrack: (track: MediaStreamTrack) => Promise<void>;
  /** Tells the listener of the far end's track and of the state of ICE from now on. */
  readonly attach: (connection: RTCPeerConnection) => void;
}

/** The sound of `js`; `listener` is asked for at each event. */
export function createSessionAudio(js: JsSession, listener: () => SessionListener | null): SessionAudio {
  let microphoneOn = true;

  const all = (): RTCRtpTransceiver[] =>
    (js.connection?.getTransceivers() ?? []).filter(
      (one) => one.sender.track?.kind === 'audio' || one.receiver.track.kind === 'audio',
    );
  /** The one that both sides agreed on, if there is one. */
  const transceiver = (): RTCRtpTransceiver | undefined => all().find((one) => typeof one.mid === 'string') ?? all()[0];
  // Every track obeys the wish: JsSIP switches tracks on again by itself (after a hold, for one).
  const applyMicrophone = (): void => {
    if (js.connection === null || js.isEnded()) return;
    if (microphoneOn) js.unmute({ audio: true });
    else js.mute({ audio: true });
    const track = transceiver()?.sender.track;
    if (track !== null && track !== undefined) track.enabled = microphoneOn;
  };

  return {
    transceiver,
    applyMicrophone,
    setMicrophone: (on) => {
      microphoneOn = on;
      applyMicrophone();
    },
    // W3C WebRTC section 5.1 (addTrack) and RFC 8829 section 5.10: an offer that wants nothing from us (a hold from the start) gets a transceiver
    // of its own, so that we would stay silent when the hold ends, and offer a second stream with the one that has our track.
    adopt: () => {
      const [agreed, ours] = [transceiver(), all().find((one) => one.sender.track !== null)];
      if (agreed === undefined || ours === undefined || agreed === ours || agreed.sender.track !== null) return;
      agreed.direction = 'sendrecv';
      const { track } = ours.sender;
      ours.stop();
      void agreed.sender.replaceTrack(track).then(applyMicrophone);
    },
    replaceTrack: async (track) => {
      track.enabled = microphoneOn;
      await transceiver()?.sender.replaceTrack(track);
    },
    attach: (connection) => {
      let heard: MediaStreamTrack | null = null;
      connection.addEventListener('track', ({ track }) => {
        // A stream of our own: the browser takes the track out of the far end's stream during a hold.
        if (track.kind !== 'audio' || track === heard) return;
        heard = track;
        listener()?.onRemoteStream(new MediaStream([track]));
      });
      connection.addEventListener('iceconnectionstatechange', () => {
        // `failed` comes through terminate.
        if (connection.iceConnectionState !== 'failed') listener()?.onIceState(connection.iceConnectionState);
      });
    },
  };
}
