import { describe, expect, it } from 'vitest';
import { analyseTone, holdsTone, loudest } from './audio-probe';
import { SAMPLE_RATE_HZ, toneSamples } from './tone';

const RATE = SAMPLE_RATE_HZ;
const SIZE = 8192;
const amplitude = (dbfs: number): number => 10 ** (dbfs / 20);
const sine = (hz: number, dbfs: number, phase = 0): number[] =>
  Array.from({ length: SIZE }, (_, n) => amplitude(dbfs) * Math.sin((2 * Math.PI * hz * n) / RATE + phase));
const mix = (...sounds: number[][]): Float32Array =>
  Float32Array.from({ length: SIZE }, (_, n) => sounds.reduce((sum, sound) => sum + (sound[n] ?? 0), 0));

/** Repeatable noise: a linear congruential generator. */
function noise(dbfs: number): number[] {
  let seed = 42;
  return Array.from({ length: SIZE }, () => {
    seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return (seed / 2 ** 31 - 1) * amplitude(dbfs);
  });
}

describe('analyseTone', () => {
  it('finds frequencies between bins, at any phase', () => {
    for (const hz of [440, 700, 997.3, 1100, 2750]) {
      for (const phase of [0, 1, 2]) {
        expect(Math.abs(analyseTone(mix(sine(hz, -20, phase)), RATE, hz).frequencyHz - hz)).toBeLessThan(1);
      }
    }
  });

  it('measures the tone apart from the rest', () => {
    const reading = analyseTone(mix(sine(700, -20), sine(1100, -30)), RATE, 700);
    expect(reading.toneDbfs).toBeCloseTo(-20, 0);
    expect(reading.restDbfs).toBeCloseTo(-30, 0);
  });

  it('hears a tone in noise, and no tone in noise alone', () => {
    expect(holdsTone(analyseTone(mix(sine(700, -20), noise(-30)), RATE, 700), 700)).toBe(true);
    expect(holdsTone(analyseTone(mix(noise(-20)), RATE, 700), 700)).toBe(false);
  });

  it('does not take another tone, a whisper or silence for the tone', () => {
    expect(holdsTone(analyseTone(mix(sine(1100, -12)), RATE, 700), 700)).toBe(false);
    expect(holdsTone(analyseTone(mix(sine(700, -70)), RATE, 700), 700)).toBe(false);
    expect(holdsTone(analyseTone(new Float32Array(SIZE), RATE, 700), 700)).toBe(false);
    expect(analyseTone(mix(sine(1100, -12)), RATE, 700).toneDbfs).toBeLessThan(-60);
    expect(analyseTone(new Float32Array(SIZE), RATE, 700).levelDbfs).toBe(-120);
  });
});

describe('loudest', () => {
  it('makes a burst of the fake microphone as plain as a steady tone, wherever it lies in the window', () => {
    const bursts = Float32Array.from(toneSamples(700), (sample) => sample / 32_768);
    const quiet = new Float32Array(SIZE);
    for (const offset of [0, 500, 1000, 2000, 2400]) {
      const window = new Float32Array(SIZE);
      window.set(bursts.subarray(0, SIZE - offset), offset);
      expect(holdsTone(analyseTone(loudest(window, 4096), RATE, 700), 700)).toBe(true);
    }
    expect(holdsTone(analyseTone(loudest(quiet, 4096), RATE, 700), 700)).toBe(false);
  });
});
