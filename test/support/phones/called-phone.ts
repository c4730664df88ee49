/** The far end of a call of the app's: it answers the offer, says nothing unless it is told to, and hears digits (RFC 4733). */
import { parseAudioDescription } from '../../../src/gateway/sdp';
import { DigitReader } from '../../../src/gateway/rtp';
import { MediaPhone } from './media-phone';
import { reducedOffer } from './reduced-offer';

export class CalledPhone {
  /** Digits in their order. `at`: when the first packet came, in ms of `performance.now()`; `timestamp`: that of RTP, in 1/8 ms. */
  readonly heard: { readonly digit: string; readonly at: number; readonly timestamp: number }[] = [];
  readonly #media: MediaPhone;

  private constructor(
    media: MediaPhone,
    readonly sdp: string,
    eventPayload: number,
  ) {
    this.#media = media;
    const reader = new DigitReader();
    media.onPacket(() => {
      const packet = media.heard.at(-1);
      if (packet?.payloadType !== eventPayload) return;
      const digit = reader.read(packet);
      if (digit !== null) this.heard.push({ digit, at: performance.now(), timestamp: packet.timestamp });
    });
  }

  /** `sdp` of the phone is its answer. */
  static async answer(offer: string): Promise<CalledPhone> {
    const wanted = reducedOffer(offer);
    const event = parseAudioDescription(offer)?.formats.find(
      ({ name, clockRate }) => name === 'telephone-event' && clockRate === 8000,
    );
    if (wanted === null || event === undefined) throw new Error(`no offer of G.711 and digits:\n${offer}`);
    const media = new MediaPhone('PCMU', wanted.mid);
    media.pc.setRemoteDescription(wanted.sdp, 'offer');
    return new CalledPhone(media, await media.local('answer', event.payloadType), event.payloadType);
  }

  /** From the beginning of one digit to that of another, as it was sent, in ms. */
  between(first: number, second: number): number {
    const [from = 0, to = 0] = [first, second].map((index) => this.heard[index]?.timestamp);
    return ((to - from) >>> 0) / 8;
  }
  get digits(): string {
    return this.heard.map(({ digit }) => digit).join('');
  }
  opened(): Promise<void> {
    return this.#media.opened();
  }
  playTone(hz: number): void {
    this.#media.playTone(hz);
  }
  close(): void {
    this.#media.close();
  }
}
