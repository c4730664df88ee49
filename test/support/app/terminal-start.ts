/** `npm start` in a terminal of its own (script(1), which every Debian has), with a display that nobody sees, its own folders, and a look at its window. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Page } from '@playwright/test';
import { temporaryFolder } from '../temporary-folder';
import { PHONE_URL } from './app';
import { isRunning, processTree, type ProcessInfo } from './processes';

const checkout = resolve(import.meta.dirname, '../../..');
const isRoot = process.getuid?.() === 0;
/** The sandbox is tried and the app started, on a computer that does other things. */
const STARTS_WITHIN_MS = 60_000;
/** More than the app and start.mjs take together. */
const ENDS_WITHIN_MS = 30_000;

export interface Display {
  readonly env: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

/** A display that nobody sees. */
export async function hiddenDisplay(): Promise<Display> {
  const module = pathToFileURL(join(checkout, 'build', 'display.mjs')).href;
  // Another compiler project, which has its own types.
  const { virtualDisplay } = (await import(/* @vite-ignore */ module)) as { virtualDisplay: () => Promise<Display> };
  return await virtualDisplay();
}

export interface TerminalStart {
  readonly page: Page;
  /** SIP texts that the window sent (`>`) and got (`<`), from now on. */
  readonly frames: readonly string[];
  /** The process in the terminal with this program and these words in its command line, the outermost first. */
  readonly find: (words: RegExp) => Promise<ProcessInfo>;
  /** Types into the terminal. */
  readonly type: (text: string) => void;
  /** Closes the terminal: its window is gone at once. */
  readonly closeTerminal: () => void;
  /** Resolves when every process of the terminal and of the app has ended. */
  readonly ended: () => Promise<void>;
  /** What lies in the temporary folders of the starter and of the app. */
  readonly left: () => Promise<readonly string[]>;
  readonly printed: () => string;
}

/** A place for several starts, one after the other. */
export interface TerminalPlace {
  readonly start: () => Promise<TerminalStart>;
  readonly close: () => Promise<void>;
}

export async function terminalPlace(display: Display): Promise<TerminalPlace> {
  const folder = await temporaryFolder();
  // Root becomes somebody else, who has to get to the home inside.
  await chmod(folder, 0o711);
  const home = join(folder, 'home');
  const ownTemporary = join(folder, 'tmp');
  const appsTemporary = isRoot ? join(home, 'tmp') : ownTemporary;
  await mkdir(ownTemporary);
  const env = {
    ...process.env,
    ...display.env,
    TMPDIR: ownTemporary,
    RINGFENCE_HOME: home,
    DBUS_SESSION_BUS_ADDRESS: 'disabled:',
    RINGFENCE_POLICY_FILE: join(folder, 'policy.json'),
  };
  const words = [
    'npm start --',
    '--remote-debugging-port=0',
    `--user-data-dir=${join(home, 'home', 'user-data')}`,
    '--use-fake-device-for-media-stream',
  ].join(' ');
  const terminals: ChildProcess[] = [];

  const start = async (): Promise<TerminalStart> => {
    const terminal = spawn('script', ['--quiet', '--flush', '--command', words, '/dev/null'], {
      cwd: checkout,
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    terminals.push(terminal);
    let printed = '';
    const address = await new Promise<string>((found, reject) => {
      const limit = setTimeout(() => reject(new Error(`the app did not start:\n${printed}`)), STARTS_WITHIN_MS);
      terminal.once('exit', () => reject(new Error(`the terminal ended:\n${printed}`)));
      terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
        const listening = /DevTools listening on (ws:\S+)/.exec(printed)?.[1];
        if (listening === undefined) return;
        clearTimeout(limit);
        found(listening);
      });
    });
    // npm leads the terminal's processes; the app has a session of its own and is found by its parents all the same.
    const tree = await processTree(terminal.pid ?? 0);
    const browser = await chromium.connectOverCDP(address);
    const context = browser.contexts()[0];
    if (context === undefined) throw new Error('the app has no context');
    const page = context.pages()[0] ?? (await context.waitForEvent('page'));
    await page.waitForURL(PHONE_URL);
    const frames: string[] = [];
    const session = await context.newCDPSession(page);
    session.on('Network.webSocketFrameSent', ({ response }) => frames.push(`> ${response.payloadData}`));
    session.on('Network.webSocketFrameReceived', ({ response }) => frames.push(`< ${response.payloadData}`));
    await session.send('Network.enable');
    return {
      page,
      frames,
      find: async (pattern) => {
        const found = (await processTree(terminal.pid ?? 0)).find(({ commandLine }) =>
          pattern.test(commandLine.join(' ')),
        );
        if (found === undefined) throw new Error(`no process has ${String(pattern)} in its command line`);
        return found;
      },
      type: (text) => terminal.stdin.write(text),
      closeTerminal: () => terminal.kill('SIGKILL'),
      ended: async () => {
        const limit = Date.now() + ENDS_WITHIN_MS;
        while (tree.some(({ pid }) => isRunning(pid))) {
          if (Date.now() > limit) {
            const names = tree.filter(({ pid }) => isRunning(pid)).map(({ commandLine }) => commandLine.join(' '));
            throw new Error(`still running: ${names.join('\n')}\n${printed}`);
          }
          await new Promise(setImmediate);
        }
        await browser.close();
      },
      left: async () => [
        ...(await readdir(ownTemporary)),
        ...(appsTemporary === ownTemporary ? [] : await readdir(appsTemporary)),
      ],
      printed: () => printed,
    };
  };
  return {
    start,
    close: async () => {
      for (const terminal of terminals) {
        if (terminal.exitCode !== null || terminal.signalCode !== null) continue;
        const tree = await processTree(terminal.pid ?? 0);
        const exited = once(terminal, 'exit');
        for (const { pid } of tree) {
          try {
            process.kill(pid, 'SIGKILL');
          } catch {
            // It ended with its parent.
          }
        }
        await exited;
      }
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
