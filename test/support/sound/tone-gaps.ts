/** Listens to every 10 ms of what the far end plays: how long its tone was missing at most. */
import type { Page } from '@playwright/test';
import { waitForTone } from './audio-probe';

/** What was heard since the watch began, ms. */
export interface ToneGaps {
  /** The longest stretch of sound without the tone: what came over the network, as it is played. */
  readonly longestGapMs: number;
  /** The longest time in which no sound at all was made: the track was muted, or this computer had no time for its audio thread. */
  readonly longestStallMs: number;
  /** How much sound was listened to. */
  readonly listenedMs: number;
}

/** A tone counts as heard from here on. */
const HEARD_DBFS = -45;

/** Watches a tone that is being heard without a break, sample by sample. Answers with the function that tells what it heard so far. */
export async function watchToneGaps(page: Page, hz: number): Promise<() => Promise<ToneGaps>> {
  await waitForTone(page, hz);
  await page.evaluate(
    ({ wishedHz, heardDbfs }) => {
      interface Processor {
        readonly readable: ReadableStream<AudioData>;
      }
      const shelf = globalThis as unknown as {
        readonly MediaStreamTrackProcessor: new (options: {
          track: MediaStreamTrack;
          maxBufferSize: number;
        }) => Processor;
        ringfenceGaps: { longestGapMs: number; longestStallMs: number; listenedMs: number };
      };
      const track = [...document.querySelectorAll<HTMLAudioElement>('[data-testid="remote-audio"]')]
        .map((element) => element.srcObject)
        .filter((source) => source instanceof MediaStream)
        .flatMap((stream) => stream.getAudioTracks())
        .find((each) => each.readyState === 'live');
      if (track === undefined) throw new Error('no sound to watch');
      const heard = (shelf.ringfenceGaps = { longestGapMs: 0, longestStallMs: 0, listenedMs: 0 });
      // Two seconds of sound wait for a page that is busy.
      const reader = new shelf.MediaStreamTrackProcessor({
        track: track.clone(),
        maxBufferSize: 200,
      }).readable.getReader();
      let gapMs = 0;
      let expectedUs: number | null = null;
      const look = (data: AudioData): void => {
        const samples = new Float32Array(data.numberOfFrames);
        data.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
        let real = 0;
        let imaginary = 0;
        samples.forEach((sample, n) => {
          real += sample * Math.cos((2 * Math.PI * wishedHz * n) / data.sampleRate);
          imaginary += sample * Math.sin((2 * Math.PI * wishedHz * n) / data.sampleRate);
        });
        const amplitude = (2 * Math.hypot(real, imaginary)) / samples.length;
        const lengthMs = (data.numberOfFrames / data.sampleRate) * 1000;
        if (expectedUs !== null)
          heard.longestStallMs = Math.max(heard.longestStallMs, (data.timestamp - expectedUs) / 1000);
        if (20 * Math.log10(amplitude + 1e-6) > heardDbfs) gapMs = 0;
        else gapMs += lengthMs;
        heard.longestGapMs = Math.max(heard.longestGapMs, gapMs);
        heard.listenedMs += lengthMs;
        expectedUs = data.timestamp + lengthMs * 1000;
      };
      const listen = async (): Promise<void> => {
        for (let next = await reader.read(); !next.done; next = await reader.read()) {
          look(next.value);
          next.value.close();
        }
      };
      void listen();
    },
    { wishedHz: hz, heardDbfs: HEARD_DBFS },
  );
  return () =>
    page.evaluate(
      () =>
        (
          globalThis as unknown as {
            ringfenceGaps: { longestGapMs: number; longestStallMs: number; listenedMs: number };
          }
        ).ringfenceGaps,
    );
}
