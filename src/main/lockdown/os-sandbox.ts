/** Whether a process really runs in Chromium's OS sandbox: asked of the system, not of the command line. */
import { readFile } from 'node:fs/promises';

/**
 * On Linux: the process runs under a seccomp filter, and in a namespace of process ids of its own (the filter alone is what `--no-sandbox` leaves
 * of the two layers). Elsewhere `fallback`, which tells whether the sandbox was asked for.
 */
export async function isSandboxed(
  pid: number,
  fallback: boolean,
  platform: NodeJS.Platform = process.platform,
  statusOf: (pid: number) => Promise<string> = (of) => readFile(`/proc/${of}/status`, 'utf8'),
): Promise<boolean> {
  if (platform !== 'linux') return fallback;
  const status = await statusOf(pid).catch(() => '');
  // One id for each namespace from ours down to its own (proc(5)).
  return /^Seccomp:\s*2$/m.test(status) && /^NSpid:\s*\d+\s+\d/m.test(status);
}
