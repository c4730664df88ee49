import { describe, expect, it } from 'vitest';
import { nodeIsNewEnough } from './setup.mjs';

describe('nodeIsNewEnough', () => {
  it.each([
    ['20.18.0', true],
    ['20.17.9', false],
    ['18.20.0', false],
    ['22.0.0', true],
  ])('Node %s: %s', (version, fine) => {
    expect(nodeIsNewEnough(version)).toBe(fine);
  });
});
