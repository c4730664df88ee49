/**
 * Chromium keeps the socket by which a second start finds the first one in a folder of its own among the temporary ones, and a link to it in the app's
 * folder. A run that was killed leaves both; the next run replaces the link and leaves the folder.
 */
import { lstatSync, readdirSync, readlinkSync, rmdirSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const LINK = 'SingletonSocket';
/** All that Chromium puts there. */
const CONTENTS: ReadonlySet<string> = new Set([LINK, 'SingletonCookie']);

/** The folder that the run before left, or that the running one holds; null without one. Ask before this run claims the app's folder. */
export function socketFolder(userData: string): string | null {
  try {
    const target = readlinkSync(join(userData, LINK));
    return basename(target) === LINK ? dirname(target) : null;
  } catch {
    return null;
  }
}

/** Removes a folder that a dead run left. Call when this run has claimed the app's folder. One that holds anything else, or is another's, stays. */
export function removeLeftFolder(left: string | null, userData: string): void {
  if (left === null || left === socketFolder(userData)) return;
  try {
    const about = lstatSync(left);
    if (!about.isDirectory() || about.uid !== process.getuid?.()) return;
    const names = readdirSync(left);
    if (!names.every((name) => CONTENTS.has(name))) return;
    for (const name of names) unlinkSync(join(left, name));
    rmdirSync(left);
  } catch {
    // It is gone, or can't be removed.
  }
}
