/** A phone's media in Node: real ICE, DTLS-SRTP and RTP through node-datachannel. What it says and hears are packets; it has no codec but G.711. */
import { createRequire } from 'node:module';
import type * as NodeDatachannel from 'node-datachannel';
import { formatRtp, parseRtp, type RtpPacket } from '../../../src/gateway/rtp';
import { muLaw } from '../../../src/gateway/services/tone';

const { PeerConnection, Audio } = createRequire(import.meta.url)('node-datachannel') as typeof NodeDatachannel;
const SSRC = 4242;
const PACKET_MS = 20;
const RATE = 8000;

/** Its one codec, with the payload type that it offers. */
const CODECS = { PCMU: 0, opus: 111 } as const;
export type MediaCodec = keyof typeof CODECS;

/**
 * The library's description as a phone has it: with DTMF, which it can't name itself. An offer goes without candidates and as the passive
 * side: this library as an offerer breaks when checks reach it, and DTLS begins, before it has the answer (a browser does not).
 */
function asPhone(sdp: string, type: 'offer' | 'answer', events: number): string {
  const named = sdp
    .replace(/SAVPF (\d+)/, `SAVPF $1 ${events}`)
    .replace(/a=rtpmap:/, `a=rtpmap:${events} telephone-event/8000\r\na=rtpmap:`);
  return type === 'answer'
    ? named
    : named.replace('a=setup:actpass', 'a=setup:passive').replace(/a=(?:candidate:.*|end-of-candidates)\r\n/g, '');
}

export class MediaPhone {
  readonly ssrc = SSRC;
  readonly pc = new PeerConnection('phone', {
    iceServers: [],
    bindAddress: '127.0.0.1',
    disableAutoNegotiation: true,
    forceMediaTransport: true,
  });
  readonly heard: RtpPacket[] = [];
  /** Packets lost of what we said, as the far end's newest RTCP report block has it (RFC 3550 section 6.4.1); null before the first. */
  lostThere: number | null = null;
  readonly track: NodeDatachannel.Track;
  #listeners: readonly (() => void)[] = [];
  #stopTone: () => void = () => undefined;

  /** `mid`: that of the offer which it is going to answer (RFC 8843). */
  constructor(codec: MediaCodec = 'PCMU', mid = '0') {
    const audio = new Audio(mid, 'SendRecv');
    if (codec === 'opus') audio.addOpusCodec(CODECS.opus);
    else audio.addAudioCodec(CODECS.PCMU, 'PCMU');
    audio.addSSRC(SSRC, 'phone');
    this.track = this.pc.addTrack(audio);
    this.track.onMessage((raw) => {
      const packet = parseRtp(raw);
      if (packet === null) {
        this.lostThere = lostIn(raw) ?? this.lostThere;
        return;
      }
      this.heard.push(packet);
      for (const listener of this.#listeners) listener();
    });
  }

  /** Its description, once the candidates are known. `events`: the payload type of DTMF. */
  local(type: 'offer' | 'answer', events = 126): Promise<string> {
    return new Promise((resolve) => {
      this.pc.onGatheringStateChange((state) => {
        if (state === 'complete') resolve(asPhone(this.pc.localDescription()?.sdp ?? '', type, events));
      });
      this.pc.setLocalDescription(type);
    });
  }

  opened(): Promise<void> {
    return this.track.isOpen() ? Promise.resolve() : new Promise((resolve) => this.track.onOpen(resolve));
  }

  /** Resolves when what was heard satisfies `condition`. */
  hears(condition: () => boolean, ms = 5_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`heard ${this.heard.length} packets, not what was waited for`)),
        ms,
      );
      const check = (): void => {
        if (!condition()) return;
        clearTimeout(timer);
        resolve();
      };
      this.#listeners = [...this.#listeners, check];
      check();
    });
  }

  /** Tells of each packet that is heard from now on, which is the last one in `heard`. */
  onPacket(listener: () => void): void {
    this.#listeners = [...this.#listeners, listener];
  }

  say(sequence: number, payload: Buffer, payloadType = 0, timestamp = sequence * 160): void {
    this.track.sendMessageBinary(formatRtp({ marker: false, payloadType, sequence, timestamp, ssrc: SSRC, payload }));
  }

  /** Plays a tone in G.711 at `dbfs` (relative to a full-scale sine) until it is closed; packets are due by the clock. */
  playTone(hz: number, dbfs = -12): void {
    this.#stopTone();
    const samples = (RATE * PACKET_MS) / 1000;
    const amplitude = 32_767 * 10 ** (dbfs / 20);
    const began = performance.now();
    let sent = 0;
    const packet = (number: number): Buffer =>
      Buffer.from(
        Array.from({ length: samples }, (_, n) =>
          muLaw(amplitude * Math.sin((2 * Math.PI * hz * (number * samples + n)) / RATE)),
        ),
      );
    const timer = setInterval(() => {
      const due = Math.floor((performance.now() - began) / PACKET_MS) + 1;
      if (!this.track.isOpen()) return;
      try {
        for (; sent < due; sent += 1) this.say(sent + 1, packet(sent));
      } catch (error) {
        // The far end leaves in a thread of its own, so it may do that between the look and the packet.
        if (this.track.isOpen()) throw error;
        this.#stopTone();
      }
    }, PACKET_MS / 2);
    this.#stopTone = () => clearInterval(timer);
  }

  stopTone(): void {
    this.#stopTone();
  }

  /** Sends every packet back as it came, under its own SSRC: a codec that nobody here can speak survives that. */
  echo(): void {
    this.onPacket(() => {
      const packet = this.heard.at(-1);
      if (packet !== undefined) this.track.sendMessageBinary(formatRtp({ ...packet, ssrc: SSRC }));
    });
  }

  /** Packets that are missing between the first and the last one heard. */
  lostHere(): number {
    const first = this.heard[0]?.sequence ?? 0;
    const numbers = new Set(this.heard.map(({ sequence }) => (sequence - first) & 0xffff));
    return numbers.size === 0 ? 0 : Math.max(...numbers) + 1 - numbers.size;
  }

  close(): void {
    this.#stopTone();
    this.pc.close();
  }
}

/** The cumulative number of packets lost in the first report block about us; null when the packet has none. */
function lostIn(raw: Buffer): number | null {
  for (let at = 0; at + 8 <= raw.length; at += 4 + 4 * raw.readUInt16BE(at + 2)) {
    const blocks = (raw[at] ?? 0) & 0x1f;
    const type = raw[at + 1];
    const first = at + (type === 200 ? 28 : 8);
    if ((type !== 200 && type !== 201) || blocks === 0 || first + 24 > raw.length) continue;
    if (raw.readUInt32BE(first) === SSRC) return raw.readIntBE(first + 5, 3);
  }
  return null;
}

/** G.711 mu-law as samples between -1 and 1 (ITU-T G.711). */
export function fromMuLaw(payloads: readonly Buffer[]): Float32Array {
  return Float32Array.from(Buffer.concat(payloads), (byte) => {
    const code = ~byte & 0xff;
    const magnitude = ((((code & 0x0f) << 3) + 132) << ((code >> 4) & 7)) - 132;
    return ((code & 0x80) === 0 ? magnitude : -magnitude) / 32_768;
  });
}
