/**
 * A call as the line's own system tells it (Sippet's list_calls and events; the practice gateway), read with tolerance: names come in camel or snake
 * case, more fields or fewer are fine, and texts become one visible line each. Free of zod: the phone window reads events with it.
 */
import { plainText } from '../base/plain-text';

/** It only ever moves to the right. */
export const REMOTE_STATUSES = ['ringing', 'answered', 'completed'] as const;
export type RemoteStatus = (typeof REMOTE_STATUSES)[number];

export interface RemoteCallRow {
  readonly callUuid: string;
  readonly status: RemoteStatus;
  /** As the system writes it: mostly E.164; '' when it does not say. */
  readonly fromNumber: string;
  readonly toNumber: string;
  /** Milliseconds since the epoch, by the system's clock. */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}

/** An object of the wire, whatever is in it. */
export type Fields = Readonly<Record<string, unknown>>;

/** True for an object that is no list. */
export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The first of these fields that is there, in camel or snake case; undefined: none. */
export function fieldOf(from: Fields, ...names: readonly string[]): unknown {
  for (const name of names) {
    const value = Object.hasOwn(from, name) ? from[name] : from[snake(name)];
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
}

/** The same as one visible line of text; '' where there is none. */
export function textOf(from: Fields, ...names: readonly string[]): string {
  const value = fieldOf(from, ...names);
  return typeof value === 'string' ? plainText(value) : typeof value === 'number' ? String(value) : '';
}

/** ISO 8601, or epoch seconds or milliseconds, as milliseconds since the epoch; null: no time. */
export function timeOf(value: unknown): number | null {
  if (typeof value === 'string') {
    const parsed = Date.parse(value);
    return Number.isFinite(parsed) ? parsed : null;
  }
  // Beyond 1e14 ms (the year 5138) it is no time.
  if (typeof value !== 'number' || !(value > 0 && value < 1e14)) return null;
  return Math.round(value < 1e11 ? value * 1000 : value);
}

/** The known fields of a call; null where there is no callUuid. */
export function readRow(from: unknown, status?: RemoteStatus): RemoteCallRow | null {
  if (!isFields(from)) return null;
  const callUuid = textOf(from, 'callUuid');
  if (callUuid === '') return null;
  const said = textOf(from, 'status');
  const endedAt = timeOf(fieldOf(from, 'endedAt'));
  return {
    callUuid,
    // A status that nobody knows (failed, missed ...) reads as over where it has an end, else as the first one, which every other one follows.
    status: status ?? REMOTE_STATUSES.find((known) => known === said) ?? (endedAt === null ? 'ringing' : 'completed'),
    fromNumber: textOf(from, 'fromNumber'),
    toNumber: textOf(from, 'toNumber'),
    startedAt: timeOf(fieldOf(from, 'startedAt')),
    endedAt,
  };
}

/** The rows of a list of calls, `[...]`, `{calls: [...]}` or a page `{results: [...]}`; what is no row is left out. */
export function readRows(list: unknown): RemoteCallRow[] {
  const rows = Array.isArray(list)
    ? (list as readonly unknown[])
    : isFields(list)
      ? fieldOf(list, 'calls', 'results')
      : null;
  return Array.isArray(rows) ? rows.flatMap((row) => readRow(row) ?? []) : [];
}
