/** The table of issue 3, section 5, with what was measured beside what is asked for. */

/** One row; null: the row has no such bound or nothing was measured. Milliseconds. */
export interface SurvivalRow {
  readonly what: string;
  readonly backMs: number | null;
  readonly backWithinMs: number | null;
  readonly gapMs: number | null;
  readonly gapWithinMs: number | null;
  readonly kept: string;
}

const figure = (measured: number | null, within: number | null): string => {
  if (measured === null) return '';
  const text = `${measured.toFixed(0)} ms`;
  return within === null ? text : `${text} (<= ${within})`;
};

/** The rows as a table for people. */
export function survivalTable(rows: readonly SurvivalRow[]): string {
  const cells = [
    ['what happens', 'registration back', 'audio gap', 'call kept'],
    ...rows.map((row) => [
      row.what,
      figure(row.backMs, row.backWithinMs),
      figure(row.gapMs, row.gapWithinMs),
      row.kept,
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  return cells
    .map((line) => `    | ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`)
    .join('');
}

/** What breaks a bound, in words; empty when the row holds. */
export function brokenBounds({ what, backMs, backWithinMs, gapMs, gapWithinMs }: SurvivalRow): readonly string[] {
  const within = (measured: number | null, bound: number): boolean =>
    measured !== null && measured >= 0 && measured <= bound;
  const late =
    backWithinMs !== null && !within(backMs, backWithinMs)
      ? [`${what}: registered after ${String(backMs)} ms, wanted ${backWithinMs}`]
      : [];
  const silent =
    gapWithinMs !== null && !within(gapMs, gapWithinMs)
      ? [`${what}: no sound for ${String(gapMs)} ms, wanted ${gapWithinMs}`]
      : [];
  return [...late, ...silent];
}
