/**
 * The audit log: one JSON line for each mint, refusal and key change; chained (audit-chain.ts), rotated by size, with room for 100,000 entries and more.
 * Never a token or a key. What can't be written is kept in memory and written as soon as that goes again.
 */
import type { KeyObject } from 'node:crypto';
import { auditEntry, type AuditEntry } from '../../contracts/audit/audit';
import type { Clock } from '../base/clock';
import { CHAIN_START, chainLine, readChained, type ChainedLine, type ChainEnd } from './audit-chain';
import { createAuditFiles, type AuditFiles } from './audit-files';
import { linesOf, openChain } from './audit-open';
import type { SealStore } from './audit-seal';
import { createSealing, type Sealing } from './audit-sealing';
import { errorCode } from '../../contracts/base/error-code';

/** An entry before the log gives it its time. */
export type NewAuditEntry = AuditEntry extends infer E ? (E extends AuditEntry ? Omit<E, 'at'> : never) : never;

/** How things stand with what was noted. */
export interface AuditState {
  /** What the disk said when lines could not be written, and how many wait; null: all are on disk. */
  readonly unwritten: { readonly code: string; readonly count: number } | null;
  /** Why lines have no MAC, as a sentence; null: they have one. */
  readonly unchained: string | null;
}

export interface AuditLog {
  /** Queues the entry; it is on disk after the next `flush`. */
  readonly append: (entry: NewAuditEntry) => void;
  /** The newest entries, newest first; unreadable lines are left out. */
  readonly recent: (limit: number) => Promise<readonly AuditEntry[]>;
  /** All that is kept, as it is on disk. */
  readonly all: () => Promise<KeptLines>;
  /** Resolves when everything appended so far is on disk (or has failed and was reported). */
  readonly flush: () => Promise<void>;
  /** The same, and says how it went. */
  readonly settled: () => Promise<AuditState>;
  /** The keychain was silent, and is known to be open now: it is asked for the chain's key at once. */
  readonly keychainOpens: () => void;
  /** Flushes, and lets the keychain know how far the chain goes. */
  readonly close: () => Promise<void>;
}

/** The log's files as text. */
export interface KeptLines {
  /** Newest file first; in each the oldest line is first, and each ends in a line feed. */
  readonly texts: readonly string[];
  /** The number of the newest line: it grows by one with each, from 0 at the start of the program. */
  readonly newest: number;
}

export interface AuditLogOptions {
  /** The newest file; older ones are `path.1`, `path.2`. */
  readonly path: string;
  readonly seals: SealStore;
  readonly clock: Clock;
  readonly maxBytes?: number;
  /** How many files in all; two or more. */
  readonly maxFiles?: number;
  /** Lines that are kept in memory while they can't be written; more are counted. */
  readonly maxWaiting?: number;
  /** Told of each entry at once. */
  readonly onAppended: (entry: AuditEntry) => void;
  readonly onProblem: (cause: unknown) => void;
  /** Told when lines begin, or end, to wait or to have no MAC. */
  readonly onState?: (state: AuditState) => void;
}

/** So many files hold the log, where nobody says otherwise. */
export const AUDIT_FILES = 5;
/** Lines that come together are written together, ms. */
const TOGETHER_MS = 20;
const RETRY_MS = 5_000;
/** A locked keychain is asked again, ms: each time may cost the log two seconds. */
const ASK_AGAIN_MS = 60_000;
/** Room for the line that a rotation writes. */
const ROTATION_BYTES = 200;
const MOST_AT_ONCE = 1_000;

