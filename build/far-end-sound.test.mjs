import { describe, expect, it } from 'vitest';
import { analyse, isTone } from './far-end-sound.mjs';
import { toneWav } from './tone-wav.mjs';

describe("the practice run's ear", () => {
  it('measures the tone that the fake microphone plays', () => {
    const wav = toneWav(1000);
    expect(wav.readUInt32LE(4)).toBe(wav.length - 8);
    // Inside of the first burst, which is longer than this.
    const samples = Float32Array.from({ length: 4096 }, (_, n) => wav.readInt16LE(44 + 2 * (n + 500)) / 32_768);
    const sound = analyse(samples, 48_000);
    expect(sound.frequencyHz).toBeCloseTo(1000, 0);
    expect(sound.levelDbfs).toBeCloseTo(-12, 0);
    expect(isTone(sound, 1000)).toBe(true);
    expect(isTone(sound, 1020)).toBe(false);
  });

  it('hears no tone in silence', () => {
    expect(isTone(analyse(new Float32Array(4096), 48_000), 1000)).toBe(false);
  });
});
