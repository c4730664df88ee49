import { EventEmitter } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { GatewayReport } from './process';

const KEY = 'a key for tests that is long enough for HS256';
const reports: GatewayReport[] = [];
const port = Object.assign(new EventEmitter(), { postMessage: (report: GatewayReport) => reports.push(report) });
const tell = (data: unknown): boolean => port.emit('message', { data });
const report = <T extends GatewayReport['type']>(type: T) =>
  vi.waitFor(() => {
    const found = reports.find((one): one is Extract<GatewayReport, { type: T }> => one.type === type);
    if (found === undefined) throw new Error(`no ${type}`);
    return found;
  });

beforeEach(async () => {
  reports.length = 0;
  port.removeAllListeners();
  Reflect.set(process, 'parentPort', port);
  vi.resetModules();
  await import('./process');
});
afterEach(() => {
  Reflect.deleteProperty(process, 'parentPort');
  vi.restoreAllMocks();
});

it('starts, takes keys, and ends when it is told to', async () => {
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
  tell({ type: 'start', options: { port: 0, keys: { active: KEY } } });
  const listening = await report('listening');
  expect(listening).toEqual({
    type: 'listening',
    url: `ws://127.0.0.1:${listening.port}/`,
    port: listening.port,
    domain: 'practice.ringfence.local',
    faultUrl: null,
  });
  tell({ type: 'set-keys', keys: { active: KEY, next: `${KEY}!` } });
  tell({ type: 'set-keys', keys: { active: 'short' } });
  tell('nonsense');
  tell({ type: 'close' });
  await vi.waitFor(() => expect(exit).toHaveBeenCalledWith(0));
  await expect(fetch(listening.url.replace('ws', 'http'))).rejects.toThrow();
  expect(JSON.stringify(reports)).not.toContain(KEY);
});

it('says why it can not start', async () => {
  tell({ type: 'start', options: { port: 0, keys: { active: 'short' } } });
  expect((await report('failed')).failure.reason).toBe('key-unusable');
  reports.length = 0;
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  tell({ type: 'start', options: { port: typeof address === 'object' ? address?.port : 0, keys: { active: KEY } } });
  expect((await report('failed')).failure.reason).toBe('port-taken');
  await new Promise((resolve) => other.close(resolve));
});

it('runs as a utility process only', async () => {
  Reflect.deleteProperty(process, 'parentPort');
  vi.resetModules();
  await expect(import('./process')).rejects.toThrow('utility process only');
});
