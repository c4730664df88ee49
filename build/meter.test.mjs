import { describe, expect, it } from 'vitest';
import { meterLine } from './meter.mjs';

describe('meterLine', () => {
  it('shows size, share and rate', () => {
    expect(meterLine('Electron', 49_000_000, 196_000_000, 2000)).toBe('  Electron: 49 MB of 196 MB (25 %), 25 MB/s');
    expect(meterLine('Electron', 1_500_000, null, 0)).toBe('  Electron: 1.5 MB');
  });
});
