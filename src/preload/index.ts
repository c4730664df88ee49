/** The only bridge between a window and main: one loop over the declared names, one subscribe, one limit. */
import { contextBridge, ipcRenderer } from 'electron';
import { channelNames, INVOKE_TRANSPORT, notificationNames } from '../contracts/ipc/ipc-names';
import type { Result } from '../contracts/base/result';

type Invoker = (input?: unknown) => Promise<unknown>;

const invokers = new Map<string, Invoker>();
for (const name of channelNames) invokers.set(name, (input) => ipcRenderer.invoke(INVOKE_TRANSPORT, name, input));
const notifications = new Set<string>(notificationNames);

const undeclared: Result<never> = {
  ok: false,
  failure: { reason: 'unknown-channel', sentence: 'Ringfence has no such function.', action: 'none' },
};

/** Main takes far less; what is longer never leaves this process, so that no page can choke main with it. In characters of JSON. */
const LARGEST_SENT = 2_000_000;
const tooLarge: Result<never> = {
  ok: false,
  failure: {
    reason: 'invalid-input',
    sentence: 'That is more than Ringfence can handle at once. Send less.',
    action: 'none',
  },
};
function isTooLarge(input: unknown): boolean {
  try {
    return ((JSON.stringify(input) as string | undefined) ?? '').length > LARGEST_SENT;
  } catch {
    // Circular, or a BigInt: main says what is wrong with it.
    return false;
  }
}

contextBridge.exposeInMainWorld('ringfence', {
  invoke: (name: string, input?: unknown): Promise<unknown> => {
    const invoker = invokers.get(name);
    if (invoker === undefined) return Promise.resolve(undeclared);
    return isTooLarge(input) ? Promise.resolve(tooLarge) : invoker(input);
  },
  subscribe: (name: string, listener: (payload: unknown) => void): (() => void) => {
    if (!notifications.has(name)) return () => undefined;
    // The listener never sees Electron's event object: that would lead back to ipcRenderer.
    const forward = (_event: unknown, payload: unknown): void => listener(payload);
    ipcRenderer.on(name, forward);
    return () => void ipcRenderer.removeListener(name, forward);
  },
});
