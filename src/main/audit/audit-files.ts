/** The files of the audit log: one that grows, and older ones beside it. What could not be appended whole is taken away again, so that a file is made of whole lines. */
import { isAscii } from 'node:buffer';
import { mkdir, open, readFile, rename, stat, truncate, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../base/clock';

const LINE_FEED = 10;
/** Lines that follow each other within this time, ms, go to the same file unlooked: a look takes as long as a line. */
const LOOK_EVERY_MS = 1_000;

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
  /** Lets the newest file go; the next line opens it again. */
  readonly close: () => Promise<void>;
}

/** A file whatever its name is. Windows has numbers that a double can't hold. */
interface Identity {
  readonly dev: bigint;
  readonly ino: bigint;
}
interface OpenFile extends Identity {
  readonly handle: FileHandle;
}

const isMissing = (cause: unknown): boolean => cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
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

export function createAuditFiles(path: string, maxFiles: number, clock: Pick<Clock, 'monotonic'>): AuditFiles {
  const nameOf = (age: number): string => auditFileName(path, age);
  /** Null: not looked at yet, or not sure any more. */
  let size: number | null = null;
  /** More than `size` may be in the file: the rest of a line that did not fit on the disk. */
  let isLonger = false;
  /** The newest file: to open and close it for each line takes three times as long as the line. */
  let held: OpenFile | null = null;
  let lookedAt = 0;
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

  const letGo = async (): Promise<void> => {
    const was = held;
    held = null;
    await was?.handle.close().catch(() => undefined);
  };
  const holdNewest = async (): Promise<OpenFile> => {
    const handle = await open(path, 'a', 0o600);
    const { dev, ino } = await handle.stat({ bigint: true });
    lookedAt = clock.monotonic();
    return { handle, dev, ino };
  };
  /** Somebody may have moved or removed the file that is held. */
  const isInPlace = async ({ dev, ino }: Identity): Promise<boolean> => {
    const now = clock.monotonic();
    if (now - lookedAt < LOOK_EVERY_MS) return true;
    lookedAt = now;
    const there = await stat(path, { bigint: true }).catch(() => null);
    return there !== null && there.dev === dev && there.ino === ino;
  };

  return {
    maxFiles,
    read: (age) => readAuditFile(path, age),
    size: sizeNow,
    append: async (text) => {
      let before = await sizeNow();
      try {
        if (isLonger) await truncate(path, before).catch(ifMissing(undefined));
        if (held !== null && !(await isInPlace(held))) {
          await letGo();
          size = null;
          before = await sizeNow();
        }
        held ??= await holdNewest();
        isLonger = true;
        await held.handle.appendFile(text);
        isLonger = false;
        size = before + Buffer.byteLength(text);
      } catch (cause) {
        await letGo();
        if (isMissing(cause)) size = null;
        // A full disk has room for less of a file; where even that fails it is tried before the next line.
        await truncate(path, before).then(
          () => {
            isLonger = false;
          },
          () => undefined,
        );
        throw cause;
      }
    },
    replace: async (age, text) => {
      const temporary = `${nameOf(age)}.new`;
      await writeFile(temporary, text, { mode: 0o600 });
      await syncFile(temporary);
      if (age === 0) await letGo();
      await rename(temporary, nameOf(age));
      if (age === 0) size = null;
    },
    isFull: async () => (await exists(maxFiles - 1)) && (await exists(maxFiles - 2)),
    rotate: async () => {
      await syncFile(path);
      await letGo();
      for (let age = maxFiles - 2; age >= 0; age -= 1)
        await rename(nameOf(age), nameOf(age + 1)).catch(ifMissing(undefined));
      size = null;
    },
    sync: () => (held === null ? syncFile(path) : held.handle.datasync()),
    close: letGo,
  };
}
