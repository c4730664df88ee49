import { describe, expect, it } from 'vitest';
import { lifeOf, longerThan, refreshDelay } from './granted-life';

const HOUR = 3_600_000;

describe('lifeOf', () => {
  it.each<[string, number | null, number | null, number]>([
    ['what is granted', 300, null, 300_000],
    ['no less than 10 s', 3, null, 10_000],
    ['nor for a negative one', -1, null, 10_000],
    ['no more than an hour', 4_294_967_295, null, HOUR],
    ['nor for one that is no number of seconds any more', Infinity, null, HOUR],
    ['two minutes when nobody says', null, null, 120_000],
    ['the same for what is no number', Number.NaN, null, 120_000],
    ['never beyond the token', 300, 60_000, 60_000],
    ['even where that is short', 300, 6_000, 6_000],
    ['a token that has ended says nothing', 300, -1, 300_000],
  ])('%s', (_what, granted, tokenLeft, life) => expect(lifeOf(granted, tokenLeft)).toBe(life));
});

describe('refreshDelay', () => {
  it('is half to three quarters of the life, and never less than 5 s', () => {
    expect([0, 0.5, 1].map((random) => refreshDelay(300_000, random))).toEqual([150_000, 187_500, 225_000]);
    expect([0, 1].map((random) => refreshDelay(6_000, random))).toEqual([5_000, 5_000]);
  });
});

describe('longerThan', () => {
  it.each<[number, number | null, number | null]>([
    [600, 900, 900],
    [600, 600, null],
    [600, 10, null],
    [600, 4_294_967_295, 3_600],
    [3_600, 86_400, null],
    [600, Number.NaN, null],
    [600, null, null],
  ])('asked for %s, at least %s wanted: %s', (asked, min, next) => expect(longerThan(asked, min)).toBe(next));
});
