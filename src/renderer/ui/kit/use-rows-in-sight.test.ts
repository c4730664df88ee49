import { describe, expect, it } from 'vitest';
import { rowsBetween } from './use-rows-in-sight';

describe('the rows in sight', () => {
  it('at the top', () => expect(rowsBetween(0, 500, 50, 10_000)).toEqual({ first: 0, end: 16 }));
  it('in the middle, with spare ones at both edges', () =>
    expect(rowsBetween(5000, 500, 50, 10_000)).toEqual({ first: 94, end: 116 }));
  it('at the end', () => expect(rowsBetween(499_500, 500, 50, 10_000)).toEqual({ first: 9984, end: 10_000 }));
  it('of a list shorter than the box', () => expect(rowsBetween(0, 500, 50, 3)).toEqual({ first: 0, end: 3 }));
  it('of a list that became shorter than where the box was', () => {
    const { first, end } = rowsBetween(5000, 500, 50, 3);
    expect(end).toBe(3);
    expect(first).toBeLessThanOrEqual(end);
  });
  it('of an empty list', () => expect(rowsBetween(0, 500, 50, 0)).toEqual({ first: 0, end: 0 }));
});
