/** The log on disk: the lines of base/log.ts, redacted where they are made. One file grows; older ones stand beside it, and the oldest goes. */
import { closeSync, constants, fchmodSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname, extname } from 'node:path';

/** Bytes. */
const LARGEST_FILE = 1_000_000;
/** With the newest. */
const FILES = 4;
/** Its owner's alone. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
/** A link in its place is somebody's trap. Windows has no such flag (it is undefined there, which adds nothing), and makes no such links without an admin. */
const APPEND = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;

/** `ringfence.log`, `ringfence.1.log` ... */
export function logFileName(path: string, age: number): string {
  const extension = extname(path);
  return age === 0 ? path : `${path.slice(0, -extension.length)}.${age}${extension}`;
}

/**
 * The function that writes a line. It is synchronous, so that the last line before a crash is on disk, and opens the file for each line: it may have been
 * moved, or taken away. What can't be written is left out, for a full disk must not end calls.
 */
export function createLogFile(path: string, largest = LARGEST_FILE): (line: string) => void {
  function rotate(): void {
    for (let age = FILES - 1; age > 0; age -= 1) {
      try {
        renameSync(logFileName(path, age - 1), logFileName(path, age));
      } catch {
        // No file of that age exists yet.
      }
    }
  }
  function append(text: string): number {
    const file = openSync(path, APPEND, FILE_MODE);
    try {
      const { size, mode } = fstatSync(file);
      // Another program made it, and let others read it.
      if ((mode & 0o077) !== 0) fchmodSync(file, FILE_MODE);
      writeSync(file, text);
      return size;
    } finally {
      closeSync(file);
    }
  }
  return (line) => {
    try {
      const text = `${line}\n`;
      try {
        if (append(text) + text.length >= largest) rotate();
      } catch {
        mkdirSync(dirname(path), { recursive: true, mode: FOLDER_MODE });
        append(text);
      }
    } catch {
      // The terminal has it.
    }
  };
}
