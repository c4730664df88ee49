/**
 * Records every IPC message between main and the windows, at Electron's own functions and before the app's first line runs. It is written to a
 * file that the app process loads through NODE_OPTIONS; the app knows nothing of it. It also holds the app back until Playwright is connected: a
 * window that opens while the driver still connects may be missed for ever.
 */
import type fs from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import type electronModule from 'electron';

type Electron = typeof electronModule;

/** One message as it crossed. */
export interface IpcMessage {
  readonly to: 'renderer' | 'main';
  /** "reply to X", or the name of a message. */
  readonly channel: string;
  /** JSON of all that was in it; bytes are written as hex. */
  readonly payload: string;
}

// Self-contained: its text is what runs in the app.
function record(load: NodeJS.Require, file: string): void {
  const { appendFileSync } = load('node:fs') as typeof fs;
  const write = (to: string, channel: string, payload: unknown): void => {
    const text =
      payload === undefined
        ? 'undefined'
        : JSON.stringify(payload, (_key, value: unknown) => {
            if (typeof value === 'bigint') return value.toString();
            if (value instanceof ArrayBuffer) return `bytes ${Buffer.from(value).toString('hex')}`;
            if (ArrayBuffer.isView(value))
              return `bytes ${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`;
            if (value instanceof Error) return `${value.name} ${value.message}`;
            if (value instanceof Map || value instanceof Set) return Array.from<unknown>(value);
            return value;
          });
    appendFileSync(file, `${JSON.stringify({ to, channel, payload: text })}\n`);
  };
  const install = ({ app, ipcMain }: Electron): void => {
    const whenReady = app.whenReady.bind(app);
    const connected = new Promise<void>((resolve) => {
      // What Playwright calls, by this name, once it is connected; without its own loader nobody else defines it.
      Object.defineProperty(globalThis, '__playwright_run', { value: resolve });
    });
    app.whenReady = async () => {
      await connected;
      await whenReady();
    };
    const handle = ipcMain.handle.bind(ipcMain);
    ipcMain.handle = (channel, listener) =>
      handle(channel, async (event, ...args: unknown[]) => {
        write('main', channel, args);
        try {
          const answer: unknown = await listener(event, ...args);
          write('renderer', `reply to ${typeof args[0] === 'string' ? args[0].slice(0, 100) : channel}`, answer);
          return answer;
        } catch (error) {
          write('renderer', `error from ${channel}`, error);
          throw error;
        }
      });
    const patched = new Set<object>();
    app.on('web-contents-created', (_event, contents) => {
      // All of webContents.send, frame.send, event.reply and postMessage end in the frame's own two functions.
      const frame = Object.getPrototypeOf(contents.mainFrame) as object;
      if (patched.has(frame)) return;
      patched.add(frame);
      for (const name of ['send', 'postMessage']) {
        const original = Reflect.get(frame, name) as (this: unknown, ...args: unknown[]) => void;
        Object.defineProperty(frame, name, {
          configurable: true,
          value(this: unknown, channel: string, ...args: unknown[]) {
            write('renderer', channel, args);
            original.call(this, channel, ...args);
          },
        });
      }
    });
    write('main', 'recorder installed', process.versions.electron);
  };
  // Electron's module is there a moment after this file is loaded, and before the app is.
  const wait = (triesLeft: number): void => {
    try {
      const electron = load('electron') as Electron | string;
      if (typeof electron === 'object' && 'ipcMain' in electron) {
        install(electron);
        return;
      }
    } catch {
      // Not yet.
    }
    if (triesLeft > 0) process.nextTick(wait, triesLeft - 1);
  };
  // Not in the processes that the app itself starts with this environment (the gateway's utility process).
  if ((process as NodeJS.Process & { readonly type?: string }).type === 'browser') wait(100);
}

/** Writes the module to load at `modulePath`; it records to `recordPath`. */
export async function writeIpcRecorder(modulePath: string, recordPath: string): Promise<void> {
  await writeFile(recordPath, '');
  await writeFile(modulePath, `(${record.toString()})(require, ${JSON.stringify(recordPath)});\n`);
}

/** What was recorded so far. Throws when the recorder never came to work: then its silence would prove nothing. */
export async function readIpcRecord(recordPath: string): Promise<readonly IpcMessage[]> {
  const lines = (await readFile(recordPath, 'utf8')).split('\n').filter((line) => line !== '');
  const messages = lines.map((line) => JSON.parse(line) as IpcMessage);
  if (messages[0]?.channel !== 'recorder installed')
    throw new Error('the IPC recorder did not come to work in the app');
  return messages;
}
