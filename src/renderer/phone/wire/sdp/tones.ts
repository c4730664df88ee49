/**
 * Which telephone-event (RFC 4733) Chromium is told of. Its events have the timestamps of the codec in use (section 2.1), but it counts their length by the
 * clock of the payload: beside Opus at 48,000 a digit of 100 ms became one packet of 20 ms by an event of 8,000, beside G.711 600 ms by
 * one of 48,000. Of several it takes one of 8,000, whatever the codec is (Chromium 130).
 */
import type { Payload } from './codecs';

const clockOf = ({ mapping }: Payload): string => mapping.split('/')[1] ?? '';

/**
 * The payloads with one telephone-event at most, which has the clock of the first codec: the one that has it already, or else the first
 * one, so that a digit lasts as long as it was asked to.
 */
export function withOneTone(payloads: readonly Payload[]): Payload[] {
  const codec = payloads.find(({ isSound }) => isSound);
  const tones = payloads.filter(({ mapping }) => mapping.startsWith('telephone-event/'));
  const clock = codec === undefined ? '' : clockOf(codec);
  const kept = tones.find((tone) => clockOf(tone) === clock) ?? tones[0];
  return payloads.flatMap((payload) => {
    if (!tones.includes(payload)) return [payload];
    return payload === kept && clock !== '' ? [{ ...payload, mapping: `telephone-event/${clock}` }] : [];
  });
}
