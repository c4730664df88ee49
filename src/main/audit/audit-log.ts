/** The audit log: one JSON line for each mint, refusal and key change; rotated by size, with room for 100,000 entries and more. Never a token or a key. */
import { appendFile, mkdir, readFile, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { auditEntry, type AuditEntry } from '../../contracts/audit/audit';

/** An entry before the log gives it its time. */
export type NewAuditEntry = AuditEntry extends infer E ? (E extends AuditEntry ? Omit<E, 'at'> : never) : never;

export interface AuditLog {
  /** Queues the entry; it is on disk after the next `flush`. */
  readonly append: (entry: NewAuditEntry) => void;
  /** The newest entries, newest first; unreadable lines are left out. */
  readonly recent: (limit: number) => Promise<readonly AuditEntry[]>;
  /** All that is kept, as it is on disk. */
  readonly all: () => Promise<KeptLines>;
  /** Resolves when everything appended so far is on disk (or has failed and was reported). */
  readonly flush: () => Promise<void>;
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
  readonly maxBytes?: number;
  /** How many files in all. */
  readonly maxFiles?: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told of each entry at once. */
  readonly onAppended: (entry: AuditEntry) => void;
  readonly onProblem: (cause: unknown) => void;
}

export function createAuditLog({
  path,
  maxBytes = 8_000_000,
  maxFiles = 5,
  now,
  onAppended,
  onProblem,
}: AuditLogOptions): AuditLog {
  const nameOf = (age: number): string => (age === 0 ? path : `${path}.${age}`);
  let waiting: string[] = [];
  let size: number | null = null;
  let written = 0;
  let writing: Promise<void> = Promise.resolve();

  const rotate = async (): Promise<void> => {
    for (let age = maxFiles - 2; age >= 0; age -= 1) {
      await rename(nameOf(age), nameOf(age + 1)).catch(() => undefined); // not there yet
    }
  };

  const writeBatch = async (): Promise<void> => {
    const lines = waiting;
    waiting = [];
    if (lines.length === 0) return;
    try {
      if (size === null) {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        size = await stat(path).then(
          (found) => found.size,
          () => 0,
        );
      }
      let batch = '';
      for (const line of lines) {
        if (size > 0 && size + line.length > maxBytes) {
          if (batch !== '') await appendFile(path, batch, { mode: 0o600 });
          batch = '';
          await rotate();
          size = 0;
        }
        batch += line;
        size += line.length;
      }
      await appendFile(path, batch, { mode: 0o600 });
      written += lines.length;
    } catch (cause) {
      size = null;
      onProblem(cause);
    }
  };

  const flush = (): Promise<void> => {
    writing = writing.then(writeBatch);
    return writing;
  };

  return {
    append: (entry) => {
      // Parsing strips what is not declared, so that nothing rides along into the file.
      const complete = auditEntry.parse({ ...entry, at: new Date(now()).toISOString() });
      waiting.push(`${JSON.stringify(complete)}\n`);
      if (waiting.length === 1) void flush();
      onAppended(complete);
    },
    recent: async (limit) => {
      await flush();
      const found: AuditEntry[] = [];
      for (let age = 0; age < maxFiles && found.length < limit; age += 1) {
        const text = await readFile(nameOf(age), 'utf8').catch(() => '');
        for (const line of text.split('\n').reverse()) {
          if (line === '' || found.length >= limit) continue;
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
    all: () => {
      const read = writing.then(async () => {
        await writeBatch();
        const texts = await Promise.all(
          Array.from({ length: maxFiles }, (_, age) => readFile(nameOf(age), 'utf8').catch(() => '')),
        );
        return { texts, newest: written };
      });
      // No file moves while they are read.
      writing = read.then(() => undefined);
      return read;
    },
    flush,
  };
}
