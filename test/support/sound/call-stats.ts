/** Reads the WebRTC statistics (W3C webrtc-stats) of the page's calls, and keeps a hand on their connections. */
import type { Page } from '@playwright/test';

/** Counted since the call began. */
export interface AudioStats {
  /** `audio/PCMU`, `audio/opus`. */
  readonly codec: string;
  readonly received: number;
  readonly sent: number;
  /** Packets that we missed. */
  readonly lost: number;
  /** Packets that the far end missed, by its RTCP receiver report; null while there was none. */
  readonly lostByPeer: number | null;
}

/** Lets `audioStats` find the connections that the page makes from now on. The product's own code does not notice. */
export async function watchConnections(page: Page): Promise<void> {
  await page.evaluate(() => {
    const shelf = globalThis as { ringfenceConnections?: RTCPeerConnection[] };
    if (shelf.ringfenceConnections !== undefined) return;
    const made: RTCPeerConnection[] = (shelf.ringfenceConnections = []);
    const Real = RTCPeerConnection;
    globalThis.RTCPeerConnection = class extends Real {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        made.push(this);
      }
    };
  });
}

/** The statistics of the newest connection; null when it is closed or has received nothing yet. */
export async function audioStats(page: Page): Promise<AudioStats | null> {
  return await page.evaluate(async () => {
    const connection = (globalThis as { ringfenceConnections?: RTCPeerConnection[] }).ringfenceConnections?.at(-1);
    if (connection === undefined || connection.connectionState === 'closed') return null;
    const entries: Record<string, unknown>[] = [];
    (await connection.getStats()).forEach((entry: Record<string, unknown>) => entries.push(entry));
    const of = (type: string): Record<string, unknown> | undefined =>
      entries.find((entry) => entry['type'] === type && entry['kind'] === 'audio');
    const inbound = of('inbound-rtp');
    if (inbound === undefined) return null;
    const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
    const codec = entries.find((entry) => entry['id'] === inbound['codecId'])?.['mimeType'];
    const report = of('remote-inbound-rtp');
    return {
      codec: typeof codec === 'string' ? codec : '',
      received: number(inbound['packetsReceived']),
      sent: number(of('outbound-rtp')?.['packetsSent']),
      lost: number(inbound['packetsLost']),
      lostByPeer: report === undefined ? null : number(report['packetsLost']),
    };
  });
}
