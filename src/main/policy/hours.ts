/** When a line places calls: spans of this computer's local time. */
import type { HoursSpan } from '../../contracts/policy/policy';

const DAY_MINUTES = 24 * 60;
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** Whether the local time of `at` is in one of the spans (from the first minute, up to but not including the last); no spans: always. */
export function isWithin(spans: readonly HoursSpan[], at: Date): boolean {
  if (spans.length === 0) return true;
  // ISO 8601: Sunday is 7.
  const day = at.getDay() === 0 ? 7 : at.getDay();
  const before = day === 1 ? 7 : day - 1;
  const minute = at.getHours() * 60 + at.getMinutes();
  return spans.some(({ days, from, to }) => {
    const start = minutesOf(from);
    // Past midnight, or the whole day where both are the same: counted from the day it began on.
    const end = minutesOf(to) <= start ? minutesOf(to) + DAY_MINUTES : minutesOf(to);
    return (
      (days.includes(day) && minute >= start && minute < end) || (days.includes(before) && minute + DAY_MINUTES < end)
    );
  });
}

const MOST_STEPS = 50;

/** The next moment after `at` at which one of the spans begins or ends. */
function nextEdge(spans: readonly HoursSpan[], at: Date): Date | null {
  const edges = [0, 1].flatMap((days) =>
    spans.flatMap(({ from, to }) =>
      [from, to].map((time) => {
        const edge = new Date(at);
        edge.setDate(edge.getDate() + days);
        edge.setHours(0, minutesOf(time), 0, 0);
        return edge;
      }),
    ),
  );
  return edges.filter((edge) => edge > at).sort((a, b) => a.getTime() - b.getTime())[0] ?? null;
}

/**
 * When what holds at `at` (that it is within the spans, or that it is not) changes next; null where it does not, for as far as that is looked at: some
 * days at least.
 */
export function nextChange(spans: readonly HoursSpan[], at: Date): Date | null {
  const now = isWithin(spans, at);
  let edge = spans.length === 0 ? null : nextEdge(spans, at);
  for (let step = 0; edge !== null && step < MOST_STEPS; step += 1) {
    if (isWithin(spans, edge) !== now) return edge;
    edge = nextEdge(spans, edge);
  }
  return null;
}

/** `[1, 2, 3, 5]` -> `Mon-Wed, Fri`. */
function daysInWords(days: readonly number[]): string {
  const sorted = [...new Set(days)].sort((a, b) => a - b);
  const runs: number[][] = [];
  for (const day of sorted) {
    const last = runs.at(-1);
    if (last !== undefined && last.at(-1) === day - 1) last.push(day);
    else runs.push([day]);
  }
  const name = (day: number | undefined): string => DAYS[(day ?? 1) - 1] ?? '';
  return runs
    .map((run) => (run.length < 3 ? run.map(name).join(', ') : `${name(run[0])}-${name(run.at(-1))}`))
    .join(', ');
}

/** `Mon-Fri 08:30-17:00; Sat 09:00-12:00`, at most five spans. */
export function hoursInWords(spans: readonly HoursSpan[]): string {
  if (spans.every(({ days }) => days.length === 0))
    return "never, as the admin's policy file names hours that nobody can make out";
  const shown = spans.slice(0, 5).map(({ days, from, to }) => `${daysInWords(days)} ${from}-${to}`);
  return spans.length > shown.length
    ? `${shown.join('; ')}; and ${spans.length - shown.length} more`
    : shown.join('; ');
}
