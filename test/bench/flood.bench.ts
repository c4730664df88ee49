/** 2,000 live events a second for 30 s: nothing lost, no frame over 50 ms, and memory that stays. */
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { expect, test, type RunningApp } from '../support/app/app';
import { startFakeSippet, type FakeSippet } from '../support/servers/fake-sippet';
import { takeLine } from '../support/app/phone-driver';
import { watchFrames } from './frame-watch';
import { createReport } from './report';

const PER_SECOND = 2_000;
const SECONDS = 30;
const LONGEST_FRAME_MS = 50;
/** How long the same flood goes to somebody else first, seconds: by what a frame is late then, is this computer's doing. */
const ELSEWHERE_SECONDS = 10;

const report = createReport();
const { add, note } = report;

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
  return async () =>
    ((await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN) *
    1000;
}

/** Draws about as much as the live column does, without any work: what is late then has waited for this computer. Answers with the way to stop. */
async function drawSomething({ page }: RunningApp): Promise<() => Promise<void>> {
  await page.evaluate(() => {
    const box = document.createElement('div');
    box.id = 'drawn';
    box.style.cssText = 'position:fixed;inset:0 0 auto auto;width:360px;height:600px;background:white;z-index:9';
    document.body.append(box);
    let count = 0;
    const draw = (): void => {
      box.replaceChildren(
        ...Array.from({ length: 20 }, (_, line) =>
          Object.assign(document.createElement('p'), { textContent: `line ${line} of drawing ${(count += 1)}` }),
        ),
      );
      if (box.isConnected) setTimeout(draw, 50);
    };
    draw();
  });
  return () => page.evaluate(() => document.getElementById('drawn')?.remove());
}

/** Joins the events as somebody else; answers with the way to leave. */
async function listenElsewhere(sippet: FakeSippet): Promise<() => void> {
  const answer = await fetch(`${sippet.url}/api/realtime/session`, {
    method: 'POST',
    headers: { 'x-api-key': sippet.secretKey, 'content-type': 'application/json' },
  });
  const { token } = (await answer.json()) as { readonly token: string };
  const socket = new WebSocket(`${sippet.url.replace('http', 'ws')}/socket/websocket?vsn=2.0.0&session_token=${token}`);
  socket.on('open', () => socket.send('["1","1","events","phx_join",{}]'));
  await expect.poll(sippet.events.joined).toBe(1);
  return () => socket.terminate();
}

const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;

test('live events: 2,000 a second for 30 s', async ({ launch, keyring }) => {
  const sippet = await startFakeSippet();
  try {
    const app = await launch({ bus: keyring.bus, bare: true });
    let sent = 0;
    const send = async (seconds: number): Promise<void> => {
      const began = performance.now();
      const first = sent;
      while (sent - first < PER_SECOND * seconds) {
        const due = Math.min(
          first + PER_SECOND * seconds,
          first + Math.ceil(((performance.now() - began) / 1000) * PER_SECOND),
        );
        for (; sent < due; sent += 1) {
          const step =
            (['incoming_call', 'call_answered', 'call_transcript_completed', 'call_ended'] as const)[sent % 4] ??
            'incoming_call';
          sippet.events.push(step, {
            callUuid: `flood-${Math.floor(sent / 4)}`,
            fromNumber: '+254722000001',
            toNumber: '+254700000000',
            speaker: 'caller',
            transcript: `utterance ${sent}`,
          });
        }
        await pause(5);
      }
    };
    const leave = await listenElsewhere(sippet);
    const stopDrawing = await drawSomething(app);
    const stopQuiet = await watchFrames(app.page);
    await send(ELSEWHERE_SECONDS);
    const { frames: quiet } = await stopQuiet();
    leave();
    await stopDrawing();
    sent = 0;

    const line = {
      id: 'desk',
      name: 'Desk',
      environment: 'development',
      provider: { kind: 'sippet', baseUrl: sippet.url },
      identity: '',
      gatewayUrl: '',
      presentation: { kind: 'digest' },
      policy: { purposes: ['events'] },
    } as const;
    await takeLine(app, { ...line, policy: { purposes: ['events'] } }, sippet.secretKey);
    const remote = app.page.getByTestId('remote-calls');
    await expect(remote).toHaveAttribute('data-phase', 'joined', { timeout: 15_000 });

    const all = async (): Promise<void> => {
      await expect(remote).toHaveAttribute('data-heard', String(sent), { timeout: 30_000 });
    };

    // The log is full and the code is warm after this: what comes now must not add to the heap.
    await send(6);
    await all();
    const heapBefore = await heapMebibytes(app);
    const processor = await processorClock(app);
    const stop = await watchFrames(app.page);
    const [usedBefore, began] = [await processor(), performance.now()];
    await send(SECONDS);
    await all();
    const share = (100 * ((await processor()) - usedBefore)) / (performance.now() - began);
    const { frames, longTasks } = await stop();
    const heapAfter = await heapMebibytes(app);

    const late = (of: readonly number[]): number => of.filter((each) => each > LONGEST_FRAME_MS).length;
    const sorted = [...frames].sort((a, b) => a - b);
    add('flood: longest frame', 'ms', [sorted.at(-1) ?? NaN], LONGEST_FRAME_MS, '2,000 events a second for 30 s');
    add(
      'the same flood to somebody else: longest frame',
      'ms',
      [Math.max(...quiet)],
      null,
      `the page draws 20 lines 20 times a second and does nothing else, ${ELSEWHERE_SECONDS} s`,
    );
    add('flood: frame, median', 'ms', frames);
    add('flood: frame, 99th percentile', 'ms', [quantile(sorted, 0.99)]);
    add('flood: main thread of the page, share of a core', '%', [share]);
    add('flood: heap that stays after 60,000 events', 'MiB', [heapAfter - heapBefore], 2, 'the log keeps 10,000');
    note(
      `Flood: ${sent} events sent, ${(await remote.getAttribute('data-heard')) ?? '?'} heard; ${frames.length} frames, ${late(frames)} of them over ${LONGEST_FRAME_MS} ms (to somebody else: ${late(quiet)} of ${quiet.length}); tasks over 50 ms: ${longTasks.length}${longTasks.length === 0 ? '' : ` (longest ${Math.max(...longTasks).toFixed(0)} ms)`}.`,
    );
  } finally {
    await sippet.close();
  }
});

test.afterAll(() => report.finish());
