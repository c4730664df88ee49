/** How loud a stream is, from 0 to 1, for the bars beside the microphone. */
import type { Microphone } from './devices';

/** What counts as silence and as full, in dBFS. */
const QUIET_DB = -60;
const LOUD_DB = -10;
/** Milliseconds between two readings: about what an eye follows. */
const EVERY = 100;

/** The level of one block of samples (-1 to 1): its RMS in dB, spread over the range that speech uses. */
export function levelOf(samples: Float32Array): number {
  if (samples.length === 0) return 0;
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const db = 10 * Math.log10(sum / samples.length);
  return Math.min(1, Math.max(0, (db - QUIET_DB) / (LOUD_DB - QUIET_DB)));
}

/** Reads the level of a stream ten times a second until the returned function is called. */
export function watchLevel(stream: MediaStream, listener: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  // To the analyser only: connected to the loudspeaker it would howl.
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    listener(levelOf(samples));
  }, EVERY);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}

/** The microphone's level while it is open, and 0 once when it closes. */
export function microphoneLevel(
  microphone: Pick<Microphone, 'stream' | 'onChange'>,
  watch: typeof watchLevel = watchLevel,
): (listener: (level: number) => void) => () => void {
  return (listener) => {
    let stop: (() => void) | null = null;
    const follow = (stream: MediaStream | null): void => {
      const wasOpen = stop !== null;
      stop?.();
      stop = stream === null ? null : watch(stream, listener);
      if (stream === null && wasOpen) listener(0);
    };
    follow(microphone.stream());
    const unsubscribe = microphone.onChange(follow);
    return () => {
      unsubscribe();
      stop?.();
      stop = null;
    };
  };
}
