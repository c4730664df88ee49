/** Of a browser's RTCPeerConnection, what the vendor's SDK uses: over node-datachannel, with one track of G.711 and one data channel. */
import type { DataChannel } from 'node-datachannel';
import { MediaPhone } from './media-phone';

class SdkDataChannel extends EventTarget {
  readyState: 'connecting' | 'open' | 'closed' = 'connecting';
  readonly #channel: DataChannel;

  constructor(channel: DataChannel) {
    super();
    this.#channel = channel;
    channel.onOpen(() => {
      this.readyState = 'open';
      this.dispatchEvent(new Event('open'));
    });
    channel.onMessage((data) => this.dispatchEvent(new MessageEvent('message', { data })));
    channel.onClosed(() => {
      this.readyState = 'closed';
      this.dispatchEvent(new Event('close'));
    });
  }
  send(text: string): void {
    this.#channel.sendMessage(text);
  }
  close(): void {
    this.#channel.close();
  }
}

/** Put in the place of the global one while a test runs. */
export class SdkPeerConnection {
  /** Those that were made, to be closed. */
  static readonly all: SdkPeerConnection[] = [];
  readonly #media = new MediaPhone('PCMU');
  connectionState = 'new';
  onconnectionstatechange: (() => void) | null = null;
  ontrack: unknown = null;

  constructor() {
    SdkPeerConnection.all.push(this);
    this.#media.pc.onStateChange((state) => {
      this.connectionState = state;
      this.onconnectionstatechange?.();
    });
  }
  createDataChannel(label: string): SdkDataChannel {
    return new SdkDataChannel(this.#media.pc.createDataChannel(label));
  }
  /** The track is there already. */
  addTrack(): void {
    this.ontrack ??= null;
  }
  getSenders(): readonly never[] {
    return [];
  }
  async createOffer(): Promise<{ readonly type: 'offer'; readonly sdp: string }> {
    return { type: 'offer', sdp: await this.#media.local('offer') };
  }
  setLocalDescription(): Promise<void> {
    return Promise.resolve();
  }
  setRemoteDescription({ sdp }: { readonly sdp: string }): Promise<void> {
    this.#media.pc.setRemoteDescription(sdp, 'answer');
    return Promise.resolve();
  }
  close(): void {
    this.#media.close();
  }
}
