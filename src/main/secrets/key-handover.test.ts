import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../base/clock';
import { Secret } from './secret';

const desktop = vi.hoisted(() => ({ clipboard: '' }));
vi.mock('electron', () => ({
  clipboard: {
    readText: () => Promise.resolve(desktop.clipboard),
    writeText: (text: string) => {
      desktop.clipboard = text;
      return Promise.resolve();
    },
    clear: () => (desktop.clipboard = ''),
  },
}));
const { createKeyHandover } = await import('./key-handover');

beforeEach(() => {
  vi.useFakeTimers();
  desktop.clipboard = '';
});
afterEach(() => vi.useRealTimers());
const textOf = (secret: Secret): string => secret.use((bytes) => Buffer.from(bytes).toString());

describe('a key for a gateway elsewhere', () => {
  it('is on the clipboard for a minute', async () => {
    const secret = Secret.generate();
    await createKeyHandover(systemClock).copy(secret);
    expect(desktop.clipboard).toBe(textOf(secret));
    await vi.advanceTimersByTimeAsync(59_999);
    expect(desktop.clipboard).toBe(textOf(secret));
    await vi.advanceTimersByTimeAsync(1);
    expect(desktop.clipboard).toBe('');
  });

  it('is gone when Ringfence quits', async () => {
    const handover = createKeyHandover(systemClock);
    await handover.copy(Secret.generate());
    await handover.clear();
    expect(desktop.clipboard).toBe('');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves alone what was copied after it', async () => {
    const handover = createKeyHandover(systemClock);
    await handover.copy(Secret.generate());
    desktop.clipboard = 'a telephone number';
    await vi.advanceTimersByTimeAsync(60_000);
    expect(desktop.clipboard).toBe('a telephone number');
    await handover.clear();
    expect(desktop.clipboard).toBe('a telephone number');
  });

  it('has its whole minute when it comes after another one', async () => {
    const handover = createKeyHandover(systemClock);
    await handover.copy(Secret.generate());
    await vi.advanceTimersByTimeAsync(50_000);
    const second = Secret.generate();
    await handover.copy(second);
    await vi.advanceTimersByTimeAsync(59_999);
    expect(desktop.clipboard).toBe(textOf(second));
    await vi.advanceTimersByTimeAsync(1);
    expect(desktop.clipboard).toBe('');
  });
});
