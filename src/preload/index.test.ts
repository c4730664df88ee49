import { expect, it, vi } from 'vitest';
import { channelNames, INVOKE_TRANSPORT, notificationNames } from '../contracts/ipc/ipc-names';

interface Api {
  readonly invoke: (name: string, input?: unknown) => Promise<unknown>;
  readonly subscribe: (name: string, listener: (payload: unknown) => void) => () => void;
}
const electron = vi.hoisted(() => ({
  exposed: new Map<string, unknown>(),
  invoked: [] as unknown[][],
  listeners: new Map<string, (event: unknown, payload: unknown) => void>(),
}));
vi.mock('electron', () => ({
  contextBridge: { exposeInMainWorld: (name: string, api: unknown) => electron.exposed.set(name, api) },
  ipcRenderer: {
    invoke: (...all: unknown[]) => {
      electron.invoked.push(all);
      return Promise.resolve('answer');
    },
    on: (name: string, listener: (event: unknown, payload: unknown) => void) => electron.listeners.set(name, listener),
    removeListener: (name: string) => electron.listeners.delete(name),
  },
}));
await import('./index');
const api = electron.exposed.get('ringfence') as Api;

it('exposes two functions and nothing else', () => {
  expect([...electron.exposed.keys()]).toEqual(['ringfence']);
  expect(Object.keys(api).sort()).toEqual(['invoke', 'subscribe']);
});

it('passes declared channels on, by name', async () => {
  for (const name of channelNames) expect(await api.invoke(name, 1)).toBe('answer');
  expect(electron.invoked).toEqual(channelNames.map((name) => [INVOKE_TRANSPORT, name, 1]));
});

it.each(['nope', '__proto__', 'constructor', INVOKE_TRANSPORT, 'grants.renewed'])(
  'answers %s by itself',
  async (name) => {
    electron.invoked.length = 0;
    expect(await api.invoke(name)).toMatchObject({ ok: false, failure: { reason: 'unknown-channel' } });
    expect(electron.invoked).toEqual([]);
  },
);

it('hands on payloads without the event, until unsubscribed, for declared notifications only', () => {
  for (const name of notificationNames) {
    const heard: unknown[][] = [];
    const stop = api.subscribe(name, (...all: unknown[]) => heard.push(all));
    electron.listeners.get(name)?.({ sender: 'ipcRenderer' }, { x: 1 });
    expect(heard).toEqual([[{ x: 1 }]]);
    stop();
    expect(electron.listeners.size).toBe(0);
  }
  api.subscribe('nope', () => undefined);
  expect(electron.listeners.size).toBe(0);
});

it('keeps back what could choke main, and lets main judge everything else', async () => {
  electron.invoked.length = 0;
  for (const huge of ['x'.repeat(2_000_000), { a: ['x'.repeat(2_000_000)] }])
    expect(await api.invoke('grants.get', huge)).toMatchObject({ ok: false, failure: { reason: 'invalid-input' } });
  expect(electron.invoked).toEqual([]);
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  for (const odd of ['x'.repeat(1_000_000), circular, 10n, undefined])
    expect(await api.invoke('grants.get', odd)).toBe('answer');
});
