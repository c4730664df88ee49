/**
 * The media of one service call: offer/answer (RFC 3264) over one transport. Hold, resume and session refresh change only
 * our description; an ICE restart (RFC 8445 section 2.4, seen by a new ufrag) gets a new transport, which RFC 8842
 * section 5.5 allows with its new DTLS association.
 */
import { randomInt } from 'node:crypto';
import type { Clock } from './clock';
import type { MediaPeer, MediaPeerFactory, PeerState } from './media-peer';
import { parseRtp, type RtpPacket } from './rtp';
import {
  answerDirection,
  chooseFormats,
  formatAudioDescription,
  parseAudioDescription,
  type AudioDescription,
  type AudioFormat,
  type MediaDirection,
  type TransportParameters,
} from './sdp';

/** No media for this long after it broke, or from the start: the call is over. ms */
const LOST_MS = 20_000;

/** What `call-me` offers: Opus and G.711, DTMF for both clock rates. */
const OFFERED: readonly AudioFormat[] = [
  { payloadType: 111, name: 'opus', clockRate: 48_000, channels: 2, fmtp: 'minptime=10;useinbandfec=1' },
  { payloadType: 0, name: 'pcmu', clockRate: 8000, channels: 1, fmtp: null },
  { payloadType: 8, name: 'pcma', clockRate: 8000, channels: 1, fmtp: null },
  { payloadType: 110, name: 'telephone-event', clockRate: 48_000, channels: 1, fmtp: '0-15' },
  { payloadType: 126, name: 'telephone-event', clockRate: 8000, channels: 1, fmtp: '0-15' },
];

export interface MediaSessionOptions {
  readonly factory: MediaPeerFactory;
  readonly clock: Clock;
  /** Codecs by lower-case name that the service can work with. */
  readonly codecs: readonly string[];
  /** Audio and telephone events from the far end; `raw` is the whole packet. */
  readonly onRtp: (packet: RtpPacket, raw: Buffer) => void;
  /** The transport never came up, or is lost for good. Told once. */
  readonly onLost: () => void;
}

export class MediaSession {
  readonly ssrc = randomInt(1, 2 ** 32);
  readonly #options: MediaSessionOptions;
  readonly #sessionId = String(randomInt(1, 2 ** 47));
  #version = 1;
  #peer: MediaPeer | null = null;
  #remoteUfrag: string | null = null;
  /** Our role in DTLS; the same for as long as the transport lives. */
  #setup: 'active' | 'passive' = 'active';
  #mid = '0';
  #formats: readonly AudioFormat[] = [];
  #direction: MediaDirection = 'sendrecv';
  #stopTimer: () => void = () => undefined;
  #closed = false;

  constructor(options: MediaSessionOptions) {
    this.#options = options;
  }

  /** The formats in use; the first is the codec. */
  get formats(): readonly AudioFormat[] {
    return this.#formats;
  }

  /** False while the far end holds us: nothing may be sent then. */
  get maySend(): boolean {
    return this.#direction === 'sendrecv' || this.#direction === 'sendonly';
  }

  /** Answers an offer, the first one or a later one. Null when there is nothing in common, or the session is closed. */
  async answer(sdp: string): Promise<string | null> {
    const offer = parseAudioDescription(sdp);
    const formats = offer === null ? null : chooseFormats(offer.formats, this.#options.codecs);
    if (offer === null || formats === null || this.#closed) return null;
    if (this.#peer === null || offer.transport.ufrag !== this.#remoteUfrag) {
      this.#peer?.close();
      this.#setup = offer.transport.setup === 'passive' ? 'active' : 'passive';
      this.#mid = offer.mid;
      const peer = await this.#open(offer.mid, offer.transport);
      if (peer === null) return null;
      this.#remoteUfrag = offer.transport.ufrag;
    }
    this.#formats = formats;
    this.#direction = answerDirection(offer.direction);
    return this.#describe(offer);
  }

  /** Our own offer. */
  async offer(): Promise<string | null> {
    this.#formats = OFFERED;
    const peer = await this.#open(this.#mid, null);
    return peer === null ? null : this.#describe(null);
  }

  /** The answer to our offer; false when it fits nothing. */
  accept(sdp: string): boolean {
    const answer = parseAudioDescription(sdp);
    const formats = answer === null ? null : chooseFormats(answer.formats, this.#options.codecs);
    if (answer === null || formats === null || this.#peer === null) return false;
    this.#formats = formats;
    this.#direction = answerDirection(answer.direction);
    this.#setup = answer.transport.setup === 'passive' ? 'active' : 'passive';
    this.#remoteUfrag = answer.transport.ufrag;
    return this.#peer.accept(answer.transport);
  }

  /** Sends a packet unless the far end holds us. */
  send(packet: Buffer): void {
    if (this.maySend && !this.#closed) this.#peer?.send(packet);
  }

  close(): void {
    this.#closed = true;
    this.#stopTimer();
    this.#peer?.close();
    this.#peer = null;
  }

  async #open(mid: string, remote: TransportParameters | null): Promise<MediaPeer | null> {
    let current: MediaPeer | null = null;
    // A transport that was replaced may still say that it failed.
    const isCurrent = (): boolean => current === null || current === this.#peer;
    try {
      current = await this.#options.factory.create({
        mid,
        ssrc: this.ssrc,
        remote,
        onPacket: (raw) => {
          const packet = isCurrent() ? parseRtp(raw) : null;
          if (packet !== null && !this.#closed) this.#options.onRtp(packet, raw);
        },
        onState: (state) => {
          if (isCurrent()) this.#stateChanged(state);
        },
      });
    } catch {
      return null;
    }
    if (this.#isClosed()) {
      current.close();
      return null;
    }
    this.#peer = current;
    this.#watch();
    return current;
  }

  /** Asked again after an await: the call may have ended meanwhile. */
  #isClosed(): boolean {
    return this.#closed;
  }

  #stateChanged(state: PeerState): void {
    if (this.#closed) return;
    if (state === 'connected') this.#stopTimer();
    else if (state === 'disconnected') this.#watch();
    else if (state === 'failed' || state === 'closed') this.#lose();
  }

  #watch(): void {
    this.#stopTimer();
    this.#stopTimer = this.#options.clock.after(LOST_MS, () => this.#lose());
  }

  #lose(): void {
    if (this.#closed) return;
    this.close();
    this.#options.onLost();
  }

  #describe(offer: AudioDescription | null): string | null {
    if (this.#peer === null) return null;
    // Our own offer goes without candidates, and we check the answerer's: checks of its own that came before its answer would connect the
    // library while it is still reading that answer, and fail it for want of a fingerprint.
    const transport =
      offer === null
        ? { ...this.#peer.local, setup: 'actpass' as const, candidates: [] }
        : { ...this.#peer.local, setup: this.#setup };
    const local = {
      sessionId: this.#sessionId,
      version: this.#version,
      mid: this.#mid,
      direction: this.#direction,
      formats: this.#formats,
      transport,
      ssrc: this.ssrc,
    };
    this.#version += 1;
    return formatAudioDescription(local, offer);
  }
}
