/** Notices the first sound from the far end. getStats is too coarse for that (about 40 ms). */
import type { Clock } from './clock';

/** Milliseconds. */
const EVERY = 10;
const GIVE_UP_AFTER = 10_000;

/**
 * Calls `heard` once, when the first packet of the stream's audio is there: the track's `unmute`, or a synchronisation
 * source (RFC 3550), whichever is seen first. Returns the function that stops waiting.
 */
export function whenFirstAudio(connection: RTCPeerConnection, stream: MediaStream, clock: Clock, heard: () => void): () => void {
  const [track] = stream.getAudioTracks();
  const until = clock.now() + GIVE_UP_AFTER;
  let over = false;
  let cancel: () => void = () => undefined;
  const stop = (): void => {
    over = true;
    cancel();
    track?.removeEventListener('unmute', found);
  };
  const found = (): void => {
    if (over) return;
    stop();
    heard();
  };
  const look = (): void => {
    if (over) return;
    if (connection.getReceivers().some((receiver) => receiver.track.kind === 'audio' && receiver.getSynchronizationSources().length > 0)) found();
    else if (clock.now() < until) cancel = clock.after(EVERY, look);
  };
  track?.addEventListener('unmute', found);
  look();
  return stop;
}
