/** Rows as they are measured: each is printed at once, asserted, and printed again with the others at the end. */
import { expect, test } from '@playwright/test';
import { brokenBounds, survivalTable, type SurvivalRow } from './table';

/** Call once at the top of a spec; the returned function takes a row and fails the test when it breaks a bound. */
export function reportRows(): (row: SurvivalRow) => void {
  const rows: SurvivalRow[] = [];
  test.afterAll(() => {
    if (rows.length > 0) process.stdout.write(`\n${survivalTable(rows)}`);
  });
  return (row) => {
    rows.push(row);
    expect(brokenBounds(row)).toEqual([]);
  };
}
