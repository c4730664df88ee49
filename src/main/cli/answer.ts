/** What a command answers, and how failures and times are put on a terminal. */
import type { Failure, FailureReason } from '../../contracts/base/result';
import { EXIT, type ExitCode } from './command-line';

export interface Answer {
  readonly exit: ExitCode;
  /** For standard output; ends in a line feed when it is not empty. */
  readonly out: string;
  /** For standard error, likewise. */
  readonly err: string;
}

export const done = (out: string): Answer => ({ exit: EXIT.done, out, err: '' });
/** A refusal in one sentence. */
export const refusal = (exit: ExitCode, sentence: string): Answer => ({ exit, out: '', err: `${sentence}\n` });

/** The failures that a script wants to tell apart; all others are refusals. */
const CODES: Partial<Record<FailureReason, ExitCode>> = {
  'key-locked': EXIT.keychain,
  'key-removed': EXIT.keychain,
  'keychain-asks': EXIT.keychain,
  'keychain-refused': EXIT.keychain,
  'keychain-unavailable': EXIT.keychain,
  'unknown-profile': EXIT.unknownProfile,
  'admin-locked': EXIT.passphrase,
  'wrong-passphrase': EXIT.passphrase,
  'file-unreadable': EXIT.file,
  'file-damaged': EXIT.file,
};

export const failed = (failure: Failure): Answer => refusal(CODES[failure.reason] ?? EXIT.refused, failure.sentence);

/** How long ago, in the largest unit that fits: "3 days". */
export function ageOf(ms: number): string {
  const units: readonly (readonly [number, string])[] = [
    [86_400_000, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
    [1_000, 'second'],
  ];
  const [size, name] = units.find(([unit]) => ms >= unit) ?? [1_000, 'second'];
  const count = Math.max(0, Math.floor(ms / size));
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

/** Columns under each other, two spaces apart. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

export const asJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
