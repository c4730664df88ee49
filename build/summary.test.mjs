import { afterEach, describe, expect, it, vi } from 'vitest';
import { addUp, failedToRun, failure, none, readPlaywrightReport, readVitestReport, summaryLine } from './summary.mjs';

afterEach(() => void vi.restoreAllMocks());

describe('readVitestReport', () => {
  it('counts what passed, failed and was skipped', () => {
    const report = {
      testResults: [
        {
          status: 'failed',
          name: '/somewhere/calls.test.ts',
          assertionResults: [
            { status: 'passed' },
            {
              status: 'failed',
              fullName: 'a call ends',
              failureMessages: ['\u001b[31mexpected 1\n    at x\u001b[39m', 'and 2'],
            },
            { status: 'skipped' },
            { status: 'todo' },
          ],
        },
      ],
    };
    expect(readVitestReport(JSON.stringify(report))).toEqual({
      passed: 1,
      failed: 1,
      skipped: 2,
      notes: ['FAILED: calls.test.ts > a call ends: expected 1 at x; and 2'],
    });
  });

  it('counts a file that can not be loaded as a failure', () => {
    const file = {
      status: 'failed',
      name: '/somewhere/calls.test.ts',
      message: 'no such module',
      assertionResults: [],
    };
    expect(readVitestReport(JSON.stringify({ testResults: [file] }))).toEqual({
      ...none(),
      failed: 1,
      notes: ['FAILED: calls.test.ts: no such module'],
    });
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
  const failed = {
    title: 'two',
    tests: [{ status: 'unexpected', results: [{ errors: [{ message: 'Timed out\n  after 5 s' }] }] }],
  };
  const report = {
    errors: [],
    suites: [
      {
        title: 'a.spec.ts',
        specs: [{ title: 'one', tests: [{ status: 'expected' }] }],
        suites: [{ title: 'inner', specs: [skipped, failed] }],
      },
    ],
  };

  it('counts through nested suites and keeps the reasons', () => {
    expect(readPlaywrightReport(JSON.stringify(report))).toEqual({
      passed: 1,
      failed: 1,
      skipped: 1,
      notes: [
        'SKIPPED: a.spec.ts > inner > seccomp: this is root',
        'FAILED: a.spec.ts > inner > two: Timed out after 5 s',
      ],
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
    expect(readPlaywrightReport(JSON.stringify({ suites: [], errors: [{ message: 'no such file' }] }))).toEqual({
      ...none(),
      failed: 1,
      notes: ['FAILED: no such file'],
    });
  });
});

describe('the line of a failed test', () => {
  it('ends where it would no longer be one', () => {
    expect(failure('a', 'b'.repeat(5000))).toBe(`FAILED: a: ${'b'.repeat(400)}`);
  });
});

describe('the sum', () => {
  it('adds all runners up and closes with the agreed line', () => {
    vi.spyOn(console, 'error').mockReturnValue(undefined);
    const sum = addUp([
      { passed: 3, failed: 0, skipped: 1, notes: ['SKIPPED: a: b'] },
      failedToRun(none(), 'it crashed'),
      { passed: 10, failed: 2, skipped: 0, notes: [] },
    ]);
    expect(sum.notes).toEqual(['SKIPPED: a: b', 'FAILED: it crashed']);
    expect(summaryLine(sum)).toBe('13 passed, 3 failed, 1 skipped');
  });
});
