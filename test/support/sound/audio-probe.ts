/** Listens to what the page plays: finds a tone's frequency and level in the far end's stream. */
import { expect, type Page } from '@playwright/test';
import { LONGEST_PAUSE_MS } from './tone';

/** What one window of sound holds. Levels in dB relative to a full-scale sine; -120 is the floor. */
export interface ToneReading {
  /** The strongest frequency between 100 and 4,000 Hz, interpolated. */
  readonly frequencyHz: number;
  /** Level of everything. */
  readonly levelDbfs: number;
  /** Level at the wished frequency alone. */
  readonly toneDbfs: number;
  /** Level of everything but the wished frequency. */
  readonly restDbfs: number;
}

/** A tone counts as heard from here on; the fake microphone plays at -12. */
const HEARD_DBFS = -45;
/** A tone counts as gone below this. */
const GONE_DBFS = -60;
const WINDOW_SAMPLES = 8192;
/** 85 ms: a stretch that one burst of the fake microphone fills. */
const BURST_SAMPLES = 4096;

const decibels = (power: number): number => Math.max(-120, 10 * Math.log10(power + 1e-12));

/** The samples through a Hann window, scaled so that a sine keeps its level. */
function windowed(samples: Float32Array): Float64Array {
  return Float64Array.from(samples, (sample, n) => sample * (1 - Math.cos((2 * Math.PI * n) / samples.length)));
}

/** Goertzel's algorithm: the power at `hz` (1 = a full-scale sine) in samples that went through `windowed`. */
function goertzel(samples: Float64Array, sampleRateHz: number, hz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / sampleRateHz);
  let s1 = 0;
  let s2 = 0;
  for (const sample of samples) {
    const s0 = sample + coefficient * s1 - s2;
    s2 = s1;
    s1 = s0;
  }
  return (4 * (s1 * s1 + s2 * s2 - coefficient * s1 * s2)) / (samples.length * samples.length);
}

/** The loudest stretch of `length` samples: a burst fills it wholly when it is all in there. */
export function loudest(samples: Float32Array, length: number): Float32Array {
  let best = samples.subarray(0, length);
  let most = -1;
  for (let start = 0; start + length <= samples.length; start += 256) {
    const stretch = samples.subarray(start, start + length);
    const power = stretch.reduce((sum, sample) => sum + sample * sample, 0);
    if (power > most) {
      most = power;
      best = stretch;
    }
  }
  return best;
}

/** Reads one window of sound (samples between -1 and 1). */
export function analyseTone(samples: Float32Array, sampleRateHz: number, wishedHz: number): ToneReading {
  // Twice the mean square: a full-scale sine is 0 dB.
  const level = (2 * samples.reduce((sum, s) => sum + s * s, 0)) / Math.max(1, samples.length);
  const shaped = windowed(samples);
  const tone = goertzel(shaped, sampleRateHz, wishedHz);
  // A coarse search over bins as wide as the window allows, then a parabola through the three highest points.
  const bin = sampleRateHz / samples.length;
  let peakHz = 0;
  let peak = -1;
  for (let hz = 100; hz <= 4000; hz += bin) {
    const power = goertzel(shaped, sampleRateHz, hz);
    if (power > peak) {
      peak = power;
      peakHz = hz;
    }
  }
  const [left, middle, right] = [peakHz - bin, peakHz, peakHz + bin].map((hz) =>
    decibels(goertzel(shaped, sampleRateHz, hz)),
  ) as [number, number, number];
  const curve = left - 2 * middle + right;
  const frequencyHz = curve === 0 ? peakHz : peakHz + (bin * (left - right)) / (2 * curve);
  return {
    frequencyHz,
    levelDbfs: decibels(level),
    toneDbfs: decibels(tone),
    restDbfs: decibels(Math.max(0, level - tone)),
  };
}

/** True when the reading holds the tone, on its frequency and well above the rest. */
export function holdsTone(reading: ToneReading, hz: number): boolean {
  return (
    Math.abs(reading.frequencyHz - hz) < 6 && reading.toneDbfs > HEARD_DBFS && reading.toneDbfs - reading.restDbfs > 3
  );
}

/** The last 170 ms (WINDOW_SAMPLES) of the far end's sound, as the page's `remote-audio` element has it; null while there is no stream. */
async function listen(page: Page): Promise<{ readonly samples: Float32Array; readonly sampleRateHz: number } | null> {
  return await page.evaluate(async (size) => {
    const shelf = globalThis as {
      ringfenceProbe?: { context: AudioContext; analysers: WeakMap<MediaStreamTrack, AnalyserNode> };
    };
    const track = [...document.querySelectorAll<HTMLAudioElement>('[data-testid="remote-audio"]')]
      .map((element) => element.srcObject)
      .filter((source) => source instanceof MediaStream)
      .flatMap((stream) => stream.getAudioTracks())
      .find((each) => each.readyState === 'live');
    if (track === undefined) return null;
    shelf.ringfenceProbe ??= { context: new AudioContext({ sampleRate: 48_000 }), analysers: new WeakMap() };
    const { context, analysers } = shelf.ringfenceProbe;
    await context.resume();
    let analyser = analysers.get(track);
    if (analyser === undefined) {
      analyser = new AnalyserNode(context, { fftSize: size, smoothingTimeConstant: 0 });
      context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
      analysers.set(track, analyser);
    }
    const samples = new Float32Array(size);
    analyser.getFloatTimeDomainData(samples);
    return { samples, sampleRateHz: context.sampleRate };
  }, WINDOW_SAMPLES);
}

