/** Single readings of a running app. */
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { ElectronApplication, Page } from '@playwright/test';
import { processTree, pssBytes, switchOf, type ProcessInfo } from '../support/app/processes';

/** When the main process was created, in milliseconds since the epoch. */
export async function createdAt(electron: ElectronApplication): Promise<number> {
  const created = await electron.evaluate(() =>
    (process as NodeJS.Process & { getCreationTime(): number | null }).getCreationTime(),
  );
  if (created === null) throw new Error('Electron does not know when it was started');
  return created;
}

/** When the page first showed text, in milliseconds since the epoch. */
export async function paintedAt(page: Page): Promise<number> {
  return await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) => {
          for (const entry of list.getEntriesByName('first-contentful-paint'))
            resolve(performance.timeOrigin + entry.startTime);
        }).observe({ type: 'paint', buffered: true });
      }),
  );
}

/** The practice gateway's process within the app's tree, and the keychain's, which ends by itself: they are not counted. */
const isGateway = (info: ProcessInfo): boolean => switchOf(info, 'utility-sub-type') === 'node.mojom.NodeService';

/** Proportional memory of the app without its gateway, in MiB, once it has settled (two readings a second apart within 1 %); null when it may not be read. */
export async function settledMegabytes(rootPid: number): Promise<number | null> {
  let before = 0;
  for (let looks = 0; looks < 20; looks++) {
    const sizes = await Promise.all(
      (await processTree(rootPid)).filter((info) => !isGateway(info)).map(({ pid }) => pssBytes(pid)),
    );
    const readable = sizes.filter((size) => size !== null);
    if (readable.length < sizes.length) return null;
    const now = readable.reduce((sum, size) => sum + size, 0) / 2 ** 20;
    if (Math.abs(now - before) < before * 0.01) return now;
    before = now;
    await pause(1000);
  }
  return before;
}

/** Clock ticks a second in /proc: USER_HZ, which is 100 on every Linux that Electron runs on. */
const TICKS_A_SECOND = 100;

/** Processor time (user and system) that a process has had, in ms: fields 14 and 15 of /proc/PID/stat (proc(5)). Null when it has ended. */
async function processorMs(pid: number): Promise<number | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The second field is a name in brackets, which may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  return stat === '' ? null : ((user + system) * 1000) / TICKS_A_SECOND;
}

/** The share of one core that the app without its gateway takes over the next `forMs`, in percent. */
export async function processorShare(rootPid: number, forMs: number): Promise<number> {
  const tree = (await processTree(rootPid)).filter((info) => !isGateway(info));
  const began = performance.now();
  const before = await Promise.all(tree.map(({ pid }) => processorMs(pid)));
  await pause(forMs);
  const after = await Promise.all(tree.map(({ pid }) => processorMs(pid)));
  const used = tree.reduce((sum, _, n) => sum + Math.max(0, (after[n] ?? 0) - (before[n] ?? 0)), 0);
  return (100 * used) / (performance.now() - began);
}
