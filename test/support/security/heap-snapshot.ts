/** Reads a renderer's whole JavaScript heap through the DevTools protocol. */
import type { Page } from '@playwright/test';

/**
 * V8 cuts strings in snapshots at 1,024 characters unless told otherwise; `launchApp` starts the app with this, so that
 * a key at the end of a long string is seen too.
 */
export const UNCUT_STRINGS_FLAG = '--heap-snapshot-string-limit=100000000';

/** The strings of a snapshot as V8 writes it (JSON). Throws when it is none. */
export function snapshotStrings(json: string): readonly string[] {
  const parsed: unknown = JSON.parse(json);
  if (typeof parsed !== 'object' || parsed === null || !('strings' in parsed) || !Array.isArray(parsed.strings))
    throw new Error('this is no heap snapshot');
  return parsed.strings.filter((each) => typeof each === 'string');
}

/**
 * Collects garbage, then reads every string and property name that is still reachable in the page's renderer, in all of its worlds and frames. The bytes
 * of ArrayBuffers are not in a snapshot: process-memory.ts finds those.
 */
export async function heapStrings(page: Page): Promise<readonly string[]> {
  const session = await page.context().newCDPSession(page);
  try {
    const chunks: string[] = [];
    session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
    await session.send('HeapProfiler.enable');
    await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false, captureNumericValue: true });
    await session.send('HeapProfiler.disable');
    return snapshotStrings(chunks.join(''));
  } finally {
    await session.detach();
  }
}
