import { afterEach, describe, expect, it, vi } from 'vitest';
import { addUp, failedToRun, none, readPlaywrightReport, readVitestReport, summaryLine } from './summary.mjs';

afterEach(() => void vi.restoreAllMocks());

describe('readVitestReport', () => {
  it('counts what passed, failed and was skipped', () => {
    const report = {
      testResults: [
        {
          status: 'failed',
          assertionResults: [{ status: 'passed' }, { status: 'failed' }, { status: 'skipped' }, { status: 'todo' }],
        },
      ],
    };
    expect(readVitestReport(JSON.stringify(report))).toEqual({ passed: 1, failed: 1, skipped: 2, skips: [] });
  });

  it('counts a file that can not be loaded as a failure', () => {
    expect(readVitestReport(JSON.stringify({ testResults: [{ status: 'failed', assertionResults: [] }] })).failed).toBe(
      1,
    );
  });

  it('counts a file whose set-up failed as a failure', () => {
    expect(
      readVitestReport(
        JSON.stringify({ testResults: [{ status: 'failed', assertionResults: [{ status: 'skipped' }] }] }),
      ).failed,
    ).toBe(1);
  });

  it.each(['', '{', 'null', '[]'])('finds nothing in %j', (text) => {
    expect(readVitestReport(text)).toEqual(none());
  });
});

describe('readPlaywrightReport', () => {
  const skipped = {
    title: 'seccomp',
    tests: [{ status: 'skipped', annotations: [{ type: 'skip', description: 'this is root' }] }],
  };
  const report = {
    errors: [],
    suites: [
      {
        title: 'a.spec.ts',
        specs: [{ title: 'one', tests: [{ status: 'expected' }] }],
        suites: [{ title: 'inner', specs: [skipped, { title: 'two', tests: [{ status: 'unexpected' }] }] }],
      },
    ],
  };

  it('counts through nested suites and keeps the reasons', () => {
    expect(readPlaywrightReport(JSON.stringify(report))).toEqual({
      passed: 1,
      failed: 1,
      skipped: 1,
      skips: ['SKIPPED: a.spec.ts > inner > seccomp: this is root'],
    });
  });

  it('counts a flaky test as a failure', () => {
    expect(
      readPlaywrightReport(
        JSON.stringify({ suites: [{ title: 'a', specs: [{ title: 'x', tests: [{ status: 'flaky' }] }] }] }),
      ).failed,
    ).toBe(1);
  });

  it('counts an error outside of any test', () => {
    expect(readPlaywrightReport(JSON.stringify({ suites: [], errors: [{ message: 'no such file' }] })).failed).toBe(1);
  });
});

describe('the sum', () => {
  it('adds all runners up and closes with the agreed line', () => {
    vi.spyOn(console, 'error').mockReturnValue(undefined);
    const sum = addUp([
      { passed: 3, failed: 0, skipped: 1, skips: ['SKIPPED: a: b'] },
      failedToRun(none(), 'it crashed'),
      { passed: 10, failed: 2, skipped: 0, skips: [] },
    ]);
    expect(sum.skips).toEqual(['SKIPPED: a: b']);
    expect(summaryLine(sum)).toBe('13 passed, 3 failed, 1 skipped');
  });
});
