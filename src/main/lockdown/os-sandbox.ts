/** Whether a process really runs in Chromium's OS sandbox: asked of the system, not of the command line. */
import { readFile } from 'node:fs/promises';

/** On Linux: the process runs under a seccomp filter. Elsewhere `fallback`, which tells whether the sandbox was asked for. */
export async function isSandboxed(pid: number, fallback: boolean): Promise<boolean> {
  if (process.platform !== 'linux') return fallback;
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return /^Seccomp:\s*2$/m.test(status);
}
