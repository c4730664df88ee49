/** One WebRTC connection to an assistant: the microphone, its voice, and the data channel `oai-events`. It is negotiated once; nothing can be offered anew. */
import type { Clock } from '../base/clock';
import { createIceGate } from '../phone/jssip/ice-gate';
import { withoutLoopbackCandidates, type IceContext } from '../phone/port/ice-policy';

export interface VoicePeerListener {
  /** The data channel is open. */
  readonly onOpen: () => void;
  readonly onMessage: (message: string) => void;
  readonly onRemoteStream: (stream: MediaStream) => void;
  readonly onState: (state: 'connected' | 'disconnected' | 'failed') => void;
  /** The far end closed the data channel. */
  readonly onClosed: () => void;
}

export interface VoicePeer {
  /** The offer, once a usable candidate is in it. Rejects when the browser can't make one. */
  readonly offer: () => Promise<string>;
  /** False when the browser takes the answer for unusable. */
  readonly accept: (answer: string) => Promise<boolean>;
  /** False when the data channel is not open. */
  readonly send: (message: string) => boolean;
  /** What is heard: on hold nothing goes out and nothing comes in; muted, silence goes out. */
  readonly setSound: (sound: { readonly muted: boolean; readonly held: boolean }) => void;
  /** Puts another microphone's track in place of the one before. */
  readonly useTrack: (track: MediaStreamTrack) => void;
  readonly connection: RTCPeerConnection;
  readonly close: () => void;
}

export interface VoicePeerOptions {
  readonly track: MediaStreamTrack;
  readonly iceServers: readonly RTCIceServer[];
  readonly ice: IceContext;
  readonly clock: Clock;
}

/** Creates the connection; nothing leaves before `offer`. */
export function createVoicePeer(
  { track: first, iceServers, ice, clock }: VoicePeerOptions,
  listener: VoicePeerListener,
): VoicePeer {
  const connection = new RTCPeerConnection({ iceServers: [...iceServers], bundlePolicy: 'max-bundle' });
  const gate = createIceGate(clock, ice);
  let track = first;
  let sound = { muted: false, held: false };
  let remote: MediaStreamTrack | null = null;
  let closed = false;

  const sender = connection.addTrack(track, new MediaStream([track]));
  const channel = connection.createDataChannel('oai-events');
  channel.addEventListener('open', () => {
    if (!closed) listener.onOpen();
  });
  channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (!closed && typeof data === 'string') listener.onMessage(data);
  });
  channel.addEventListener('close', () => {
    if (!closed) listener.onClosed();
  });
  connection.addEventListener('track', (event) => {
    remote = event.track;
    remote.enabled = !sound.held;
    if (!closed) listener.onRemoteStream(new MediaStream([remote]));
  });
  connection.addEventListener('connectionstatechange', () => {
    const state = connection.connectionState;
    if (!closed && (state === 'connected' || state === 'disconnected' || state === 'failed')) listener.onState(state);
  });

  const apply = (): void => {
    track.enabled = !sound.muted;
    // Without an offer the direction can't be agreed upon; a sender without a track sends no packet.
    void sender.replaceTrack(sound.held ? null : track).catch(() => undefined); // closed meanwhile
    if (remote !== null) remote.enabled = !sound.held;
  };

  const gathered = (): Promise<void> =>
    new Promise((resolve) => {
      connection.addEventListener('icecandidate', ({ candidate }) => {
        if (candidate === null) resolve();
        else gate.candidate(candidate.candidate, resolve);
      });
      gate.start(resolve);
    });

  return {
    offer: async () => {
      const ready = gathered();
      await connection.setLocalDescription(await connection.createOffer());
      await ready;
      gate.stop();
      return withoutLoopbackCandidates(connection.localDescription?.sdp ?? '', ice);
    },
    accept: (answer) =>
      connection.setRemoteDescription({ type: 'answer', sdp: answer }).then(
        () => true,
        () => false,
      ),
    send: (message) => {
      if (closed || channel.readyState !== 'open') return false;
      channel.send(message);
      return true;
    },
    setSound: (next) => {
      sound = next;
      apply();
    },
    useTrack: (next) => {
      track = next;
      apply();
    },
    connection,
    close: () => {
      if (closed) return;
      closed = true;
      gate.stop();
      channel.close();
      connection.close();
    },
  };
}
