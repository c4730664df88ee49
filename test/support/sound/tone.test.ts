import { describe, expect, it } from 'vitest';
import { analyseTone } from './audio-probe';
import { LONGEST_PAUSE_MS, SAMPLE_RATE_HZ, toneSamples, wavFile } from './tone';

describe('toneSamples', () => {
  it('begins and ends silent, so that it loops without a click', () => {
    const samples = toneSamples(997);
    expect(samples[0]).toBe(0);
    expect(samples.slice(-SAMPLE_RATE_HZ / 5).every((sample) => sample === 0)).toBe(true);
  });

  it('has the frequency and the level that were asked for, and silence of the promised length between', () => {
    const samples = toneSamples(997);
    const burst = Float32Array.from(samples.slice(480, 480 + 4096), (sample) => sample / 32_768);
    const found = analyseTone(burst, SAMPLE_RATE_HZ, 997);
    expect(Math.abs(found.frequencyHz - 997)).toBeLessThan(2);
    expect(found.toneDbfs).toBeCloseTo(-12, 0);
    let quiet = 0;
    let longest = 0;
    for (const sample of samples) {
      quiet = sample === 0 ? quiet + 1 : 0;
      longest = Math.max(longest, quiet);
    }
    expect((longest / SAMPLE_RATE_HZ) * 1000).toBeCloseTo(LONGEST_PAUSE_MS, 0);
  });

  it('refuses what no file can hold', () => {
    expect(() => toneSamples(24_000)).toThrow(RangeError);
    expect(() => toneSamples(0)).toThrow(RangeError);
  });
});

describe('wavFile', () => {
  it('writes sizes that agree with the samples', () => {
    const wav = wavFile(toneSamples(1000));
    expect(wav.toString('latin1', 0, 4)).toBe('RIFF');
    expect(wav.readUInt32LE(4)).toBe(wav.length - 8);
    expect(wav.readUInt32LE(24)).toBe(48_000);
    expect(wav.readUInt32LE(40)).toBe(wav.length - 44);
  });
});
