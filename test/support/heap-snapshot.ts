/** Reads a renderer's whole JavaScript heap through the DevTools protocol. */
import type { CDPSession, Page } from '@playwright/test';

/**
 * V8 cuts strings in snapshots at 1,024 characters unless told otherwise; `launchApp` starts the app with this, so that
 * a key at the end of a long string is seen too.
 */
export const UNCUT_STRINGS_FLAG = '--heap-snapshot-string-limit=100000000';

/** All that a heap holds as text or bytes. */
export interface HeapContent {
  /** Every string and property name of every world and frame of the page. */
  readonly strings: readonly string[];
  /** Contents of ArrayBuffers and typed arrays; a snapshot names them without their bytes. */
  readonly buffers: readonly Buffer[];
}

/** The strings of a snapshot as V8 writes it (JSON). Throws when it is none. */
export function snapshotStrings(json: string): readonly string[] {
  const parsed: unknown = JSON.parse(json);
  if (typeof parsed !== 'object' || parsed === null || !('strings' in parsed) || !Array.isArray(parsed.strings)) throw new Error('this is no heap snapshot');
  return parsed.strings.filter((each) => typeof each === 'string');
}

/** What `Runtime.queryObjects` finds below each of these; small typed arrays have no ArrayBuffer until somebody asks for it. */
const BYTE_HOLDERS = [
  { prototype: 'ArrayBuffer.prototype', bytes: 'new Uint8Array(each.detached ? 0 : each)' },
  { prototype: 'Object.getPrototypeOf(Uint8Array.prototype)', bytes: 'new Uint8Array(each.buffer, each.byteOffset, each.byteLength)' },
] as const;

/** The contents of all ArrayBuffers and typed arrays of the page's main world. */
async function byteContents(session: CDPSession): Promise<Buffer[]> {
  const found: Buffer[] = [];
  for (const { prototype, bytes } of BYTE_HOLDERS) {
    const { result } = await session.send('Runtime.evaluate', { expression: prototype });
    if (result.objectId === undefined) throw new Error(`the page has no ${prototype}`);
    const { objects } = await session.send('Runtime.queryObjects', { prototypeObjectId: result.objectId });
    const answer = await session.send('Runtime.callFunctionOn', {
      ...(objects.objectId === undefined ? {} : { objectId: objects.objectId }),
      functionDeclaration: `function () {
        return this.map((each) => { try { return Array.from(${bytes}, (byte) => byte.toString(16).padStart(2, '0')).join(''); } catch { return ''; } });
      }`,
      returnByValue: true,
    });
    const texts: unknown = answer.result.value;
    if (!Array.isArray(texts)) throw new Error('the bytes of the page can not be read');
    found.push(...texts.map((text) => Buffer.from(String(text), 'hex')));
  }
  return found;
}

/** Collects garbage, then reads everything that is still reachable in the page's renderer. */
export async function readHeap(page: Page): Promise<HeapContent> {
  const session = await page.context().newCDPSession(page);
  try {
    const chunks: string[] = [];
    session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
    await session.send('HeapProfiler.enable');
    await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false, captureNumericValue: true });
    await session.send('HeapProfiler.disable');
    return { strings: snapshotStrings(chunks.join('')), buffers: await byteContents(session) };
  } finally {
    await session.detach();
  }
}
