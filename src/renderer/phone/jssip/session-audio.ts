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
  readonly replaceTrack: (track: MediaStreamTrack) => Promise<void>;
  /** Tells the listener of the far end's track and of the state of ICE from now on. */
  readonly attach: (connection: RTCPeerConnection) => void;
}

/** The sound of `js`; `listener` is asked for at each event. */
export function createSessionAudio(js: JsSession, listener: () => SessionListener | null): SessionAudio {
  let microphoneOn = true;

  const transceiver = (): RTCRtpTransceiver | undefined =>
    js.connection
      ?.getTransceivers()
      .find((one) => one.sender.track?.kind === 'audio' || one.receiver.track.kind === 'audio');
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
