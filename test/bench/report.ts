/** The benchmark's result as a table for people and as JSON for machines. */
import type { Summary } from '../support/statistics';

/** One line of the result. */
export interface Line {
  readonly name: string;
  readonly unit: 'ms' | 'MiB';
  readonly measured: Summary;
  /** The median must not be more than this; null: measured without a target. */
  readonly target: number | null;
  /** Where the target comes from. */
  readonly because: string;
}

const number = (value: number): string => (Math.abs(value) < 10 ? value.toFixed(1) : value.toFixed(0));

/** "met", or by how much it was missed. */
export function verdict({ measured, target, unit }: Pick<Line, 'measured' | 'target' | 'unit'>): string {
  if (target === null) return '';
  return measured.median <= target ? 'met' : `MISSED by ${number(measured.median - target)} ${unit}`;
}

/** A table in plain text. */
export function table(lines: readonly Line[]): string {
  const rows = [
    ['', 'median', 'min - max', 'runs', 'target', ''],
    ...lines.map((line) => [
      line.name,
      `${number(line.measured.median)} ${line.unit}`,
      `${number(line.measured.min)} - ${number(line.measured.max)}`,
      String(line.measured.runs),
      line.target === null ? '-' : `<= ${number(line.target)} ${line.unit}${line.because === '' ? '' : ` (${line.because})`}`,
      verdict(line),
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) => row.map((cell, column) => (column === 0 || column > 3 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ').trimEnd()).join('\n');
}