/** Measures the far end's sound now; null while there is no stream. */
export async function readTone(page: Page, hz: number): Promise<ToneReading | null> {
  const heard = await listen(page);
  return heard === null ? null : analyseTone(loudest(heard.samples, BURST_SAMPLES), heard.sampleRateHz, hz);
}

/** Waits until the tone is heard; answers with the reading that had it. */
export async function waitForTone(page: Page, hz: number, timeoutMs = 15_000): Promise<ToneReading> {
  const found: ToneReading[] = [];
  await expect
    .poll(
      async () => {
        const reading = await readTone(page, hz);
        if (reading === null || !holdsTone(reading, hz)) return describe(reading);
        found.push(reading);
        return 'heard';
      },
      { message: `a tone of ${hz} Hz in what comes back`, timeout: timeoutMs, intervals: [50] },
    )
    .toBe('heard');
  const [reading] = found;
  if (reading === undefined) throw new Error('unreachable: the poll above would have failed');
  return reading;
}

/** Waits until the tone has been gone for well over the longest pause between two bursts, looked at without a break. */
export async function waitForSilence(page: Page, hz: number, timeoutMs = 20_000): Promise<void> {
  let quietSince: number | null = null;
  await expect
    .poll(
      async () => {
        const reading = await readTone(page, hz);
        quietSince = reading !== null && reading.toneDbfs < GONE_DBFS ? (quietSince ?? performance.now()) : null;
        return quietSince !== null && performance.now() - quietSince > 3 * LONGEST_PAUSE_MS
          ? 'gone'
          : describe(reading);
      },
      // The windows overlap, so no burst falls between two of them.
      { message: `no tone of ${hz} Hz in what comes back`, timeout: timeoutMs, intervals: [50] },
    )
    .toBe('gone');
}

function describe(reading: ToneReading | null): string {
  if (reading === null) return 'no stream';
  return `peak ${reading.frequencyHz.toFixed(0)} Hz, all ${reading.levelDbfs.toFixed(0)} dBFS, tone ${reading.toneDbfs.toFixed(0)} dBFS`;
}

/** The longest time without the tone, and how often it was looked for. */
export interface ToneWatch {
  readonly stop: () => Promise<{ readonly longestGapMs: number; readonly looks: number; readonly durationMs: number }>;
}

/** Watches a tone that is being heard without a break: a look every 40 ms at the last 85 ms, in the page itself. */
export async function watchTone(page: Page, hz: number): Promise<ToneWatch> {
  await waitForTone(page, hz);
  await page.evaluate(
    ({ hz, heardDbfs }) => {
      const shelf = globalThis as unknown as {
        ringfenceProbe: { context: AudioContext };
        ringfenceWatch?: { stop: () => unknown };
      };
      const { context } = shelf.ringfenceProbe;
      const element = [...document.querySelectorAll<HTMLAudioElement>('[data-testid="remote-audio"]')].find(
        (each) => each.srcObject instanceof MediaStream,
      );
      const stream = element?.srcObject;
      if (!(stream instanceof MediaStream)) throw new Error('no stream to watch');
      const analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 });
      context.createMediaStreamSource(stream).connect(analyser);
      const samples = new Float32Array(4096);
      const started = performance.now();
      let lastHeard = started;
      let longest = 0;
      let looks = 0;
      const timer = setInterval(() => {
        analyser.getFloatTimeDomainData(samples);
        let real = 0;
        let imaginary = 0;
        samples.forEach((sample, n) => {
          real += sample * Math.cos((2 * Math.PI * hz * n) / context.sampleRate);
          imaginary += sample * Math.sin((2 * Math.PI * hz * n) / context.sampleRate);
        });
        const amplitude = (2 * Math.hypot(real, imaginary)) / samples.length;
        looks++;
        const now = performance.now();
        // The first window may reach back before the analyser was there.
        if (now - started < 120 || 20 * Math.log10(amplitude + 1e-6) > heardDbfs) lastHeard = now;
        longest = Math.max(longest, now - lastHeard);
      }, 40);
      shelf.ringfenceWatch = {
        stop: () => {
          clearInterval(timer);
          return { longestGapMs: longest, looks, durationMs: performance.now() - started };
        },
      };
    },
    { hz, heardDbfs: HEARD_DBFS },
  );
  return {
    stop: () =>
      page.evaluate(() => {
        const { ringfenceWatch } = globalThis as unknown as {
          ringfenceWatch: { stop: () => { longestGapMs: number; looks: number; durationMs: number } };
        };
        return ringfenceWatch.stop();
      }),
  };
}
