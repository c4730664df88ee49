/** A server of the lab as a child process: its own process group, its output in a file, its end awaited. */
import { spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { programEnvironment } from './lab-needs';

export interface LabProcess {
  readonly name: string;
  readonly pid: number;
  /** Resolves when it has ended, with its exit code, or null when a signal ended it. */
  readonly exited: Promise<number | null>;
  readonly running: () => boolean;
  /** Types a line on its standard input. Throws unless it was started with `typed`. */
  readonly type: (line: string) => void;
  /** What it printed. */
  readonly printed: () => Promise<string>;
  /** Asks it to end, and after `graceMs` (default 5000) makes it and its children end. */
  readonly stop: (graceMs?: number) => Promise<void>;
  /** Ends it and its children without a goodbye. */
  readonly kill: () => Promise<void>;
}

/** Signals a whole process group; the group may be gone. */
function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // it ended by itself
  }
}

/** How a program is started that is no plain server. */
export interface LabProcessOptions {
  /** The words that enter another network namespace. Default: none. */
  readonly inside?: readonly string[];
  /** Its home folder, which is also where it starts. Default: the lab's folder. */
  readonly home?: string;
  /** It reads commands from its standard input. Default false. */
  readonly typed?: boolean;
}

/** Starts a program in the lab's folder. If we die, the kernel ends it too (setpriv --pdeathsig), so that nothing stays behind. */
export async function startLabProcess(
  folder: string,
  name: string,
  command: string,
  args: readonly string[],
  { inside = [], home = folder, typed = false }: LabProcessOptions = {},
): Promise<LabProcess> {
  const logPath = join(folder, `${name}.log`);
  const log = await open(logPath, 'a', 0o600);
  // Twinkle leaves SIGTERM unheard while it waits for a name server: what is typed to ends by SIGKILL.
  const child = spawn('setpriv', ['--pdeathsig', typed ? 'KILL' : 'TERM', ...inside, command, ...args], {
    cwd: home,
    detached: true,
    stdio: [typed ? 'pipe' : 'ignore', log.fd, log.fd],
    env: programEnvironment(home),
  });
  // What is typed to a program that has ended is lost: `running` tells.
  child.stdin?.on('error', () => undefined);
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.once('error', () => resolve(null));
  });
  await log.close();
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} can't be started: is util-linux (setpriv) installed?`);
  const killAtExit = (): void => signalGroup(pid, 'SIGKILL');
  process.once('exit', killAtExit);
  void exited.then(() => process.off('exit', killAtExit));
  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  const kill = async (): Promise<void> => {
    signalGroup(pid, 'SIGKILL');
    await exited;
  };
  return {
    name,
    pid,
    exited,
    running,
    type: (line) => {
      if (child.stdin === null) throw new Error(`${name} reads no commands`);
      child.stdin.write(`${line}\n`);
    },
    printed: () => readFile(logPath, 'utf8').catch(() => ''),
    kill,
    stop: async (graceMs = 5_000) => {
      if (running()) process.kill(pid, 'SIGTERM');
      const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs);
      await exited;
      clearTimeout(timer);
      signalGroup(pid, 'SIGKILL');
    },
  };
}

/** Asks until the answer is not false, and resolves with it; rejects with what the process printed last when it ends before, or after `ms`. */
export async function waitFor<T>(
  what: string,
  labProcess: LabProcess,
  ask: () => Promise<T | false>,
  ms = 10_000,
): Promise<T> {
  const deadline = performance.now() + ms;
  for (;;) {
    const answer = await ask();
    if (answer !== false) return answer;
    const late = performance.now() > deadline;
    if (late || !labProcess.running()) {
      const tail = (await labProcess.printed()).split('\n').slice(-25).join('\n');
      throw new Error(
        `${labProcess.name} ${late ? `took more than ${ms} ms` : 'ended'} before ${what}; it printed:\n${tail}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
