/**
 * Main's own look into the phone window, by Chromium's inspector (the protocol of its developer tools), which no page can see or reach. It refuses what no
 * other switch refuses, the system's boxes for files and folders, and shows main the texts that come and go over the window's WebSockets.
 */
import type { WebContents } from 'electron';

export type InspectedContents = Pick<WebContents, 'debugger'>;

export interface PageInspectorPorts {
  readonly contents: InspectedContents;
  /** A text on one of the page's sockets. */
  readonly onText: (way: 'in' | 'out', text: string) => void;
  readonly onRefused: (what: string) => void;
  readonly onProblem: (cause: unknown) => void;
}

const TEXT_FRAME = 1;
interface Frame {
  readonly response?: { readonly opcode?: unknown; readonly payloadData?: unknown };
}

/** Call once, before the page loads; it goes on through reloads and new processes. */
export function inspectPage({ contents, onText, onRefused, onProblem }: PageInspectorPorts): void {
  const { debugger: inspector } = contents;
  inspector.on('message', (_event, method: string, params: unknown) => {
    if (method === 'Page.fileChooserOpened') onRefused('a box for files');
    if (method !== 'Network.webSocketFrameReceived' && method !== 'Network.webSocketFrameSent') return;
    const { opcode, payloadData } = (params as Frame).response ?? {};
    if (opcode === TEXT_FRAME && typeof payloadData === 'string')
      onText(method === 'Network.webSocketFrameReceived' ? 'in' : 'out', payloadData);
  });
  const start = async (): Promise<void> => {
    inspector.attach('1.3');
    await Promise.all([
      // Nothing but the sockets' texts is kept of what comes over the network.
      inspector.sendCommand('Network.enable', { maxTotalBufferSize: 0, maxResourceBufferSize: 0, maxPostDataSize: 0 }),
      inspector
        .sendCommand('Page.enable')
        // `cancel`: where Chromium knows it, the page is told that nothing was chosen.
        .then(() => inspector.sendCommand('Page.setInterceptFileChooserDialog', { enabled: true, cancel: true })),
    ]);
  };
  start().catch(onProblem);
}
