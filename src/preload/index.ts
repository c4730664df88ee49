/** The only bridge between a window and main: one loop over the declared names, one subscribe, no logic. */
import { contextBridge, ipcRenderer } from 'electron';
import { channelNames, INVOKE_TRANSPORT, notificationNames } from '../contracts/ipc-names';
import type { Result } from '../contracts/result';

type Invoker = (input?: unknown) => Promise<unknown>;

const invokers = new Map<string, Invoker>();
for (const name of channelNames) invokers.set(name, (input) => ipcRenderer.invoke(INVOKE_TRANSPORT, name, input));
const notifications = new Set<string>(notificationNames);

const undeclared: Result<never> = {
  ok: false,
  failure: { reason: 'unknown-channel', sentence: 'Ringfence has no such function.', action: 'none' },
};

contextBridge.exposeInMainWorld('ringfence', {
  invoke: (name: string, input?: unknown): Promise<unknown> => invokers.get(name)?.(input) ?? Promise.resolve(undeclared),
  subscribe: (name: string, listener: (payload: unknown) => void): (() => void) => {
    if (!notifications.has(name)) return () => undefined;
    // The listener never sees Electron's event object: that would lead back to ipcRenderer.
    const forward = (_event: unknown, payload: unknown): void => listener(payload);
    ipcRenderer.on(name, forward);
    return () => void ipcRenderer.removeListener(name, forward);
  },
});
