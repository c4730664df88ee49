/** The `ws` WebSocket with everything visible that a phone gives away: where it opens, and every frame it sends, unredacted. */
import { WebSocket } from 'ws';
import type { WebSocketConstructor } from '../../../src/renderer/phone/wire/flow';

export interface TappedSocket {
  readonly url: string;
  readonly protocols: readonly string[];
  readonly sent: readonly string[];
}

export interface SocketTap {
  readonly WebSocket: WebSocketConstructor;
  /** In the order in which they were opened. */
  readonly sockets: readonly TappedSocket[];
}

/** Creates the tap; `upgradeHeaders` are added to each upgrade, as main does for `main-injected`. */
export function tapWebSockets(upgradeHeaders: () => Readonly<Record<string, string>> = () => ({})): SocketTap {
  const sockets: TappedSocket[] = [];
  return {
    sockets,
    WebSocket: class extends WebSocket {
      readonly #sent: string[] = [];
      constructor(url: string, protocols: string[]) {
        super(url, protocols, { headers: upgradeHeaders() });
        sockets.push({ url, protocols, sent: this.#sent });
      }
      override send(data: string): void {
        this.#sent.push(data);
        super.send(data);
      }
    },
  };
}
