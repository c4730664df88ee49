import { describe, expect, it } from 'vitest';
import { ZOOM_STEPS, zoomAfter, zoomPercent } from './zoom';

describe('a step of the zoom', () => {
  it.each([
    [100, 'in', 110],
    [100, 'out', 90],
    [200, 'in', 200],
    [50, 'out', 50],
    // A size that no step has, from a file that somebody wrote.
    [103, 'in', 110],
    [103, 'out', 100],
    [175, 'reset', 100],
  ] as const)('from %d percent, %s, leads to %d', (from, change, to) => {
    expect(zoomAfter(from, change)).toBe(to);
  });

  it('leads from one end to the other and back', () => {
    let percent: number = ZOOM_STEPS[0];
    const seen = [percent];
    for (let steps = 0; steps < 20; steps++) {
      const next = zoomAfter(percent, 'in');
      if (next === percent) break;
      seen.push(next);
      percent = next;
    }
    expect(seen).toEqual([...ZOOM_STEPS]);
  });

  it.each([49, 201, 100.5, Infinity, '100'])('a size of %s is refused', (size) => {
    expect(zoomPercent.safeParse(size).success).toBe(false);
  });
});
