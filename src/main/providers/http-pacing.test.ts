import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock';
import { seeded } from '../../../test/support/seeded';
import { fail } from '../../contracts/base/result';
import { createPacing, retryAfterMs } from './http-pacing';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const { failure } = fail('rate-limited', 'Too often.');

describe('Retry-After', () => {
  it.each([
    ['7', 7_000],
    [' 7 ', 7_000],
    ['0', 0],
    ['300', 300_000],
    ['1000000000', 300_000],
    ['Sat, 21 Nov 2026 12:00:30 GMT', 30_000],
    ['Sat, 21 Nov 2026 11:00:00 GMT', 0],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 300_000],
    ['1e9', null],
    ['9'.repeat(40), null],
    ['-5', null],
    ['NaN', null],
    ['soon', null],
    ['Sat, 99 Nov 2026 12:00:30 GMT', null],
    ['2026-11-21', null],
    ['', null],
    [undefined, null],
  ])('%s', (value, waitMs) => {
    expect(retryAfterMs(value, NOW)).toBe(waitMs);
  });
});

describe('pacing', () => {
  const paced = (random = () => 1) => {
    const clock = createFakeClock();
    return { clock, pacing: createPacing({ monotonic: clock.now }, random) };
  };

  it('waits twice as long after each trouble, a minute at most, and starts anew after a success', async () => {
    const { clock, pacing } = paced();
    const waits: (number | undefined)[] = [];
    for (let attempt = 0; attempt < 9; attempt += 1) {
      const { retryAfterMs: wait = 0 } = pacing.troubled('a sip', 503, failure, null);
      waits.push(wait);
      await clock.advance(wait);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    pacing.succeeded('a sip');
    expect(pacing.troubled('a sip', 503, failure, null).retryAfterMs).toBe(1_000);
  });

  it('spreads the waits over half of them', () => {
    const { pacing } = paced(seeded(1));
    const waits = Array.from(
      { length: 200 },
      (_, index) => pacing.troubled(`${index} sip`, 503, failure, null).retryAfterMs ?? 0,
    );
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(500);
    expect(Math.max(...waits)).toBeLessThanOrEqual(1_000);
    expect(new Set(waits).size).toBeGreaterThan(100);
  });

  it('waits as long as it was asked to, a little longer by chance, five minutes at most', () => {
    const { pacing } = paced();
    expect(pacing.troubled('a sip', 429, failure, 10_000).retryAfterMs).toBe(11_000);
    expect(pacing.troubled('b sip', 429, failure, 300_000).retryAfterMs).toBe(300_000);
    expect(pacing.troubled('c sip', 429, failure, 0).retryAfterMs).toBe(0);
  });

  it('stands in the way until the wait is over, and says how long that is', async () => {
    const { clock, pacing } = paced();
    pacing.troubled('a sip', 429, failure, 10_000);
    expect(pacing.standing('a sip', 'f')).toEqual({ ...failure, retryAfterMs: 11_000 });
    expect(pacing.standing('a events', 'f')).toBeNull();
    await clock.advance(10_999);
    expect(pacing.standing('a sip', 'f')?.retryAfterMs).toBe(1);
    await clock.advance(1);
    expect(pacing.standing('a sip', 'f')).toBeNull();
  });

  it('keeps a refused key back for good; another key and a reset let through', async () => {
    const { clock, pacing } = paced();
    pacing.refused('a sip', 'old', failure);
    await clock.advance(86_400_000);
    expect(pacing.standing('a sip', 'old')).toBe(failure);
    expect(pacing.standing('a sip', 'new')).toBeNull();
    pacing.reset('ab ');
    expect(pacing.standing('a sip', 'old')).toBe(failure);
    pacing.reset('a ');
    expect(pacing.standing('a sip', 'old')).toBeNull();
  });
});
