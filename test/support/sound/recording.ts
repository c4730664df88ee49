/** Reads the WAV files that an ordinary phone recorded, and finds a tone in them. */
import { readFile } from 'node:fs/promises';
import { expect } from '@playwright/test';
import { analyseTone, holdsTone, loudest, type ToneReading } from './audio-probe';

/** Sound of one channel, between -1 and 1. */
export interface Sound {
  readonly samples: Float32Array;
  readonly sampleRateHz: number;
}

/** The stretch that is looked at: one burst of the fake microphone fills it. */
const STRETCH_MS = 80;
const STEP_MS = 20;
/** Of full scale: about -46 dB. */
const AUDIBLE = 0.005;

/** The first channel of a WAV file with 16-bit PCM. A file that is still being written is read to its end so far. Throws when it is anything else. */
export function soundOf(file: Buffer): Sound {
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE')
    throw new Error('this is no WAV file');
  let channels = 0;
  let sampleRateHz = 0;
  for (let at = 12; at + 8 <= file.length;) {
    const name = file.toString('latin1', at, at + 4);
    const size = file.readUInt32LE(at + 4);
    const body = at + 8;
    if (name === 'fmt ') {
      channels = file.readUInt16LE(body + 2);
      sampleRateHz = file.readUInt32LE(body + 4);
      if (file.readUInt16LE(body + 14) !== 16) throw new Error('the samples have not 16 bits');
    }
    if (name === 'data') {
      // The true size stands there when the file is closed.
      const end = size === 0 ? file.length : Math.min(file.length, body + size);
      const count = Math.floor((end - body) / (2 * Math.max(1, channels)));
      return {
        samples: Float32Array.from({ length: count }, (_, n) => file.readInt16LE(body + n * 2 * channels) / 32_768),
        sampleRateHz,
      };
    }
    at = body + size + (size % 2);
  }
  throw new Error('this WAV file holds no samples');
}

/** Reads such a file. */
export async function readSound(path: string): Promise<Sound> {
  return soundOf(await readFile(path));
}

/** How long it lasts, in milliseconds. */
export const durationMs = (sound: Sound): number => (1000 * sound.samples.length) / sound.sampleRateHz;

const samplesIn = ({ sampleRateHz }: Sound, ms: number): number => Math.round((sampleRateHz * ms) / 1000);

/** What the loudest 80 ms hold. */
export function loudestTone(sound: Sound, hz: number): ToneReading {
  return analyseTone(loudest(sound.samples, samplesIn(sound, STRETCH_MS)), sound.sampleRateHz, hz);
}

/** The stretch where the tone is purest; null when none holds it, on its frequency and well above the rest. */
export function purestTone(sound: Sound, hz: number): ToneReading | null {
  const { samples, sampleRateHz } = sound;
  const length = samplesIn(sound, STRETCH_MS);
  const step = samplesIn(sound, STEP_MS);
  let purest: ToneReading | null = null;
  for (let start = 0; start + length <= samples.length; start += step) {
    const stretch = samples.subarray(start, start + length);
    // A pause need not be analysed.
    if (!stretch.some((sample) => Math.abs(sample) > AUDIBLE)) continue;
    const reading = analyseTone(stretch, sampleRateHz, hz);
    if (
      holdsTone(reading, hz) &&
      (purest === null || reading.toneDbfs - reading.restDbfs > purest.toneDbfs - purest.restDbfs)
    )
      purest = reading;
  }
  return purest;
}

/** Waits until the file, which is still being written, holds the tone. */
export async function waitForRecordedTone(path: string, hz: number, timeoutMs = 20_000): Promise<ToneReading> {
  const found: ToneReading[] = [];
  await expect
    .poll(
      async () => {
        const sound = await readSound(path);
        const reading = purestTone(sound, hz);
        if (reading !== null) found.push(reading);
        if (reading !== null) return 'heard';
        // Silence and a spoilt tone have different causes.
        const peak = sound.samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
        return `${(durationMs(sound) / 1000).toFixed(1)} s without it, ${peak === 0 ? 'silent' : `${(20 * Math.log10(peak)).toFixed(0)} dBFS at most`}`;
      },
      { message: `a tone of ${hz} Hz in the recording`, timeout: timeoutMs, intervals: [300] },
    )
    .toBe('heard');
  const [reading] = found;
  if (reading === undefined) throw new Error('unreachable: the poll above would have failed');
  return reading;
}
