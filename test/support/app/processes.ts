/** Looks at this machine's processes through /proc (Linux). */
import { readFile, readdir } from 'node:fs/promises';

/** One process; what may not be read is null. */
export interface ProcessInfo {
  readonly pid: number;
  readonly parentPid: number;
  /** Arguments as the process was given them. */
  readonly commandLine: readonly string[];
  /** `NAME=value` entries, or null when they may not be read. */
  readonly environment: readonly string[] | null;
  /** 0 none, 1 strict, 2 filter (seccomp(2)); null when unknown. */
  readonly seccomp: number | null;
}

const split = (text: string): string[] => text.split('\0').filter((part) => part !== '');

async function inspect(pid: number): Promise<ProcessInfo | null> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const commandLine = split(await readFile(`/proc/${pid}/cmdline`, 'utf8'));
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').then(split, () => null);
    const seccomp = /^Seccomp:\s+(\d)/m.exec(status)?.[1];
    return {
      pid,
      parentPid: Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0),
      commandLine,
      environment,
      seccomp: seccomp === undefined ? null : Number(seccomp),
    };
  } catch {
    return null; // it ended while we looked
  }
}

/** All processes of the machine that are visible to us. */
export async function allProcesses(): Promise<readonly ProcessInfo[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  return (await Promise.all(pids.map(inspect))).filter((info) => info !== null);
}

/** The process `rootPid` and everything that descends from it. */
export async function processTree(rootPid: number): Promise<readonly ProcessInfo[]> {
  const all = await allProcesses();
  const tree = all.filter(({ pid }) => pid === rootPid);
  for (const { pid } of tree) tree.push(...all.filter(({ parentPid }) => parentPid === pid));
  return tree;
}

/** The value of a switch, or null. Chromium's children join their arguments by spaces when they set their title. */
export function switchOf({ commandLine }: ProcessInfo, name: string): string | null {
  return new RegExp(`(?:^| )--${name}=(\\S*)`).exec(commandLine.join(' '))?.[1] ?? null;
}

/** Proportional set size of one process in bytes (shared pages count by share); null when it may not be read. */
export async function pssBytes(pid: number): Promise<number | null> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  const kilobytes = /^Pss:\s+(\d+) kB/m.exec(rollup)?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}

/** True while the process exists. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
