/** The files of the audit log: one that grows, and older ones beside it. What could not be appended whole is taken away again, so that a file is made of whole lines. */
import { isAscii } from 'node:buffer';
import { appendFile, closeSync, openSync } from 'node:fs';
import { mkdir, open, readFile, rename, stat, truncate, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { errorCode } from '../../contracts/base/error-code';

const LINE_FEED = 10;

export interface AuditFiles {
  readonly maxFiles: number;
  /** The newest is 0. What is not there is empty; a file that can't be read rejects. */
  readonly read: (age: number) => Promise<string>;
  /** Bytes in the newest file. */
  readonly size: () => Promise<number>;
  /** Whole lines. Rejects when they are not all on disk; then none is. */
  readonly append: (text: string) => Promise<void>;
  /** Puts another text in a file's place, at once or not at all. */
  readonly replace: (age: number, text: string) => Promise<void>;
  /** Whether the oldest file goes with the next rotation. */
  readonly isFull: () => Promise<boolean>;
  readonly rotate: () => Promise<void>;
  /** What was appended survives the loss of power. */
  readonly sync: () => Promise<void>;
}

const isMissing = (cause: unknown): boolean => errorCode(cause) === 'ENOENT';
function ifMissing<T>(value: T): (cause: unknown) => T {
  return (cause) => {
    if (isMissing(cause)) return value;
    throw cause;
  };
}

export const auditFileName = (path: string, age: number): string => (age === 0 ? path : `${path}.${age}`);
/** ASCII is the same text in Latin-1, which takes Node a fiftieth of the time of UTF-8: 10 MB are 1 ms and not 50. */
const textOf = (bytes: Buffer): string => bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8');
export const readAuditFile = (path: string, age: number): Promise<string> =>
  readFile(auditFileName(path, age)).then(textOf, ifMissing(''));

const appendTo = promisify(appendFile);
/** Opens the file anew for each call: it may have been moved, or its owner may have made it read-only. Open and close are synchronous, for on the thread pool they take longer than the write. */
async function appendLines(name: string, text: string): Promise<void> {
  const file = openSync(name, 'a', 0o600);
  try {
    await appendTo(file, text);
  } finally {
    closeSync(file);
  }
}

export function createAuditFiles(path: string, maxFiles: number): AuditFiles {
  const nameOf = (age: number): string => auditFileName(path, age);
  /** Null: not looked at yet, or not sure any more. */
  let size: number | null = null;
  /** More than `size` may be in the file: the rest of a line that did not fit on the disk. */
  let isLonger = false;
  const exists = (age: number): Promise<boolean> => stat(nameOf(age)).then(() => true, ifMissing(false));

  /** Cuts off what a crash left of a line. */
  const look = async (): Promise<number> => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const bytes = await readFile(path).catch(ifMissing(Buffer.alloc(0)));
    const whole = bytes.lastIndexOf(LINE_FEED) + 1;
    if (whole < bytes.length) await truncate(path, whole);
    return whole;
  };
  const sizeNow = async (): Promise<number> => {
    size ??= await look();
    return size;
  };
  const syncFile = async (name: string): Promise<void> => {
    const file = await open(name, 'r+').catch(ifMissing(null));
    if (file === null) return;
    try {
      await file.datasync();
    } finally {
      await file.close();
    }
  };

  return {
    maxFiles,
    read: (age) => readAuditFile(path, age),
    size: sizeNow,
    append: async (text) => {
      const before = await sizeNow();
      try {
        if (isLonger) await truncate(path, before).catch(ifMissing(undefined));
        isLonger = true;
        await appendLines(path, text);
        isLonger = false;
        size = before + Buffer.byteLength(text);
      } catch (cause) {
        // A full disk has room for less of a file; where even that fails it is tried before the next line.
        await truncate(path, before).then(
          () => {
            isLonger = false;
          },
          () => undefined,
        );
        if (isMissing(cause)) size = null;
        throw cause;
      }
    },
    replace: async (age, text) => {
      const temporary = `${nameOf(age)}.new`;
      await writeFile(temporary, text, { mode: 0o600 });
      await syncFile(temporary);
      await rename(temporary, nameOf(age));
      if (age === 0) size = null;
    },
    isFull: async () => (await exists(maxFiles - 1)) && (await exists(maxFiles - 2)),
    rotate: async () => {
      await syncFile(path);
      for (let age = maxFiles - 2; age >= 0; age -= 1)
        await rename(nameOf(age), nameOf(age + 1)).catch(ifMissing(undefined));
      size = null;
    },
    sync: () => syncFile(path),
  };
}
