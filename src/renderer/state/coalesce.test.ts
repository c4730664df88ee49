import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock';
import { createCoalescer } from './coalesce';

function setUp() {
  const clock = createFakeClock();
  const told: number[] = [];
  const start = clock.now();
  const changed = createCoalescer(
    (run, ms) => clock.after(ms, run),
    () => told.push(clock.now() - start),
  );
  /** So many changes a second, one each time, for so long. */
  const come = async (perSecond: number, forMs: number): Promise<void> => {
    for (let ms = 0; ms < forMs; ms += 1000 / perSecond) {
      changed();
      await clock.advance(1000 / perSecond);
    }
  };
  return { clock, told, changed, come };
}

describe('changes that are gathered', () => {
  it('are told within 50 ms, a burst once', async () => {
    const { clock, told, changed } = setUp();
    for (let each = 0; each < 20; each += 1) changed();
    expect(told).toEqual([]);
    await clock.advance(1_000);
    expect(told).toEqual([50]);
    changed();
    await clock.advance(1_000);
    expect(told).toEqual([50, 1_050]);
    expect(clock.waiting()).toBe(0);
  });

  it('are told less often in a flood, each of them, and soon again afterwards', async () => {
    const { clock, told, changed, come } = setUp();
    await come(2_000, 5_000);
    await clock.advance(250);
    expect(told.length).toBeGreaterThan(15);
    expect(told.length).toBeLessThan(25);
    expect(clock.waiting()).toBe(0);
    // The first one after it may still wait as long as those in it.
    changed();
    await clock.advance(250);
    const before = told.length;
    changed();
    await clock.advance(50);
    expect(told).toHaveLength(before + 1);
  });
});
