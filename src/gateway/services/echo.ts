/** The `echo` service: what is heard goes back, packet by packet, under our own SSRC (RFC 3550 section 8). */
import type { MediaSession } from '../media-session';

/** Whatever codec comes can go back. */
export const echoCodecs: readonly string[] = ['opus', 'pcmu', 'pcma', 'g722'];

/** Sends one received packet back. */
export function echoInto(session: MediaSession, raw: Buffer): void {
  const copy = Buffer.from(raw);
  copy.writeUInt32BE(session.ssrc, 8);
  session.send(copy);
}
