import { describe, expect, it } from 'vitest';
import { lockIsInstalled } from './npm-packages.mjs';

describe('lockIsInstalled', () => {
  /** @param {Record<string, object>} packages */
  const lock = (packages) => JSON.stringify({ packages });
  const a = { version: '1.0.0', integrity: 'sha512-a' };

  it.each([
    ['the same', { '': { version: '0.1.0' }, 'node_modules/a': a }, { 'node_modules/a': a }, true],
    ['another version', { 'node_modules/a': a }, { 'node_modules/a': { ...a, version: '1.0.1' } }, false],
    ['other bytes', { 'node_modules/a': a }, { 'node_modules/a': { ...a, integrity: 'sha512-b' } }, false],
    ['one is missing', { 'node_modules/a': a }, {}, false],
    ['one for another system is missing', { 'node_modules/a': { ...a, optional: true } }, {}, true],
    ['one too many', {}, { 'node_modules/a': a }, false],
  ])('%s', (_, wanted, present, answer) => {
    expect(lockIsInstalled(lock(wanted), lock(present))).toBe(answer);
  });

  it('is not, when a file is no lock file', () => {
    expect(lockIsInstalled('', '')).toBe(false);
    expect(lockIsInstalled(lock({}), 'null')).toBe(false);
  });
});
