/** Searches the whole memory of a process, what it has freed included: stronger than a heap snapshot, which names ArrayBuffers without their bytes. */
import { open, readFile } from 'node:fs/promises';
import { searchBytes, type Hit, type Needle, type Searched } from './leak-search';

const CHUNK = 8 * 1024 * 1024;
/** Chunks overlap by more than the longest needle, so that no needle is cut in two. */
const OVERLAP = 64 * 1024;

/** The writable regions of a process (what it did not write can't hold what it was told). */
async function writableRegions(pid: number): Promise<readonly { readonly from: number; readonly to: number }[]> {
  const maps = await readFile(`/proc/${pid}/maps`, 'utf8');
  return maps.split('\n').flatMap((line) => {
    const match = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line);
    return match === null ? [] : [{ from: parseInt(match[1] ?? '', 16), to: parseInt(match[2] ?? '', 16) }];
  });
}

/** Searches what a process can write to; `unreadable` names the process when we may not look into it. The process keeps running. */
export async function searchProcessMemory(needles: readonly Needle[], pid: number): Promise<Searched> {
  const place = `the memory of process ${pid}`;
  const hits: Hit[] = [];
  let places = 0;
  let bytes = 0;
  try {
    const memory = await open(`/proc/${pid}/mem`, 'r');
    try {
      const buffer = Buffer.alloc(CHUNK);
      for (const { from, to } of await writableRegions(pid)) {
        places++;
        for (let at = from; at < to; at += CHUNK - OVERLAP) {
          // A region that went away meanwhile, or that no page stands behind, can't be read.
          const { bytesRead } = await memory
            .read(buffer, 0, Math.min(CHUNK, to - at), at)
            .catch(() => ({ bytesRead: 0 }));
          bytes += bytesRead;
          hits.push(...searchBytes(needles, buffer.subarray(0, bytesRead), place));
        }
      }
    } finally {
      await memory.close();
    }
  } catch {
    return { hits, places, bytes, unreadable: [place] };
  }
  return { hits, places, bytes, unreadable: [] };
}
