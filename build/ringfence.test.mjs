import { describe, expect, it } from 'vitest';
import { inheritedBy } from './ringfence.mjs';

describe('the file descriptors that the command line inherits', () => {
  it.each([
    [[], 3],
    [['keys', 'list'], 3],
    [['keys', 'rotate', '--passphrase-fd', '3'], 4],
    [['keys', 'rotate', '--passphrase-fd=5'], 6],
    [['keys', 'rotate', '--passphrase-fd', '0'], 3],
    [['keys', 'rotate', '--passphrase-fd'], 3],
    [['keys', 'rotate', '--passphrase-fd', '1000000'], 3],
  ])('%j: %i', (words, count) => {
    expect(inheritedBy(words)).toEqual(Array.from({ length: count }, () => 'inherit'));
  });
});
