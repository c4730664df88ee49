import { generateKeyPairSync } from 'node:crypto';
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
const { CHECK_EVERY_MS, createKeyHandover } = await import('./key-handover');

beforeEach(() => {
  vi.useFakeTimers();
  desktop.clipboard = '';
});
afterEach(() => vi.useRealTimers());
const textOf = (secret: Secret): string => secret.use((bytes) => Buffer.from(bytes).toString());

describe('a key for a gateway elsewhere', () => {
  it('is on the clipboard for a minute', async () => {
    const secret = Secret.generate();
    await createKeyHandover(systemClock, () => Promise.resolve(true)).copy(secret);
    expect(desktop.clipboard).toBe(textOf(secret));
    await vi.advanceTimersByTimeAsync(59_999);
    expect(desktop.clipboard).toBe(textOf(secret));
    await vi.advanceTimersByTimeAsync(1);
    expect(desktop.clipboard).toBe('');
  });

  it('is gone when Ringfence quits', async () => {
    const handover = createKeyHandover(systemClock, () => Promise.resolve(true));
    await handover.copy(Secret.generate());
    await handover.clear();
    expect(desktop.clipboard).toBe('');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves alone what was copied after it', async () => {
    const handover = createKeyHandover(systemClock, () => Promise.resolve(true));
    await handover.copy(Secret.generate());
    desktop.clipboard = 'a telephone number';
    await vi.advanceTimersByTimeAsync(60_000);
    expect(desktop.clipboard).toBe('a telephone number');
    await handover.clear();
    expect(desktop.clipboard).toBe('a telephone number');
  });

  it('has its whole minute when it comes after another one', async () => {
    const handover = createKeyHandover(systemClock, () => Promise.resolve(true));
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

describe('what main put on the clipboard', () => {
  const setUp = () => {
    const told: string[] = [];
    const canTell = { value: true };
    const handover = createKeyHandover(systemClock, (fingerprint) => {
      if (canTell.value) told.push(fingerprint);
      return Promise.resolve(canTell.value);
    });
    return { told, canTell, handover };
  };

  it('is looked for again, and whoever put something else there is told of once', async () => {
    const { told, handover } = setUp();
    const secret = Secret.generate();
    await handover.copy(secret);
    await vi.advanceTimersByTimeAsync(5 * CHECK_EVERY_MS);
    expect(told).toEqual([]);
    desktop.clipboard = Secret.generate().use((bytes) => Buffer.from(bytes).toString());
    await vi.advanceTimersByTimeAsync(CHECK_EVERY_MS);
    expect(told).toEqual([secret.fingerprint]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told).toHaveLength(1);
  });

  it('is told of as soon as a box can be shown', async () => {
    const { told, canTell, handover } = setUp();
    canTell.value = false;
    await handover.copy(Secret.generate());
    desktop.clipboard = 'of a page';
    await vi.advanceTimersByTimeAsync(3 * CHECK_EVERY_MS);
    canTell.value = true;
    await vi.advanceTimersByTimeAsync(CHECK_EVERY_MS);
    expect(told).toHaveLength(1);
  });

  it('may be taken away: an empty clipboard gives nobody another key', async () => {
    const { told, handover } = setUp();
    await handover.copy(Secret.generate());
    desktop.clipboard = '';
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told).toEqual([]);
  });

  it('is looked after when it is the public half of a key, too, which stays there', async () => {
    const { told, handover } = setUp();
    await handover.copyPublic('-----BEGIN PUBLIC KEY-----\n', '0a1b2c3d');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(desktop.clipboard).toContain('BEGIN PUBLIC KEY');
    await handover.copyPublic('-----BEGIN PUBLIC KEY-----\n', '0a1b2c3d');
    desktop.clipboard = '-----BEGIN PUBLIC KEY----- of a page';
    await vi.advanceTimersByTimeAsync(CHECK_EVERY_MS);
    expect(told).toEqual(['0a1b2c3d']);
    expect(vi.getTimerCount()).toBe(1);
  });

  it('is a private key for a minute at most, when the keychain did not take it', async () => {
    const { handover } = setUp();
    const { privateKey } = generateKeyPairSync('ed25519');
    await handover.copy(Secret.fromPrivateKey(privateKey));
    expect(desktop.clipboard).toContain('PRIVATE KEY');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(desktop.clipboard).toBe('');
  });
});
