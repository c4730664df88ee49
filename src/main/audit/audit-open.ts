/**
 * Finds where the chain goes on when a program starts, and chains what was written without a key: by a Ringfence of before, or while the keychain was
 * locked. The seal is believed before the files: lines that it knows and that are gone leave a gap in the numbers for good.
 */
import type { KeyObject } from 'node:crypto';
import { chainLine, isBound, readChained, type ChainedLine, type ChainEnd } from './audit-chain';
import type { AuditFiles } from './audit-files';
import type { Seal, SealStore } from './audit-seal';

/** Some ms of work; then others have their turn. */
const LINES_AT_ONCE = 500;
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export type OpenedChain =
  | {
      readonly kind: 'open';
      readonly key: KeyObject;
      readonly end: ChainEnd;
      /** What the keychain knows. */
      readonly sealed: ChainEnd;
    }
  | { readonly kind: 'withheld'; readonly sentence: string };

/** The entries that opening writes, as JSON without number and MAC. */
export interface OpeningEntries {
  /** The next `count` lines were written without a key. */
  readonly adopted: (count: number) => string;
  /** Stands for what was no line. */
  readonly unreadable: () => string;
}

export const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/** The last line that the chain is sure of: the sealed one, or one that was written after it and before a crash. */
async function endOf(files: AuditFiles, { key, end: sealed }: Seal): Promise<ChainEnd> {
  const later: ChainedLine[] = [];
  let reached = false;
  for (let age = 0; age < files.maxFiles && !reached; age += 1) {
    for (const line of linesOf(await files.read(age)).reverse()) {
      const chained = readChained(line);
      if (chained === null) continue;
      reached = chained.n <= sealed.n;
      if (reached) break;
      later.push(chained);
    }
  }
  // Whether the sealed line itself is still there is for `ringfence audit verify` to say: what is bound to it goes on from it.
  let end = sealed;
  for (const [index, line] of later.reverse().entries()) {
    if (line.n !== end.n + 1 || !isBound(key, end.mac, line)) break;
    end = line;
    if (index % LINES_AT_ONCE === 0) await breathe();
  }
  return { n: end.n, mac: end.mac };
}

interface Tail {
  readonly age: number;
  readonly chained: readonly string[];
  readonly plain: readonly string[];
}

/** The lines without a MAC behind the last one that has one, the newest file first. */
async function plainTails(files: AuditFiles): Promise<readonly Tail[]> {
  const tails: Tail[] = [];
  for (let age = 0; age < files.maxFiles; age += 1) {
    const lines = linesOf(await files.read(age));
    let start = lines.length;
    while (start > 0 && readChained(lines[start - 1] ?? '') === null) start -= 1;
    if (start < lines.length) tails.push({ age, chained: lines.slice(0, start), plain: lines.slice(start) });
    if (start > 0) break;
  }
  return tails;
}

/** Chains the lines that have no MAC, file by file and the oldest first, so that a crash in between leaves a start that another try goes on from. */
async function adopt(
  files: AuditFiles,
  seals: SealStore,
  { key, end: from }: Seal,
  entries: OpeningEntries,
): Promise<Pick<Seal, 'end'> & { readonly sealed: ChainEnd | null }> {
  let end = from;
  let sealed: ChainEnd | null = null;
  for (const { age, chained, plain } of [...(await plainTails(files))].reverse()) {
    const lines = [...chained];
    const add = (json: string): void => {
      const made = chainLine(key, end, json);
      lines.push(made.line);
      end = made.end;
    };
    add(entries.adopted(plain.length));
    for (const [index, line] of plain.entries()) {
      add(/^\{.+\}$/s.test(line) ? line : entries.unreadable());
      if (index % LINES_AT_ONCE === 0) await breathe();
    }
    await files.replace(age, lines.map((line) => `${line}\n`).join(''));
    if (await seals.write({ key, end })) sealed = end;
  }
  return { end, sealed };
}

/** Whether any kept line has a MAC: then there was a key once. */
async function wasChained(files: AuditFiles): Promise<boolean> {
  for (let age = 0; age < files.maxFiles; age += 1)
    if (linesOf(await files.read(age)).some((line) => readChained(line) !== null)) return true;
  return false;
}

/** Rejects as the disk does. */
export async function openChain(files: AuditFiles, seals: SealStore, entries: OpeningEntries): Promise<OpenedChain> {
  await files.size();
  const found = await seals.read();
  if (found.kind === 'withheld') return found;
  if (found.kind === 'absent' && (await wasChained(files)))
    return {
      kind: 'withheld',
      sentence:
        "The keychain does not give out the audit log's key: it is locked, or the key was removed. Unlock it, or move the files audit.jsonl* elsewhere and start Ringfence again.",
    };
  const seal = found.kind === 'found' ? found.seal : await seals.create();
  if (seal === null) return { kind: 'withheld', sentence: "The keychain does not keep the audit log's key." };
  const { key } = seal;
  const { end, sealed } = await adopt(files, seals, { key, end: await endOf(files, seal) }, entries);
  return { kind: 'open', key, end, sealed: sealed ?? seal.end };
}
