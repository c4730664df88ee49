import { describe, expect, it } from 'vitest';
import { locked, PASSPHRASE, reasonOf } from '../../../test/support/app/admin-lock-fixture';
import type { Result } from '../../contracts/base/result';
import { waitAfter } from './admin-lock';

const waitOf = (result: Result<unknown>): number | undefined => (result.ok ? undefined : result.failure.retryAfterMs);

describe('wrong tries', () => {
  it('wait longer and longer, 5 minutes at most', () => {
    expect([0, 1, 2, 3, 4, 8, 9, 10, 60, 5000].map(waitAfter)).toEqual([
      0, 1000, 2000, 4000, 8000, 128_000, 256_000, 300_000, 300_000, 300_000,
    ]);
  });

  it('are refused until the wait is over, the right passphrase too, and those do not count', async () => {
    const { lock, time, state, audit } = await locked();
    for (const [wrong, wait] of [
      [1, 1000],
      [2, 2000],
      [3, 4000],
    ] as const) {
      expect(waitOf(await lock.unlock(`wrong ${wrong}`))).toBe(wait);
      expect((await lock.state()).retryAt).toBe(time.now() + wait);
      await time.advance(wait - 1);
      expect(await lock.unlock(PASSPHRASE)).toMatchObject({
        ok: false,
        failure: { reason: 'wrong-passphrase', retryAfterMs: 1 },
      });
      expect(state.disk?.wrong).toBe(wrong);
      await time.advance(1);
    }
    expect((await lock.state()).retryAt).toBeNull();
    expect((await lock.unlock(PASSPHRASE)).ok).toBe(true);
    expect(state.disk?.wrong).toBe(0);
    expect(audit.map((line) => (JSON.parse(line) as { change: string }).change)).toEqual([
      'wrong',
      'wrong',
      'wrong',
      'unlocked',
    ]);
  });

  it('that come at the same time wait for each other', async () => {
    const { lock, state } = await locked();
    const outcomes = await Promise.all([
      lock.unlock('one'),
      lock.unlock('two'),
      lock.unlock(PASSPHRASE),
      lock.setPassphrase(PASSPHRASE, null),
    ]);
    expect(outcomes.map(reasonOf)).toEqual(Array(4).fill('wrong-passphrase'));
    expect(state.disk?.wrong).toBe(1);
  });

  it('are remembered through a restart, whose wait begins anew', async () => {
    const { lock, time, start } = await locked();
    for (const wait of [1000, 2000, 4000]) {
      await lock.unlock('wrong');
      await time.advance(wait);
    }
    const again = await start();
    expect(waitOf(await again.unlock(PASSPHRASE))).toBe(4000);
    await time.advance(4000);
    expect(waitOf(await again.unlock('wrong'))).toBe(8000);
  });

  it.each([
    ['back', 86_400_000],
    ['ahead', -86_400_000],
  ])('wait as long when the clock is set %s, and through a restart', async (_which, ms) => {
    const { lock, state, start } = await locked();
    await lock.unlock('wrong');
    state.setBackMs = ms;
    expect(waitOf(await lock.unlock(PASSPHRASE))).toBe(1000);
    expect(waitOf(await (await start()).unlock(PASSPHRASE))).toBe(1000);
  });

  it('count although the program ends before they are looked at', async () => {
    const { lock, state } = await locked();
    const trying = lock.unlock(PASSPHRASE);
    const written: (number | undefined)[] = [];
    for (let turn = 0; turn < 30; turn += 1) {
      written.push(state.disk?.wrong);
      await Promise.resolve();
    }
    expect(written).toContain(1);
    expect((await trying).ok).toBe(true);
    expect(state.disk?.wrong).toBe(0);
  });
});
