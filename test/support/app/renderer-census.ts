/** Counts what a renderer holds, after a forced garbage collection, through the DevTools protocol. */
import type { CDPSession, Page } from '@playwright/test';
import { z } from 'zod';

/** What is alive. */
export interface Census {
  /** Bytes of what JavaScript holds; compiled code is left out, because every look of a test's adds some to it. */
  readonly heap: number;
  readonly listeners: number;
  readonly nodes: number;
  readonly peerConnections: number;
  readonly tracks: number;
  readonly sockets: number;
}

const snapshotShape = z.object({
  snapshot: z.object({ meta: z.object({ node_fields: z.array(z.string()), node_types: z.array(z.unknown()) }) }),
  nodes: z.array(z.number()),
});
/** V8's words for compiled code, and for what belongs to it. */
const CODE: ReadonlySet<string> = new Set(['code', 'hidden', 'object shape']);

async function heapBytes(session: CDPSession): Promise<number> {
  const chunks: string[] = [];
  const keep = ({ chunk }: { chunk: string }): void => void chunks.push(chunk);
  session.on('HeapProfiler.addHeapSnapshotChunk', keep);
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  session.off('HeapProfiler.addHeapSnapshotChunk', keep);
  const { snapshot, nodes } = snapshotShape.parse(JSON.parse(chunks.join('')));
  const {
    node_fields: fields,
    node_types: [first],
  } = snapshot.meta;
  const types = z.array(z.string()).parse(first);
  const [type, size] = [fields.indexOf('type'), fields.indexOf('self_size')];
  let sum = 0;
  for (let node = 0; node < nodes.length; node += fields.length)
    if (!CODE.has(types[nodes[node + type] ?? -1] ?? '')) sum += nodes[node + size] ?? 0;
  return sum;
}

async function countObjects(session: CDPSession, constructorName: string): Promise<number> {
  const group = 'census';
  const { result: prototype } = await session.send('Runtime.evaluate', {
    expression: `${constructorName}.prototype`,
    objectGroup: group,
  });
  if (prototype.objectId === undefined) throw new Error(`there is no ${constructorName} here`);
  const { objects } = await session.send('Runtime.queryObjects', {
    prototypeObjectId: prototype.objectId,
    objectGroup: group,
  });
  const { result } = await session.send('Runtime.callFunctionOn', {
    functionDeclaration: 'function () { return this.length; }',
    objectId: objects.objectId ?? '',
    returnByValue: true,
  });
  await session.send('Runtime.releaseObjectGroup', { objectGroup: group });
  return Number(result.value);
}

/** Collects garbage and counts. */
export async function takeCensus(page: Page): Promise<Census> {
  const session = await page.context().newCDPSession(page);
  try {
    await session.send('Performance.enable');
    // Twice: what only finalizers held goes with the second one.
    for (let times = 0; times < 3; times += 1) await session.send('HeapProfiler.collectGarbage');
    const [peerConnections, tracks, sockets] = [
      await countObjects(session, 'RTCPeerConnection'),
      await countObjects(session, 'MediaStreamTrack'),
      await countObjects(session, 'WebSocket'),
    ];
    await session.send('HeapProfiler.collectGarbage');
    const { metrics } = await session.send('Performance.getMetrics');
    const metric = (name: string): number => metrics.find((each) => each.name === name)?.value ?? Number.NaN;
    return {
      heap: await heapBytes(session),
      listeners: metric('JSEventListeners'),
      nodes: metric('Nodes'),
      peerConnections,
      tracks,
      sockets,
    };
  } finally {
    await session.detach();
  }
}
