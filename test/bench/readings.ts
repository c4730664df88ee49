/** Single readings of a running app. */
import { setTimeout as pause } from 'node:timers/promises';
import type { ElectronApplication, Page } from '@playwright/test';
import { processTree, pssBytes, switchOf, type ProcessInfo } from '../support/processes';

/** When the main process was created, in milliseconds since the epoch. */
export async function createdAt(electron: ElectronApplication): Promise<number> {
  const created = await electron.evaluate(() => (process as NodeJS.Process & { getCreationTime(): number | null }).getCreationTime());
  if (created === null) throw new Error('Electron does not know when it was started');
  return created;
}

/** When the page first showed text, in milliseconds since the epoch. */
export async function paintedAt(page: Page): Promise<number> {
  return await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) => {
          for (const entry of list.getEntriesByName('first-contentful-paint')) resolve(performance.timeOrigin + entry.startTime);
        }).observe({ type: 'paint', buffered: true });
      }),
  );
}

/** The practice gateway's process within the app's tree; it is not counted. */
const isGateway = (info: ProcessInfo): boolean => switchOf(info, 'utility-sub-type') === 'node.mojom.NodeService';

/** Proportional memory of the app without its gateway, in MiB, once it has settled (two readings a second apart within 1 %); null when it may not be read. */
export async function settledMegabytes(rootPid: number): Promise<number | null> {
  let before = 0;
  for (let looks = 0; looks < 20; looks++) {
    const sizes = await Promise.all((await processTree(rootPid)).filter((info) => !isGateway(info)).map(({ pid }) => pssBytes(pid)));
    const readable = sizes.filter((size) => size !== null);
    if (readable.length < sizes.length) return null;
    const now = readable.reduce((sum, size) => sum + size, 0) / 2 ** 20;
    if (Math.abs(now - before) < before * 0.01) return now;
    before = now;
    await pause(1000);
  }
  return before;
}
