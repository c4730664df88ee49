import { expect, it } from 'vitest';
import { isSandboxed } from './os-sandbox';

// As proc(5) has them: a renderer of a whole sandbox, of `--no-sandbox` in a package, of a container that filters all its processes, and of none.
const WHOLE = 'Name:\tringfence\nNSpid:\t4711\t5\nSeccomp:\t2\nSeccomp_filters:\t1\n';
const FILTER_ALONE = 'Name:\tringfence\nNSpid:\t4711\nSeccomp:\t2\nSeccomp_filters:\t1\n';
const NAMESPACE_ALONE = 'Name:\tringfence\nNSpid:\t4711\t5\nSeccomp:\t0\n';
const NEITHER = 'Name:\tringfence\nNSpid:\t4711\nSeccomp:\t0\n';

it.each([
  ['both layers', WHOLE, true],
  ['the filter alone', FILTER_ALONE, false],
  ['a namespace alone', NAMESPACE_ALONE, false],
  ['neither', NEITHER, false],
  ['a process that is gone', '', false],
])('on Linux the sandbox of a process is its filter and its namespace: %s', async (_what, status, sandboxed) => {
  for (const fallback of [true, false])
    expect(await isSandboxed(4711, fallback, 'linux', () => Promise.resolve(status))).toBe(sandboxed);
});

it('counts a process of which nothing can be read as one without', async () => {
  expect(await isSandboxed(4711, true, 'linux', () => Promise.reject(new Error('ESRCH')))).toBe(false);
});

it.each(['darwin', 'win32'] as const)('on %s says what was asked for', async (platform) => {
  for (const fallback of [true, false])
    expect(await isSandboxed(4711, fallback, platform, () => Promise.resolve(WHOLE))).toBe(fallback);
});
