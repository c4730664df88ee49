import { describe, expect, it } from 'vitest';
import { durationMs, loudestTone, purestTone, soundOf } from './recording';
import { SAMPLE_RATE_HZ, toneSamples, wavFile } from './tone';

describe('a recording', () => {
  it('is read with its rate and its length', () => {
    const sound = soundOf(wavFile(toneSamples(700)));
    expect(sound.sampleRateHz).toBe(SAMPLE_RATE_HZ);
    expect(durationMs(sound)).toBeCloseTo(4520, 0);
  });

  it('is read to its end while it is being written, when its header says no length yet', () => {
    const file = wavFile(toneSamples(700));
    file.writeUInt32LE(0, 40);
    expect(durationMs(soundOf(file))).toBeCloseTo(4520, 0);
    file.writeUInt32LE(0xffffffff, 40);
    expect(durationMs(soundOf(file))).toBeCloseTo(4520, 0);
  });

  it('is refused when it is something else', () => {
    expect(() => soundOf(Buffer.from('not a recording at all, but text'))).toThrow('no WAV file');
  });

  it('holds the tone that was recorded, and no other', () => {
    const sound = soundOf(wavFile(toneSamples(700, -12)));
    expect(loudestTone(sound, 700)).toMatchObject({ toneDbfs: expect.closeTo(-12, 0) as number });
    expect(purestTone(sound, 700)?.frequencyHz).toBeCloseTo(700, 0);
    expect(purestTone(sound, 440)).toBeNull();
  });
});
