/** The `tone` service: 440 Hz in G.711 mu-law, 20 ms a packet. */
import { randomInt } from 'node:crypto';
import type { Clock } from '../clock';
import type { MediaSession } from '../media-session';
import { formatRtp } from '../rtp';

/** The tone is made in one codec only. */
export const toneCodecs: readonly string[] = ['pcmu'];

const RATE = 8000;
const FREQUENCY = 440;
const PACKET_MS = 20;
const SAMPLES = (RATE * PACKET_MS) / 1000;
/** 11 periods of 440 Hz fill 200 samples; 5 packets are the smallest whole number of packets that begins again in phase. */
const PACKETS = 5;
const AMPLITUDE = 8000;

/** One sample of 16 bits as mu-law (ITU-T G.711). */
export function muLaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(32_635, Math.abs(Math.round(sample))) + 132;
  const exponent = Math.floor(Math.log2(magnitude)) - 7;
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

/** The payloads of the tone; they repeat for ever without a click. */
export function tonePayloads(): readonly Buffer[] {
  return Array.from({ length: PACKETS }, (_, packet) =>
    Buffer.from(
      Array.from({ length: SAMPLES }, (__, index) =>
        muLaw(AMPLITUDE * Math.sin((2 * Math.PI * FREQUENCY * (packet * SAMPLES + index)) / RATE)),
      ),
    ),
  );
}

/** What the tone is sent through. */
export type ToneTarget = Pick<MediaSession, 'ssrc' | 'formats' | 'send'>;

/** Starts sending; returns what stops it. Packets are due by the clock, not by the timer before, so that they never drift. */
export function startTone(session: ToneTarget, clock: Clock): () => void {
  const payloads = tonePayloads();
  const began = clock.now();
  const firstSequence = randomInt(0, 2 ** 15);
  const firstTimestamp = randomInt(0, 2 ** 31);
  let sent = 0;
  let stop: () => void = () => undefined;
  const tick = (): void => {
    const due = Math.floor((clock.now() - began) / PACKET_MS) + 1;
    // After a stall the lost time is skipped: a burst would only fill a jitter buffer.
    if (due - sent > 10) sent = due - 1;
    for (; sent < due; sent += 1) {
      const payload = payloads[sent % PACKETS] ?? Buffer.alloc(SAMPLES, 0xff);
      session.send(
        formatRtp({
          marker: sent === 0,
          payloadType: session.formats[0]?.payloadType ?? 0,
          sequence: firstSequence + sent,
          timestamp: firstTimestamp + sent * SAMPLES,
          ssrc: session.ssrc,
          payload,
        }),
      );
    }
    stop = clock.after(Math.max(1, began + sent * PACKET_MS - clock.now()), tick);
  };
  tick();
  return () => stop();
}
