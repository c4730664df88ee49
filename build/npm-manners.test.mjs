import { describe, expect, it } from 'vitest';
import { npmFailure } from './npm-manners.mjs';

describe('npmFailure', () => {
  /** @param {string} stderr */
  const outcome = (stderr) => ({ code: 1, signal: null, stdout: '', stderr, startError: null });

  it.each([
    ['npm error code ENOTFOUND', /could not be reached for x \(ENOTFOUND\)/],
    ['npm error code E404\nnpm error 404 Not Found', /refused x \(E404\)/],
    ['npm error code ENOSPC', /No space/],
    ['npm error code EACCES', /may not write/],
    ['npm error code EINTEGRITY', /wrong checksum/],
    ['npm error something new\nnpm error A complete log of this run', /could not fetch x: something new$/],
    ['', /it ended with code 1/],
  ])('%j', (stderr, sentence) => {
    expect(npmFailure(outcome(stderr), 'x').message).toMatch(sentence);
  });

  it('says that npm is missing', () => {
    expect(npmFailure({ ...outcome(''), code: null, startError: 'ENOENT' }, 'x').message).toMatch(/install npm/);
  });
});
