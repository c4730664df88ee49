/**
 * Looks through the audit log as it is on disk: lines are compared as text, and only those that are shown are parsed. 100,000 lines take some tens
 * of ms, so nothing has to be kept in memory, and nothing can differ from the files.
 */
import { auditEntry, type AuditEntry } from '../../contracts/audit/audit';
import type { AuditFilter, AuditPage, AuditQuery } from '../../contracts/audit/audit-query';
import { withoutChain } from './audit-chain';
import type { KeptLines } from './audit-log';

/** Every name that a line may hold, as it is written. */
const NAMES = [...new Set(auditEntry.options.flatMap((option) => Object.keys(option.shape)))];
const WRITTEN_NAMES = NAMES.map((name) => `"${name}":`.toLowerCase());
const A_NAME = /"[a-z]+":/g;
/** Some ms of work. */
const PARSED_AT_ONCE = 1_000;
const ISO_LENGTH = '2026-11-21T16:07:00.000Z'.length;

interface Looked {
  /** Newest first; `n` is its number. */
  readonly line: string;
  readonly n: number;
}

/** What a person types for what they read: words for the log's hyphens. */
function needlesFor(text: string): readonly string[] {
  const typed = JSON.stringify(text.trim().toLowerCase()).slice(1, -1);
  return typed === '' ? [] : [...new Set([typed, typed.replaceAll(' ', '-')])];
}

const asPattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

/** Where the lines begin that are not empty, the first one first. */
function lineStarts(text: string): number[] {
  const starts: number[] = [];
  for (let at = 0; at < text.length;) {
    const next = text.indexOf('\n', at);
    const end = next === -1 ? text.length : next;
    if (end > at) starts.push(at);
    at = end + 1;
  }
  return starts;
}

/** Where the lines begin in which `find` finds something, the last one first. `find` gives the end of what it finds from a place on, or -1. */
function linesWhere(text: string, find: (from: number) => number): number[] {
  const found: number[] = [];
  for (let end = find(0); end !== -1;) {
    found.push(text.lastIndexOf('\n', end - 1) + 1);
    const next = text.indexOf('\n', end);
    end = next === -1 ? -1 : find(next);
  }
  return found.reverse();
}
/** One look at the whole text costs a fraction of one at each line. */
const linesWith = (text: string, exact: string): number[] =>
  linesWhere(text, (from) => {
    const at = text.indexOf(exact, from);
    return at === -1 ? -1 : at + exact.length;
  });
function linesWithOneOf(text: string, needles: readonly string[]): number[] {
  const pattern = new RegExp(needles.map(asPattern).join('|'), 'gi');
  return linesWhere(text, (from) => {
    pattern.lastIndex = from;
    return pattern.exec(text) === null ? -1 : pattern.lastIndex;
  });
}

/** The lines that fit, newest first. */
function* fitting({ texts, newest }: KeptLines, filter: AuditFilter): Generator<Looked, number> {
  const needles = needlesFor(filter.text ?? '');
  const inNames = needles.some((needle) => WRITTEN_NAMES.some((name) => name.includes(needle)));
  const what = filter.what === undefined ? null : `"what":"${filter.what}"`;
  const profile = filter.profileId === undefined ? null : `"profileId":"${filter.profileId}"`;
  const timed = filter.from !== undefined || filter.to !== undefined;
  const [from, to] = [filter.from, filter.to].map((time) => (time === undefined ? null : new Date(time).toISOString()));
  const saysIt = (line: string): boolean => {
    // A MAC holds any short word by chance.
    const said = withoutChain(line).toLowerCase();
    // A name is no value: "id" is not what every line says.
    const values = inNames ? said.replace(A_NAME, ' ') : said;
    return needles.some((needle) => values.includes(needle));
  };

  let n = newest;
  for (const text of texts) {
    const exact = profile ?? what;
    const hits = exact !== null ? linesWith(text, exact) : needles.length > 0 ? linesWithOneOf(text, needles) : null;
    let hit = 0;
    for (const start of lineStarts(text).reverse()) {
      const own = n;
      n -= 1;
      if (hits !== null) {
        if (hits[hit] !== start) continue;
        hit += 1;
      }
      const end = text.indexOf('\n', start);
      const line = text.slice(start, end === -1 ? text.length : end);
      if (what !== null && !line.includes(what)) continue;
      if (profile !== null && !line.includes(profile)) continue;
      if (timed) {
        const timeAt = line.indexOf('"at":"') + 6;
        const at = line.slice(timeAt, timeAt + ISO_LENGTH);
        if ((from !== null && from !== undefined && at < from) || (to !== null && to !== undefined && at >= to))
          continue;
      }
      if (needles.length > 0 && !saysIt(line)) continue;
      yield { line, n: own };
    }
  }
  return newest - n;
}

/** Null: a line that a crash cut off, or of a Ringfence that knew other entries. */
function entryOf(line: string): AuditEntry | null {
  try {
    const parsed = auditEntry.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** One page of the entries that fit, and how many there are in all. */
export function queryAudit(kept: KeptLines, { limit, before, ...filter }: AuditQuery): AuditPage {
  const entries: AuditPage['entries'] = [];
  let matching = 0;
  const found = fitting(kept, filter);
  for (;;) {
    const next = found.next();
    if (next.done === true) return { entries, matching, kept: next.value };
    matching += 1;
    if (entries.length >= limit || (before !== undefined && next.value.n >= before)) continue;
    const entry = entryOf(next.value.line);
    if (entry !== null) entries.push({ n: next.value.n, entry });
  }
}

/** RFC 4180; what a spreadsheet would take for a formula is text. */
const csvField = (value: string | number | null | undefined): string => {
  const text = value === undefined || value === null ? '' : String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** Everything that fits, newest first, as CSV with a column for each name, or as one JSON text a line. Lets others have their turn meanwhile. */
export async function exportAudit(
  kept: KeptLines,
  filter: AuditFilter,
  format: 'csv' | 'jsonl',
): Promise<{ readonly text: string; readonly count: number }> {
  const entries: AuditEntry[] = [];
  let looked = 0;
  for (const { line } of fitting(kept, filter)) {
    const entry = entryOf(line);
    if (entry !== null) entries.push(entry);
    looked += 1;
    if (looked % PARSED_AT_ONCE === 0) await new Promise(setImmediate);
  }
  if (format === 'jsonl')
    return { text: entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''), count: entries.length };
  const columns = ['at', ...NAMES.filter((name) => name !== 'at')];
  const rows = entries.map((entry) => {
    const values: Readonly<Record<string, string | number | null | undefined>> = entry;
    return columns.map((name) => csvField(values[name])).join(',');
  });
  return { text: [columns.join(','), ...rows, ''].join('\r\n'), count: entries.length };
}
