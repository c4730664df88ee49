/** Whether a folder can hold an installation. Asked before anything is opened there: Chromium takes one that it can't use for one in use. */
import { closeSync, lstatSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { errorCode } from '../../contracts/base/error-code';

const WHY: Readonly<Record<string, string>> = {
  ENAMETOOLONG: 'its path is too long',
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'its disk can only be read',
  ENOSPC: 'its disk is full',
  EDQUOT: 'your part of its disk is full',
  ENOTDIR: 'something on its path is no folder',
  EEXIST: 'something else has its name',
  ELOOP: 'links on its path lead in a circle',
};
/** Its own files need some more, and so do Chromium's below it. */
const LONGEST_PATH = 3_500;

const sentence = (folder: string, why: string): string =>
  `Ringfence can't use the folder ${folder.length > 200 ? `${folder.slice(0, 199)}...` : folder}: ${why}. Choose another one with --user-data-dir=FOLDER.`;
const because = (folder: string, cause: unknown): string => {
  const code = errorCode(cause) ?? 'unknown error';
  return sentence(folder, WHY[code] ?? `the disk answers ${code}`);
};

/** A sentence about a path that no folder can have, or null. Changes nothing. */
export function pathProblem(folder: string): string | null {
  if (!isAbsolute(folder)) return sentence(folder, 'it is not a whole path, which begins at the root');
  if (Buffer.byteLength(folder) > LONGEST_PATH) return sentence(folder, 'its path is too long');
  try {
    const found = statSync(folder, { throwIfNoEntry: false });
    return found === undefined || found.isDirectory() ? null : sentence(folder, 'it is no folder');
  } catch (cause) {
    return because(folder, cause);
  }
}

/** Not Node's own `recursive`, which never ends where a folder says that it is not there itself, as below /proc. */
function make(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false }) !== undefined) return;
  make(dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
}

/** A sentence about a folder in which nothing can be kept, or null. Makes it where it is not there. */
export function folderProblem(folder: string): string | null {
  const problem = pathProblem(folder);
  if (problem !== null) return problem;
  const probe = join(folder, `.probe-${process.pid}`);
  try {
    make(folder);
    closeSync(openSync(probe, 'w', 0o600));
    rmSync(probe);
    return null;
  } catch (cause) {
    return because(folder, cause);
  }
}

/** A sentence where the folder could not be claimed although nobody else holds it, or null: another Ringfence runs. */
export function claimProblem(folder: string, platform: NodeJS.Platform = process.platform): string | null {
  if (platform === 'win32') return null;
  try {
    // Chromium's: a link that names who holds the folder.
    lstatSync(join(folder, 'SingletonLock'));
    return null;
  } catch {
    return sentence(folder, 'Chromium can not claim it; look at the folder for temporary files as well');
  }
}
