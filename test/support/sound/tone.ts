/**
 * Tones as WAV files for Chromium's fake microphone.
 *
 * A steady tone does not survive a real phone: what an echo service sends back is the very tone that the microphone goes
 * on playing, so the echo canceller removes it as an echo, and the noise suppressor takes it for a hum. So the tone comes in short
 * bursts with pauses of unequal length, as speech does, and the product's own audio processing stays on during the tests.
 */
import { writeFile } from 'node:fs/promises';
import { seeded } from '../seeded';

/** Samples per second of every file made here; Opus' own rate, so that nothing is resampled on the way. */
export const SAMPLE_RATE_HZ = 48_000;

/** Milliseconds of sound, and of silence after it; about 4.5 s in all. */
const BURST_MS = 120;
const PAUSES_MS = [300, 450, 620, 340, 560, 410, 500, 380] as const;

/** The longest time without sound in what the microphone plays, in milliseconds. */
export const LONGEST_PAUSE_MS = Math.max(...PAUSES_MS);

/** Bursts of `hz` at `dbfs` (dB below a full-scale sine) as 16-bit samples; begins and ends silent, so it can be looped without a click. */
export function toneSamples(hz: number, dbfs = -12): Int16Array {
  if (!(hz > 0 && hz < SAMPLE_RATE_HZ / 2)) throw new RangeError(`a tone of ${hz} Hz cannot be made`);
  const amplitude = 32_767 * 10 ** (dbfs / 20);
  const length = (SAMPLE_RATE_HZ * BURST_MS) / 1000;
  const burst = Array.from({ length }, (_, n) => {
    const edge = Math.min(1, n / 240, (length - n) / 240); // 5 ms in and out: no click
    return Math.round(amplitude * edge * Math.sin((2 * Math.PI * hz * n) / SAMPLE_RATE_HZ));
  });
  return Int16Array.from(
    PAUSES_MS.flatMap((pauseMs) => [...burst, ...new Array<number>((SAMPLE_RATE_HZ * pauseMs) / 1000).fill(0)]),
  );
}

/** What an ordinary phone speaks: G.711. */
export const TELEPHONE_RATE_HZ = 8_000;

/** A tone without a pause at an ordinary phone's rate, as 16-bit samples. For phones that process nothing. */
export function steadyTone(hz: number, seconds: number, dbfs = -12): Int16Array {
  const amplitude = 32_767 * 10 ** (dbfs / 20);
  return Int16Array.from({ length: seconds * TELEPHONE_RATE_HZ }, (_, n) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hz * n) / TELEPHONE_RATE_HZ)),
  );
}

/** The samples' own bytes, without a header. */
export const rawSamples = (samples: Int16Array): Buffer =>
  Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);

/** The samples in such bytes; half a sample at the end is left out. */
export const samplesOf = (bytes: Buffer): Int16Array =>
  Int16Array.from({ length: Math.floor(bytes.length / 2) }, (_, n) => bytes.readInt16LE(2 * n));

/** A mono 16-bit PCM WAV file (RIFF) around `samples`. */
export function wavFile(samples: Int16Array, rateHz: number = SAMPLE_RATE_HZ): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + samples.byteLength, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20); // PCM
  header.writeUInt16LE(1, 22); // mono
  header.writeUInt32LE(rateHz, 24);
  header.writeUInt32LE(rateHz * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(samples.byteLength, 40);
  return Buffer.concat([header, rawSamples(samples)]);
}

/** Writes the bursts to `path`, readable by every user (Chromium's audio process may be another one). */
export async function writeToneFile(path: string, hz: number): Promise<void> {
  await writeFile(path, wavFile(toneSamples(hz)), { mode: 0o644 });
}

/** Milliseconds of a syllable and of the silence after it in `talkSamples`. */
const SYLLABLE_MS = 150;
export const SYLLABLE_PAUSE_MS = 30;

/**
 * Sound with hardly a pause, as 16-bit samples: syllables that glide, each at another pitch, so that the noise suppressor takes
 * none of it for a hum. For measuring gaps; it has no frequency to find.
 */
export function talkSamples(seed: number, dbfs = -12): Int16Array {
  const random = seeded(seed);
  const amplitude = 32_767 * 10 ** (dbfs / 20);
  const length = (SAMPLE_RATE_HZ * SYLLABLE_MS) / 1000;
  const silence = new Array<number>((SAMPLE_RATE_HZ * SYLLABLE_PAUSE_MS) / 1000).fill(0);
  const syllable = (): number[] => {
    const from = 350 + random() * 900;
    const to = from * (0.7 + random() * 0.7);
    let phase = 0;
    return Array.from({ length }, (_, n) => {
      phase += (2 * Math.PI * (from + ((to - from) * n) / length)) / SAMPLE_RATE_HZ;
      const edge = Math.min(1, n / 240, (length - n) / 240);
      return Math.round(amplitude * edge * (0.7 * Math.sin(phase) + 0.3 * Math.sin(2 * phase)));
    });
  };
  return Int16Array.from(Array.from({ length: 30 }, () => [...syllable(), ...silence]).flat());
}
