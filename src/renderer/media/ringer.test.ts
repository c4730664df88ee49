import { describe, expect, it } from 'vitest';
import { RING, RINGBACK, samplesOf } from './ringer';

const RATE = 8000;
/** Power of `hz` in the samples by the Goertzel algorithm, per sample. */
function power(samples: Float32Array, hz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / RATE);
  let previous = 0;
  let beforeThat = 0;
  for (const sample of samples) {
    const current = sample + coefficient * previous - beforeThat;
    beforeThat = previous;
    previous = current;
  }
  return (previous ** 2 + beforeThat ** 2 - coefficient * previous * beforeThat) / samples.length ** 2;
}

describe('the sounds', () => {
  it('ringback is 425 Hz for one second and silence for four', () => {
    const samples = samplesOf(RINGBACK, RATE);
    expect(samples.length).toBe(5 * RATE);
    const tone = samples.slice(0, RATE);
    expect(power(tone, 425)).toBeGreaterThan(100 * power(tone, 600));
    expect(samples.slice(RATE).every((sample) => sample === 0)).toBe(true);
  });

  it('ring has both its notes, a pause, and never clips', () => {
    const samples = samplesOf(RING, RATE);
    expect(power(samples, 659.25)).toBeGreaterThan(20 * power(samples, 500));
    expect(power(samples, 880)).toBeGreaterThan(20 * power(samples, 500));
    expect(samples.slice(Math.round(1.4 * RATE)).every((sample) => sample === 0)).toBe(true);
    expect(samples.every((sample) => Math.abs(sample) <= 0.5)).toBe(true);
  });

  it('bursts begin and end without a click', () => {
    const samples = samplesOf(RINGBACK, RATE);
    for (let index = 1; index < samples.length; index += 1) {
      expect(Math.abs((samples[index] ?? 0) - (samples[index - 1] ?? 0))).toBeLessThan(0.06);
    }
  });
});
