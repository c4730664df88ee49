/** Single readings of a running app. */
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import { processTree, pssBytes, switchOf, type ProcessInfo } from '../support/app/processes';

/** Clock ticks a second in /proc: USER_HZ, which is 100 on every Linux that Electron runs on. */
const TICKS_A_SECOND = 100;

/** What stands behind a process's name in /proc/PID/stat, which may hold spaces itself (proc(5)): field 3 is the first. Empty when it has ended. */
async function statOf(pid: number): Promise<readonly string[]> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat === '' ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/**
 * When the main process was created, in milliseconds since the epoch, at most 20 ms wrong: its start (field 22 of /proc/PID/stat) and the time now
 * (/proc/uptime), both since the boot in hundredths of a second. Electron's getCreationTime() adds the start to a boot time in whole seconds, which is up to
 * 999 ms too early, and the same until the next boot.
 */
export async function createdAt(pid: number): Promise<number> {
  const [uptime, now, fields] = [await readFile('/proc/uptime', 'utf8'), Date.now(), await statOf(pid)];
  const started = Number(fields[19]) / TICKS_A_SECOND;
  if (!Number.isFinite(started)) throw new Error(`process ${pid} has ended`);
  return now - (Number(uptime.split(' ')[0]) - started) * 1000;
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

/** Processor time (user and system) that a process has had, in ms: fields 14 and 15 of /proc/PID/stat (proc(5)). Null when it has ended. */
async function processorMs(pid: number): Promise<number | null> {
  const fields = await statOf(pid);
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  return fields.length === 0 ? null : ((user + system) * 1000) / TICKS_A_SECOND;
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
