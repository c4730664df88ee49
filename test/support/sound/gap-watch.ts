/**
 * Measures how long the far end's sound was away, on the time line of the sound itself: every sample that the page played
 * is looked at, so a busy computer that looks late misses nothing and invents nothing.
 */
import { expect, type Page } from '@playwright/test';

/** What was heard between start and stop. */
export interface Gaps {
  /** The longest time without sound, in milliseconds; in steps of 5. */
  readonly longestMs: number;
  /** How long was listened, in milliseconds. */
  readonly listenedMs: number;
  /** Sound that went by unseen because the page was too busy, in milliseconds. */
  readonly missedMs: number;
  /** When the sound came back after the longest gap, in ms since the epoch; accurate to about 150 ms. */
  readonly backAt: number;
}

export interface GapWatch {
  readonly stop: () => Promise<Gaps>;
}

/** What is not looked at of a watch: the first moments, and the last look's. Milliseconds. */
const EDGES_MS = 500;

/** Fails when the ear slept during the `forMs` that were watched (1 s at least): what nobody listened to is no sound that was there. */
export function expectListened({ listenedMs, missedMs }: Gaps, forMs: number): void {
  expect(missedMs, 'sound that nobody listened to, ms').toBeLessThan(50);
  expect(listenedMs, 'sound that was listened to, ms').toBeGreaterThan(Math.max(1_000, forMs) - EDGES_MS);
}

/** Begins to listen to what the page plays; everything below -45 dBFS is a gap. The sound must be there already. */
export async function watchGaps(page: Page): Promise<GapWatch> {
  await page.evaluate(async () => {
    const element = [...document.querySelectorAll<HTMLAudioElement>('[data-testid="remote-audio"]')].find(
      (each) => each.srcObject instanceof MediaStream,
    );
    const stream = element?.srcObject;
    if (!(stream instanceof MediaStream)) throw new Error('no stream to watch');
    const context = new AudioContext({ sampleRate: 48_000 });
    await context.resume();
    const analyser = new AnalyserNode(context, { fftSize: 32_768, smoothingTimeConstant: 0 });
    const source = context.createMediaStreamSource(stream);
    source.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const FRAME = 240; // 5 ms
    const QUIET = 10 ** (-45 / 20) / Math.SQRT2;
    const gaps = { longestMs: 0, listenedMs: 0, missedMs: 0, backAt: 0 };
    let seenUntil = context.currentTime + 0.2; // The first moments hold what was there before the source.
    let quietMs = 0;
    const look = (): void => {
      const now = context.currentTime;
      analyser.getFloatTimeDomainData(samples);
      let fresh = Math.round((now - seenUntil) * context.sampleRate);
      if (fresh < FRAME) return;
      if (fresh > samples.length) {
        gaps.missedMs += ((fresh - samples.length) / context.sampleRate) * 1000;
        fresh = samples.length;
      }
      fresh -= fresh % FRAME;
      seenUntil = now;
      gaps.listenedMs += (fresh / context.sampleRate) * 1000;
      for (let start = samples.length - fresh; start < samples.length; start += FRAME) {
        let power = 0;
        for (let n = start; n < start + FRAME; n++) power += (samples[n] ?? 0) ** 2;
        if (Math.sqrt(power / FRAME) < QUIET) quietMs += 5;
        else {
          if (quietMs > gaps.longestMs) {
            gaps.longestMs = quietMs;
            gaps.backAt = Date.now() - ((samples.length - start) / context.sampleRate) * 1000;
          }
          quietMs = 0;
        }
      }
    };
    const timer = setInterval(look, 150);
    const shelf = globalThis as unknown as { ringfenceGaps?: { stop: () => unknown } };
    shelf.ringfenceGaps = {
      stop: () => {
        clearInterval(timer);
        look();
        void context.close();
        return { ...gaps, longestMs: Math.max(gaps.longestMs, quietMs) };
      },
    };
  });
  return {
    stop: () =>
      page.evaluate(() => {
        const { ringfenceGaps } = globalThis as unknown as {
          ringfenceGaps: { stop: () => { longestMs: number; listenedMs: number; missedMs: number; backAt: number } };
        };
        return ringfenceGaps.stop();
      }),
  };
}
