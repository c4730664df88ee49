import { describe, expect, it } from 'vitest';
import { seeded } from '../../../../test/support/seeded';
import { afterAsked, dialogRetryDelay, glareDelay, openWithin, retryDelay } from './retry-policy';

const base = { failures: 0, random: 1, onThisComputer: false };

describe('retryDelay', () => {
  const bounds = (more: object): number[] =>
    Array.from({ length: 8 }, (_, failures) => retryDelay({ ...base, ...more, failures }));
  it('comes back at least once a second in the first minute of an outage, every 4 s in its first five, and every 15 s after them', () => {
    expect(bounds({})).toEqual([750, 1000, 1000, 1000, 1000, 1000, 1000, 1000]);
    expect(bounds({ outageMs: 60_000 })).toEqual(bounds({}));
    expect(bounds({ outageMs: 60_001 })).toEqual([750, 1500, 3000, 4000, 4000, 4000, 4000, 4000]);
    expect(bounds({ outageMs: 300_000 })).toEqual(bounds({ outageMs: 60_001 }));
    expect(bounds({ outageMs: 300_001 })).toEqual([750, 1500, 3000, 6000, 12000, 15000, 15000, 15000]);
    expect(retryDelay({ ...base, failures: 5000, outageMs: 1e9 })).toBe(15000);
  });
  it('hardly tries while there is no network at all', () => {
    expect(retryDelay({ ...base, random: 0, noNetwork: true })).toBe(15_000);
  });
  it('fails too seldom for Chromium to hold the next connection back', () => {
    // Its throttle begins to be felt (0.3 to 1.3 s) at 14 failures for each success of the last minutes, and one more.
    let failures = 0;
    for (let at = 0; at < 10_000; failures += 1) at += retryDelay({ ...base, failures, random: 0.5, outageMs: at });
    expect(failures).toBeLessThan(28);
  });
  it('does not wait again for what the attempt has waited for already', () => {
    expect(retryDelay({ ...base, spentMs: 300 })).toBe(450);
    expect(retryDelay({ ...base, spentMs: 1000 })).toBe(0);
  });
  it('takes a tenth to all of the bound', () => {
    expect(retryDelay({ ...base, random: 0 })).toBe(75);
    expect(retryDelay({ ...base, random: 0.5 })).toBe(413);
  });
  it('never waits longer than a second for a gateway on this computer', () => {
    expect(bounds({ onThisComputer: true, outageMs: 1e9 })).toEqual([250, 500, 750, 750, 750, 750, 750, 750]);
  });
  it('honours whoever says how long to wait, and does not hammer where a person is needed', () => {
    expect(retryDelay({ ...base, random: 0, retryAfterMs: 60_000 })).toBe(60_000);
    expect(retryDelay({ ...base, retryAfterMs: 60_000 })).toBe(75_000);
    expect(retryDelay({ ...base, failures: 6, outageMs: 400_000, retryAfterMs: 100 })).toBe(15_000);
    expect(retryDelay({ ...base, needsPerson: true })).toBe(30_000);
  });
});

describe('a thousand agents lose the same gateway in one moment', () => {
  const AGENTS = 1000;
  /** When each of them tries for the first time after the gateway accepts again, in ms after that; a refused try costs no time. */
  const returns = (outageMs: number): number[] => {
    const random = seeded(20_261_121);
    return Array.from({ length: AGENTS }, () => {
      let at = 0;
      for (let failures = 0; failures === 0 || at < outageMs; failures += 1)
        at += retryDelay({ failures, random: random(), onThisComputer: false, outageMs: at });
      return at - outageMs;
    });
  };
  /** The largest number of them within any 100 ms, and when the last one came. */
  const spreadOf = (arrivals: readonly number[]): { readonly busiest: number; readonly last: number } => {
    const sorted = [...arrivals].sort((a, b) => a - b);
    const within = (start: number, from: number): number => sorted.findLastIndex((at) => at < start + 100) - from + 1;
    return { busiest: Math.max(...sorted.map(within)), last: sorted.at(-1) ?? 0 };
  };
  // An even spread over the 675 ms of the first wait would be 148 within 100 ms.
  it.each([
    ['it accepts at once', 0, 180, 750],
    ['it is back after 2 s', 2_000, 200, 1_000],
    ['it is back after 30 s', 30_000, 200, 1_000],
    ['it is back after 3 min', 180_000, 70, 4_000],
    ['it is back after 10 min', 600_000, 30, 15_000],
  ])('%s: they do not arrive together', (_, outageMs, mostWithin100Ms, allWithin) => {
    const { busiest, last } = spreadOf(returns(outageMs));
    expect(busiest).toBeLessThanOrEqual(mostWithin100Ms);
    expect(busiest).toBeGreaterThan(1);
    expect(last).toBeLessThanOrEqual(allWithin);
  });
});

