/** The counts of several test runners, added up. */
import { basename } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {string[]} notes one line for each test that was skipped or failed, with the reason
 */

/** @returns {Counts} */
export function none() {
  return { passed: 0, failed: 0, skipped: 0, notes: [] };
}

/** @param {readonly Counts[]} all @returns {Counts} */
export function addUp(all) {
  return {
    passed: all.reduce((sum, { passed }) => sum + passed, 0),
    failed: all.reduce((sum, { failed }) => sum + failed, 0),
    skipped: all.reduce((sum, { skipped }) => sum + skipped, 0),
    notes: all.flatMap(({ notes }) => notes),
  };
}

/** The closing line of a run; nothing else is on it. @param {Counts} counts @returns {string} */
export function summaryLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/**
 * A runner that ended badly without a failed test (it crashed, or a file could not be loaded) counts as one failure.
 * @param {Counts} counts
 * @param {string} why
 * @returns {Counts}
 */
export function failedToRun(counts, why) {
  console.error(why);
  return { ...counts, failed: counts.failed + 1, notes: [...counts.notes, failure('', why)] };
}

/** The characters of an error that its line has room for. */
const REASON = 400;

/**
 * The line of a failed test. It stands beside the sum: the runner's own report may be thousands of lines above it.
 * @param {string} name empty: there is no test to name
 * @param {string} error as its runner wrote it, with colours and line breaks
 * @returns {string}
 */
export function failure(name, error) {
  const reason = stripVTControlCharacters(error).replaceAll(/\s+/g, ' ').trim();
  return ['FAILED', ...[name, reason.slice(0, REASON)].filter((part) => part !== '')].join(': ');
}

/** @param {unknown} value @returns {Record<string, unknown>} */
const record = (value) =>
  typeof value === 'object' && value !== null ? /** @type {Record<string, unknown>} */ (value) : {};

/** @param {unknown} value @returns {unknown[]} */
const list = (value) => (Array.isArray(value) ? value : []);

/** @param {unknown} value */
const text = (value) => (typeof value === 'string' ? value : '');

/** @param {string} report @returns {Record<string, unknown>} */
function parse(report) {
  try {
    return record(JSON.parse(report));
  } catch {
    return {};
  }
}

/**
 * Vitest's JSON reporter (Jest's format). It leaves out why a test was skipped: see skip-reporter.mjs.
 * @param {string} report empty when there is none
 * @returns {Counts}
 */
export function readVitestReport(report) {
  const counts = none();
  for (const file of list(parse(report)['testResults']).map(record)) {
    const tests = list(file['assertionResults']).map(record);
    // A file that can't be loaded, or whose set-up fails, has no failed test and fails all the same.
    if (file['status'] === 'failed' && !tests.some((test) => test['status'] === 'failed')) {
      counts.failed += 1;
      counts.notes.push(failure(basename(text(file['name'])), text(file['message'])));
    }
    for (const test of tests) {
      if (test['status'] === 'passed') counts.passed += 1;
      else if (test['status'] === 'failed') {
        counts.failed += 1;
        const name = `${basename(text(file['name']))} > ${text(test['fullName'])}`;
        counts.notes.push(failure(name, list(test['failureMessages']).map(text).join('; ')));
      } else counts.skipped += 1;
    }
  }
  return counts;
}

/**
 * Playwright's JSON reporter.
 * @param {string} report empty when there is none
 * @returns {Counts}
 */
export function readPlaywrightReport(report) {
  const counts = none();
  /** @param {Record<string, unknown>} suite @param {string} path */
  const walk = (suite, path) => {
    for (const spec of list(suite['specs']).map(record)) {
      for (const test of list(spec['tests']).map(record)) {
        if (test['status'] === 'expected') counts.passed += 1;
        else if (test['status'] === 'skipped') {
          counts.skipped += 1;
          const reasons = list(test['annotations'])
            .map(record)
            .filter((note) => note['type'] === 'skip')
            .map((note) => text(note['description']));
          counts.notes.push(
            `SKIPPED: ${path}${text(spec['title'])}: ${reasons.filter((reason) => reason !== '').join('; ') || 'no reason was given'}`,
          );
        } else {
          counts.failed += 1;
          const errors = list(test['results'])
            .map(record)
            .flatMap((result) => list(result['errors']).map(record));
          counts.notes.push(
            failure(`${path}${text(spec['title'])}`, errors.map((error) => text(error['message'])).join('; ')),
          );
        }
      }
    }
    for (const inner of list(suite['suites']).map(record)) walk(inner, `${path}${text(inner['title'])} > `);
  };
  const root = parse(report);
  for (const suite of list(root['suites']).map(record)) walk(suite, `${text(suite['title'])} > `);
  for (const error of list(root['errors']).map(record)) {
    counts.failed += 1;
    counts.notes.push(failure('', text(error['message'])));
  }
  return counts;
}
