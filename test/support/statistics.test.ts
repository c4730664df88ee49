import { describe, expect, it } from 'vitest';
import { summarise } from './statistics';

describe('summarise', () => {
  it('takes the middle, or the mean of the two middle values', () => {
    expect(summarise([9, 1, 5])).toEqual({ runs: 3, median: 5, min: 1, max: 9 });
    expect(summarise([4, 1, 10, 2])).toEqual({ runs: 4, median: 3, min: 1, max: 10 });
    expect(summarise([7])).toEqual({ runs: 1, median: 7, min: 7, max: 7 });
  });

  it("does not sort numbers as words, nor the caller's list", () => {
    const values = [100, 20, 3];
    expect(summarise(values).median).toBe(20);
    expect(values).toEqual([100, 20, 3]);
  });

  it('does not make a result out of nothing', () => {
    expect(() => summarise([])).toThrow('nothing was measured');
  });
});