export function createAuditLog({
  path,
  seals,
  clock,
  maxBytes = 8_000_000,
  maxFiles = AUDIT_FILES,
  maxWaiting = 50_000,
  onAppended,
  onProblem,
  onState = () => undefined,
}: AuditLogOptions): AuditLog {
  const files: AuditFiles = createAuditFiles(path, maxFiles);
  /** Entries as JSON without number and MAC. */
  let waiting: string[] = [];
  let lost = 0;
  let written = 0;
  let queued = false;
  let work: Promise<unknown> = Promise.resolve();
  /** Null: no key (yet); lines are written without a MAC. */
  let chain: { readonly key: KeyObject; end: ChainEnd; readonly sealing: Sealing } | null = null;
  let askedAt: number | null = null;
  let state: AuditState = { unwritten: null, unchained: null };
  let cancelRetry = (): void => undefined;
  let cancelSoon = (): void => undefined;

  const jsonOf = (entry: NewAuditEntry): { readonly entry: AuditEntry; readonly json: string } => {
    // Parsing strips what is not declared, so that nothing rides along into the file.
    const complete = auditEntry.parse({ ...entry, at: new Date(clock.wall()).toISOString() });
    return { entry: complete, json: JSON.stringify(complete) };
  };
  const ofLog = (change: 'adopted' | 'unreadable' | 'late' | 'lost', count?: number): string =>
    jsonOf({ what: 'log', profileId: '', change, ...(count === undefined ? {} : { count }) }).json;

  const setState = (next: AuditState): void => {
    const isNew = (state.unwritten === null) !== (next.unwritten === null) || state.unchained !== next.unchained;
    state = next;
    if (isNew) onState(state);
  };

  const ensureOpen = async (): Promise<void> => {
    if (chain !== null || (askedAt !== null && clock.monotonic() - askedAt < ASK_AGAIN_MS)) return;
    const opened = await openChain(files, seals, {
      adopted: (count) => ofLog('adopted', count),
      unreadable: () => ofLog('unreadable'),
    });
    // Not before: what the disk said is asked again at once.
    askedAt = clock.monotonic();
    if (opened.kind === 'withheld') {
      setState({ ...state, unchained: opened.sentence });
      return;
    }
    const { key, end, sealed } = opened;
    chain = { key, end, sealing: createSealing({ seals, clock, files, key, sealed }) };
    setState({ ...state, unchained: null });
    chain.sealing.reached(end);
  };

  const lineAfter = (end: ChainEnd, json: string): { readonly line: string; readonly end: ChainEnd } =>
    chain === null ? { line: json, end } : chainLine(chain.key, end, json);
  const put = async (text: string, end: ChainEnd): Promise<void> => {
    await files.append(text);
    if (chain === null) return;
    chain.end = end;
    chain.sealing.reached(end);
  };

  /** Says in the chain which lines go with the oldest file: whoever takes others can't say that. */
  const noteRotation = async (): Promise<void> => {
    if (chain === null || !(await files.isFull())) return;
    let first: ChainedLine | null = null;
    for (let age = maxFiles - 2; age >= 0 && first === null; age -= 1)
      first =
        linesOf(await files.read(age))
          .map(readChained)
          .find((line) => line !== null) ?? null;
    const dropped = linesOf(await files.read(maxFiles - 1))
      .map(readChained)
      .findLast((line) => line !== null);
    if (first === null) return;
    const link = dropped?.mac ?? CHAIN_START.mac;
    const { json } = jsonOf({ what: 'log', profileId: '', change: 'rotated', first: first.n, link });
    const { line, end } = lineAfter(chain.end, json);
    await put(`${line}\n`, end);
    written += 1;
  };

  const writeWaiting = async (): Promise<void> => {
    await ensureOpen();
    if (lost > 0) {
      waiting.push(ofLog('lost', lost));
      lost = 0;
    }
    while (waiting.length > 0) {
      const size = await files.size();
      let text = '';
      let bytes = 0;
      let count = 0;
      let end = chain?.end ?? CHAIN_START;
      for (const json of waiting.slice(0, MOST_AT_ONCE)) {
        const next = lineAfter(end, json);
        const length = Buffer.byteLength(next.line) + 1;
        if (size + bytes > 0 && size + bytes + length > maxBytes - ROTATION_BYTES) break;
        text += `${next.line}\n`;
        bytes += length;
        count += 1;
        end = next.end;
      }
      if (count === 0) {
        await noteRotation();
        await files.rotate();
        continue;
      }
      await put(text, end);
      waiting = waiting.slice(count);
      written += count;
    }
  };

  const write = async (): Promise<void> => {
    cancelRetry();
    try {
      await writeWaiting();
      const late = state.unwritten?.count ?? 0;
      if (late > 0) {
        setState({ ...state, unwritten: null });
        waiting.push(ofLog('late', late));
        await writeWaiting();
      }
    } catch (cause) {
      const isFirst = state.unwritten === null;
      setState({ ...state, unwritten: { code: errorCode(cause) ?? 'unknown error', count: waiting.length + lost } });
      if (isFirst) onProblem(cause);
      cancelRetry = clock.after(RETRY_MS, () => void flush());
    }
  };

  const then = <T>(job: () => Promise<T>): Promise<T> => {
    const done = work.then(job);
    work = done.catch(() => undefined);
    return done;
  };
  const flush = (): Promise<void> => {
    cancelSoon();
    queued = true;
    return then(() => {
      queued = false;
      return write();
    });
  };
  /** No file moves while they are read. */
  const all = (): Promise<KeptLines> =>
    then(async () => {
      await write();
      const texts = await Promise.all(Array.from({ length: maxFiles }, (_, age) => files.read(age).catch(() => '')));
      return { texts, newest: written };
    });

  return {
    append: (entry) => {
      const { entry: complete, json } = jsonOf(entry);
      if (waiting.length < maxWaiting) waiting.push(json);
      else lost += 1;
      if (!queued) {
        queued = true;
        cancelSoon = clock.after(TOGETHER_MS, () => void flush());
      }
      onAppended(complete);
    },
    recent: async (limit) => {
      await flush();
      const found: AuditEntry[] = [];
      for (let age = 0; age < maxFiles && found.length < limit; age += 1) {
        const text = await files.read(age).catch(() => '');
        for (const line of linesOf(text).reverse()) {
          if (found.length >= limit) break;
          try {
            const parsed = auditEntry.safeParse(JSON.parse(line));
            if (parsed.success) found.push(parsed.data);
          } catch {
            // A line cut off by a crash.
          }
        }
      }
      return found;
    },
    all,
    flush,
    settled: async () => {
      // What was noted meanwhile may have been written by somebody else's flush.
      if (waiting.length > 0 || lost > 0 || chain === null) await flush();
      return state;
    },
    keychainOpens: () => {
      askedAt = null;
      void flush();
    },
    close: async () => {
      await flush();
      await chain?.sealing.finish();
    },
  };
}
