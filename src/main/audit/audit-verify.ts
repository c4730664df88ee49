/** Checks the log's files against the seal in the keychain: which lines were changed, removed, put elsewhere, put in, or cut off. Pure. */
import { auditEntry } from '../../contracts/audit/audit';
import { CHAIN_START, isBound, readChained, type ChainedLine, type ChainEnd } from './audit-chain';
import { linesOf } from './audit-open';
import type { Seal } from './audit-seal';

export interface Finding {
  /** `changed`: not as it was written. `missing`: lines that are gone. `misplaced`: there twice, or not where it was written. `foreign`: lines without a MAC in front of the one with this number. */
  readonly kind: 'changed' | 'missing' | 'misplaced' | 'foreign';
  /** The number of the line, or of the first one. */
  readonly from: number;
  /** The number of the last one. */
  readonly to: number;
}

export interface Verified {
  readonly findings: readonly Finding[];
  /** How many lines are as they were written. */
  readonly good: number;
  /** The numbers of the oldest and the newest line that have to be there; 0: none. */
  readonly first: number;
  readonly last: number;
  /** Lines behind those that the keychain knows: the chain holds them, but a cut among them can't be seen. */
  readonly unsealed: number;
  /** Lines at the end without a MAC: written while no key was there, and nothing holds them. */
  readonly unchained: number;
}

const LINES_AT_ONCE = 1_000;
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Start {
  readonly first: number;
  /** The MAC before the first line. */
  readonly link: string;
  /** The program ended between that line and the rotation that it speaks of: older lines are there still. */
  readonly isUnderWay: boolean;
}

function rotationOf(line: ChainedLine | null): { readonly first: number; readonly link: string } | null {
  if (line?.body.includes('"change":"rotated"') !== true) return null;
  try {
    const entry = auditEntry.safeParse(JSON.parse(line.body));
    if (!entry.success || entry.data.what !== 'log' || entry.data.first === undefined) return null;
    return { first: entry.data.first, link: entry.data.link ?? '' };
  } catch {
    return null;
  }
}

/** Where the chain begins: the newest line about a rotation says so, and stands in the chain itself. `files`: the newest first. */
function startOf(files: readonly (readonly (ChainedLine | null)[])[]): Start {
  for (const [age, lines] of files.entries())
    for (const line of [...lines].reverse()) {
      const start = rotationOf(line);
      if (start !== null) return { ...start, isUnderWay: age === 0 };
    }
  return { first: 1, link: CHAIN_START.mac, isUnderWay: false };
}

/** `texts`: the newest file first, as `KeptLines` has them. Lets others have their turn meanwhile. */
export async function verifyAudit(texts: readonly string[], { key, end: sealed }: Seal): Promise<Verified> {
  const files: (readonly (ChainedLine | null)[])[] = [];
  for (const text of texts) {
    files.push(linesOf(text).map(readChained));
    await breathe();
  }
  const { first, link, isUnderWay } = startOf(files);
  const lines = [...files].reverse().flat();
  const lastChained = lines.findLastIndex((line) => line !== null);
  const findings: Finding[] = [];
  const find = (kind: Finding['kind'], from: number, to = from): void => {
    const before = findings.at(-1);
    if (before !== undefined && before.kind === kind && (before.to === from - 1 || before.to === from))
      findings[findings.length - 1] = { ...before, to };
    else findings.push({ kind, from, to });
  };

  let end: ChainEnd = { n: first - 1, mac: link };
  /** False: the MAC before is not known, since its line is gone. */
  let isLinked = true;
  let good = 0;
  let unsealed = 0;
  for (const [index, line] of lines.entries()) {
    if (index % LINES_AT_ONCE === 0) await breathe();
    if (line === null) {
      // Behind the last one they wait for the key; among others nobody of ours wrote them.
      if (index < lastChained) find('foreign', end.n + 1);
      continue;
    }
    if (line.n < first && isUnderWay) continue;
    if (line.n <= end.n) {
      find('misplaced', line.n);
      continue;
    }
    if (line.n > end.n + 1) {
      find('missing', end.n + 1, line.n - 1);
      isLinked = false;
    }
    const isGood = isLinked ? isBound(key, end.mac, line) : true;
    if (line.n === sealed.n && line.mac !== sealed.mac) find('changed', line.n);
    else if (isGood) good += 1;
    else find('changed', line.n);
    if (line.n > sealed.n) unsealed += 1;
    isLinked = true;
    end = { n: line.n, mac: line.mac };
  }
  if (end.n < sealed.n) find('missing', end.n + 1, sealed.n);
  return {
    findings,
    good,
    first: Math.max(end.n, sealed.n) === 0 ? 0 : first,
    last: Math.max(end.n, sealed.n),
    unsealed,
    unchained: lines.length - 1 - lastChained,
  };
}
