/** Folders for tests. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A private folder with a short name: a Unix socket's path may have 107 bytes. Whoever makes it removes it. */
export async function temporaryFolder(inside: string = tmpdir()): Promise<string> {
  return await mkdtemp(join(inside, 'rf-'));
}
