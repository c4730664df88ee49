/** Counts what a renderer holds, after a forced garbage collection, through the DevTools protocol. */
import type { CDPSession, Page } from '@playwright/test';

/** What is alive. */
export interface Census {
  /** Bytes of the JavaScript heap in use. */
  readonly heap: number;
  readonly listeners: number;
  readonly nodes: number;
  readonly peerConnections: number;
  readonly tracks: number;
  readonly sockets: number;
}

async function countObjects(session: CDPSession, constructorName: string): Promise<number> {
  const group = 'census';
  const { result: prototype } = await session.send('Runtime.evaluate', { expression: `${constructorName}.prototype`, objectGroup: group });
  if (prototype.objectId === undefined) throw new Error(`there is no ${constructorName} here`);
  const { objects } = await session.send('Runtime.queryObjects', { prototypeObjectId: prototype.objectId, objectGroup: group });
  const { result } = await session.send('Runtime.callFunctionOn', { functionDeclaration: 'function () { return this.length; }', objectId: objects.objectId ?? '', returnByValue: true });
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
    const [peerConnections, tracks, sockets] = [await countObjects(session, 'RTCPeerConnection'), await countObjects(session, 'MediaStreamTrack'), await countObjects(session, 'WebSocket')];
    await session.send('HeapProfiler.collectGarbage');
    const { metrics } = await session.send('Performance.getMetrics');
    const metric = (name: string): number => metrics.find((each) => each.name === name)?.value ?? Number.NaN;
    return { heap: metric('JSHeapUsedSize'), listeners: metric('JSEventListeners'), nodes: metric('Nodes'), peerConnections, tracks, sockets };
  } finally {
    await session.detach();
  }
}
