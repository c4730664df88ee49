/** How much a growing folder holds; the only measure of progress that npm gives. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The sum of the sizes of all files below `folder`, in bytes; vanishing files are not counted. @param {string} folder @returns {Promise<number>} */
export async function bytesBelow(folder) {
  let sum = 0;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (entry.isFile()) sum += (await stat(join(entry.parentPath, entry.name)).catch(() => null))?.size ?? 0;
  }
  return sum;
}
