/**
 * Who may ask the app to end, beside the person at its window: a signal, the end of the program that started it, a shutdown. All of them mean the same
 * orderly end, and one of them is as good as five: a terminal, npm and start.mjs each send a signal for one Ctrl+C.
 */
import { Socket } from 'node:net';
import { powerMonitor } from 'electron';

/** All that an orderly end takes, ms: 3 s for the window's calls, 3 s for what the providers revoke, and the files. Then the process ends all the same. */
export const END_WITHIN_MS = 10_000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** The descriptor of a pipe that the starter (build/start.mjs) holds open as long as it lives. */
export const STARTER_VARIABLE = 'RINGFENCE_STARTER_FD';

/** Ends the pipe of the starter; `onEnd` is called when the other side is gone. Nothing that this process starts needs to know of it. */
export function watchStarter(env: NodeJS.ProcessEnv, onEnd: () => void): void {
  const text = env[STARTER_VARIABLE];
  Reflect.deleteProperty(env, STARTER_VARIABLE);
  const fd = Number(text);
  if (text === undefined || !Number.isInteger(fd) || fd < 3) return;
  try {
    const pipe = new Socket({ fd, readable: true, writable: false });
    pipe.on('error', () => undefined);
    pipe.once('close', onEnd);
    pipe.resume();
    pipe.unref();
  } catch {
    // No such descriptor, or no pipe: somebody else set the variable.
  }
}

/** Call when Electron is ready: Chromium's own handlers, which end the process at the second signal, are in place then and are replaced here. */
export function watchEndRequests(onEnd: (cause: 'signal' | 'shutdown') => void): void {
  for (const signal of SIGNALS) process.on(signal, () => onEnd('signal'));
  watchStarter(process.env, () => onEnd('signal'));
  // A terminal that was closed takes no text any more.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  // The types know no event here; Linux and macOS wait some seconds for an app that prevents it.
  powerMonitor.on('shutdown', (event?: { readonly preventDefault?: () => void }) => {
    event?.preventDefault?.();
    onEnd('shutdown');
  });
}
