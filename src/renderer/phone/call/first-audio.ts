/** Notices the first sound from the far end. getStats is too coarse for that (about 40 ms). */
import type { Clock } from '../../base/clock';

/** Milliseconds. */
const EVERY = 10;
const GIVE_UP_AFTER = 10_000;

/**
 * Calls `heard` once, when the first packet of audio is there: a synchronisation source (RFC 3550) is known. The track's `unmute` says less: Chromium fires
 * it with the remote description, before ICE has connected. Returns the function that stops waiting.
 */
export function whenFirstAudio(connection: RTCPeerConnection, clock: Clock, heard: () => void): () => void {
  const until = clock.now() + GIVE_UP_AFTER;
  let over = false;
  let cancel: () => void = () => undefined;
  const stop = (): void => {
    over = true;
    cancel();
  };
  const found = (): void => {
    if (over) return;
    stop();
    heard();
  };
  const look = (): void => {
    if (over) return;
    if (
      connection
        .getReceivers()
        .some((receiver) => receiver.track.kind === 'audio' && receiver.getSynchronizationSources().length > 0)
    )
      found();
    else if (clock.now() < until) cancel = clock.after(EVERY, look);
  };
  look();
  return stop;
}
