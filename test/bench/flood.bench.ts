/** 2,000 live events a second for 30 s: nothing lost, no frame over 50 ms, and memory that stays. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test, type RunningApp } from '../support/app';
import { startFakeSippet } from '../support/fake-sippet';
import { takeLine } from '../support/phone-driver';
import { createReport } from './report';

const PER_SECOND = 2_000;
const SECONDS = 30;
const LONGEST_FRAME_MS = 50;

const report = createReport();
const { add, note } = report;

interface FrameWatch {
  readonly frames: number[];
  readonly longTasks: number[];
  stop: boolean;
}

/** Notes the time between frames, and tasks over 50 ms, until told to stop. */
async function watchFrames({ page }: RunningApp): Promise<() => Promise<Pick<FrameWatch, 'frames' | 'longTasks'>>> {
  await page.evaluate(() => {
    const watch: FrameWatch = { frames: [], longTasks: [], stop: false };
    (globalThis as { ringfenceFrames?: FrameWatch }).ringfenceFrames = watch;
    new PerformanceObserver((list) => watch.longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
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
      const watch = (globalThis as { ringfenceFrames?: FrameWatch }).ringfenceFrames ?? { frames: [], longTasks: [], stop: true };
      watch.stop = true;
      return { frames: watch.frames, longTasks: watch.longTasks };
    });
}

/** Bytes of the page's heap after a collection. */
async function heapMebibytes({ page }: RunningApp): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize / 2 ** 20;
}

/** Processor time that the page's main thread has had, in ms: what a busy machine takes away does not count. */
async function processorClock({ page }: RunningApp): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => ((await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN) * 1000;
}

const quantile = (sorted: readonly number[], part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;

test('live events: 2,000 a second for 30 s', async ({ launch, keyring }) => {
  const sippet = await startFakeSippet();
  try {
    const app = await launch({ bus: keyring.bus, bare: true });
    const line = { id: 'desk', name: 'Desk', environment: 'development', provider: { kind: 'sippet', baseUrl: sippet.url }, identity: '', gatewayUrl: '', presentation: { kind: 'digest' }, policy: { purposes: ['events'] } } as const;
    await takeLine(app, { ...line, policy: { purposes: ['events'] } }, sippet.secretKey);
    const remote = app.page.getByTestId('remote-calls');
    await expect(remote).toHaveAttribute('data-phase', 'joined', { timeout: 15_000 });

    let sent = 0;
    const send = async (seconds: number): Promise<void> => {
      const began = performance.now();
      const first = sent;
      while (sent - first < PER_SECOND * seconds) {
        const due = Math.min(first + PER_SECOND * seconds, first + Math.ceil(((performance.now() - began) / 1000) * PER_SECOND));
        for (; sent < due; sent += 1) {
          const step = (['incoming_call', 'call_answered', 'call_transcript_completed', 'call_ended'] as const)[sent % 4] ?? 'incoming_call';
          sippet.events.push(step, { callUuid: `flood-${Math.floor(sent / 4)}`, fromNumber: '+254722000001', toNumber: '+254700000000', speaker: 'caller', transcript: `utterance ${sent}` });
        }
        await pause(5);
      }
    };
    const all = async (): Promise<void> => {
      await expect(remote).toHaveAttribute('data-heard', String(sent), { timeout: 30_000 });
    };

    // The log is full and the code is warm after this: what comes now must not add to the heap.
    await send(6);
    await all();
    const heapBefore = await heapMebibytes(app);
    const processor = await processorClock(app);
    const stop = await watchFrames(app);
    const [usedBefore, began] = [await processor(), performance.now()];
    await send(SECONDS);
    await all();
    const share = (100 * ((await processor()) - usedBefore)) / (performance.now() - began);
    const { frames, longTasks } = await stop();
    const heapAfter = await heapMebibytes(app);

    const sorted = [...frames].sort((a, b) => a - b);
    add('flood: longest frame', 'ms', [sorted.at(-1) ?? NaN], LONGEST_FRAME_MS, '2,000 events a second for 30 s');
    add('flood: frame, median', 'ms', frames);
    add('flood: frame, 99th percentile', 'ms', [quantile(sorted, 0.99)]);
    add('flood: main thread of the page, share of a core', '%', [share]);
    add('flood: heap that stays after 60,000 events', 'MiB', [heapAfter - heapBefore], 2, 'the log keeps 10,000');
    note(`Flood: ${sent} events sent, ${(await remote.getAttribute('data-heard')) ?? '?'} heard; ${frames.length} frames; tasks over 50 ms: ${longTasks.length}${longTasks.length === 0 ? '' : ` (longest ${Math.max(...longTasks).toFixed(0)} ms)`}.`);
  } finally {
    await sippet.close();
  }
});

test.afterAll(() => report.finish());
