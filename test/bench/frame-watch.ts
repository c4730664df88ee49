/** How long the page kept somebody waiting: the time between its frames, and its long tasks. */
import type { Page } from '@playwright/test';

export interface FrameWatch {
  readonly frames: number[];
  readonly longTasks: number[];
  stop: boolean;
}

/** Notes the time between frames, and tasks over 50 ms, until told to stop; all in ms. */
export async function watchFrames(page: Page): Promise<() => Promise<Pick<FrameWatch, 'frames' | 'longTasks'>>> {
  await page.evaluate(() => {
    const watch: FrameWatch = { frames: [], longTasks: [], stop: false };
    (globalThis as { ringfenceFrames?: FrameWatch }).ringfenceFrames = watch;
    new PerformanceObserver((list) =>
      watch.longTasks.push(...list.getEntries().map(({ duration }) => duration)),
    ).observe({ type: 'longtask' });
    let before = performance.now();
    const look = (now: number): void => {
      watch.frames.push(now - before);
      before = now;
      if (!watch.stop) requestAnimationFrame(look);
    };
    requestAnimationFrame((now) => {
      before = now;
      requestAnimationFrame(look);
    });
  });
  return () =>
    page.evaluate(() => {
      const watch = (globalThis as { ringfenceFrames?: FrameWatch }).ringfenceFrames ?? {
        frames: [],
        longTasks: [],
        stop: true,
      };
      watch.stop = true;
      return { frames: watch.frames, longTasks: watch.longTasks };
    });
}
