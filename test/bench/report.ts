/** The benchmark's result as a table for people and as JSON for machines. */
import { readFile, writeFile } from 'node:fs/promises';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { measured } from '../support/measured';
import { summarise, type Summary } from '../support/statistics';

/** One line of the result. */
export interface Line {
  readonly name: string;
  readonly unit: 'ms' | 'us' | 'MiB' | '%';
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
      line.target === null
        ? '-'
        : `<= ${number(line.target)} ${line.unit}${line.because === '' ? '' : ` (${line.because})`}`,
      verdict(line),
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 || column > 3 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** What one file of the benchmark measures. */
export interface Report {
  /** Adds a line; answers with its median. */
  readonly add: (
    name: string,
    unit: Line['unit'],
    values: readonly number[],
    target?: number | null,
    because?: string,
  ) => number;
  readonly note: (text: string) => void;
  /** Prints the table and adds it to bench.json in the folder that build/bench.mjs names. Nothing was measured: says nothing. */
  readonly finish: () => Promise<void>;
}

/** Starts an empty report. */
export function createReport(): Report {
  const lines: Line[] = [];
  const notes: string[] = [];
  return {
    add: (name, unit, values, target = null, because = '') => {
      const line = { name, unit, measured: summarise(values), target, because };
      lines.push(line);
      return line.measured.median;
    },
    note: (text) => void notes.push(text),
    finish: async () => {
      if (lines.length === 0 && notes.length === 0) return;
      measured(`\n${lines.length === 0 ? '' : `${table(lines)}\n`}${notes.map((text) => `${text}\n`).join('')}`);
      const folder = process.env['RINGFENCE_BENCH_OUTPUT'];
      if (folder === undefined) return;
      const path = join(folder, 'bench.json');
      // Each file of the benchmark adds its own.
      const before = JSON.parse(await readFile(path, 'utf8').catch(() => '{}')) as {
        readonly lines?: readonly unknown[];
        readonly notes?: readonly string[];
      };
      const result = {
        at: new Date().toISOString(),
        machine: {
          platform: platform(),
          release: release(),
          arch: arch(),
          cpus: cpus().length,
          model: cpus()[0]?.model ?? '',
          memoryBytes: totalmem(),
        },
        runtime: process.env['RINGFENCE_E2E_RUNTIME'] ?? '',
        osSandbox: process.env['RINGFENCE_E2E_OS_SANDBOX'] === '1',
        lines: [...(before.lines ?? []), ...lines.map((line) => ({ ...line, verdict: verdict(line) }))],
        notes: [...(before.notes ?? []), ...notes],
      };
      await writeFile(path, `${JSON.stringify(result, null, 2)}\n`);
    },
  };
}