describe('openWithin', () => {
  it('is short at first and long enough for a slow network after that', () => {
    expect([0, 1, 2, 3].map((failures) => openWithin(failures, false))).toEqual([1000, 2000, 4000, 5000]);
    expect([0, 1, 2, 3].map((failures) => openWithin(failures, true))).toEqual([5000, 5000, 5000, 5000]);
  });
  it.each([false, true])('lets a gateway that is slow to accept in at last, on this computer: %s', (onThisComputer) => {
    const firstThatLasts = (ms: number): number => {
      let failures = 0;
      while (failures < 100 && openWithin(failures, onThisComputer) <= ms) failures += 1;
      return failures;
    };
    expect([4_500, 8_000, 9_900, 15_000, 19_900].map(firstThatLasts)).toEqual(
      onThisComputer ? [0, 4, 4, 7, 7] : [3, 4, 4, 7, 7],
    );
  });
  it('waits no longer than 5 s at two of three tries, and never more than 20 s', () => {
    const all = Array.from({ length: 30 }, (_, n) => openWithin(n + 5, false));
    expect(Math.max(...all)).toBe(20_000);
    expect(all.filter((ms) => ms === 5_000)).toHaveLength(20);
    expect(openWithin(50_000, false)).toBeLessThanOrEqual(20_000);
  });
});

describe('afterAsked', () => {
  it.each([
    [0, [0, 0, 0]],
    [1_000, [1_000, 1_125, 1_250]],
    [30_000, [30_000, 33_750, 37_500]],
    [60_000, [60_000, 67_500, 75_000]],
    [1_800_000, [1_800_000, 1_807_500, 1_815_000]],
  ])('%i ms: never earlier, and a little later by chance', (askedMs, expected) => {
    expect([0, 0.5, 1].map((random) => afterAsked(askedMs, random))).toEqual(expected);
  });
  it('spreads a thousand phones that were told the same', () => {
    const random = seeded(4711);
    const delays = Array.from({ length: 1000 }, () => retryDelay({ ...base, random: random(), retryAfterMs: 20_000 }));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(20_000);
    const inSecond = [20, 21, 22, 23, 24].map((s) => delays.filter((ms) => Math.floor(ms / 1000) === s).length);
    expect(Math.max(...inSecond)).toBeLessThan(250);
  });
});

describe('dialogRetryDelay', () => {
  it('doubles from a second to 15, less up to half by chance', () => {
    expect([0, 1, 2, 3, 4, 9].map((failures) => dialogRetryDelay(failures, 0))).toEqual([
      1000, 2000, 4000, 8000, 15000, 15000,
    ]);
    expect(dialogRetryDelay(0, 0.9999)).toBe(500);
  });
});

describe('glareDelay (RFC 3261 section 14.1)', () => {
  it('keeps the owner of the Call-ID and the other side apart, in steps of 10 ms', () => {
    expect([glareDelay(true, 0), glareDelay(true, 0.9999)]).toEqual([2100, 4000]);
    expect([glareDelay(false, 0), glareDelay(false, 0.9999)]).toEqual([0, 2000]);
    expect(glareDelay(false, 0.1234) % 10).toBe(0);
  });
});
