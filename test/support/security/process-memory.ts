/** Searches the whole memory of a process, what it has freed included: stronger than a heap snapshot, which names ArrayBuffers without their bytes. */
import { open, readFile } from 'node:fs/promises';
import { isRunning, processTree, switchOf } from '../app/processes';
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

/** What was found in the memory of one of the app's processes; `kind`: `main`, or Chromium's word (`renderer`, `zygote`, `network.mojom.NetworkService`). */
export interface SearchedProcess {
  readonly kind: string;
  readonly found: Searched;
}

/** Searches each process that descends from `rootPid` and runs Electron. They keep running. */
export async function searchAllProcesses(
  needles: readonly Needle[],
  rootPid: number,
): Promise<readonly SearchedProcess[]> {
  const seen: SearchedProcess[] = [];
  for (const info of await processTree(rootPid)) {
    // The shell's copies of what is printed are no part of the app.
    if (!info.commandLine.join(' ').includes('lectron')) continue;
    const kind = switchOf(info, 'utility-sub-type') ?? switchOf(info, 'type') ?? 'main';
    const found = await searchProcessMemory(needles, info.pid);
    // The keychain's process ends by itself, with all that it had.
    if (isRunning(info.pid)) seen.push({ kind, found });
  }
  return seen;
}

/** A text's bytes, as V8 keeps it: one byte or two a character. */
export const spellingsOf = (text: string): readonly Needle[] =>
  (['latin1', 'utf16le'] as const).map((name) => ({ name, bytes: Buffer.from(text, name) }));
