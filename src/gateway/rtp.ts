/** RTP packets (RFC 3550 section 5.1) and telephone events (RFC 4733). */

export interface RtpPacket {
  readonly marker: boolean;
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: Buffer;
}

/** Reads a packet; null for RTCP (RFC 5761 section 4) and for anything that is no RTP. */
export function parseRtp(data: Buffer): RtpPacket | null {
  if (data.length < 12) return null;
  const [first = 0, second = 0] = data;
  if (first >> 6 !== 2 || (second >= 192 && second <= 223)) return null;
  let start = 12 + 4 * (first & 0x0f);
  if ((first & 0x10) !== 0) {
    if (data.length < start + 4) return null;
    start += 4 + 4 * data.readUInt16BE(start + 2);
  }
  const padding = (first & 0x20) !== 0 ? (data[data.length - 1] ?? 0) : 0;
  if (start + padding > data.length) return null;
  return {
    marker: (second & 0x80) !== 0,
    payloadType: second & 0x7f,
    sequence: data.readUInt16BE(2),
    timestamp: data.readUInt32BE(4),
    ssrc: data.readUInt32BE(8),
    payload: data.subarray(start, data.length - padding),
  };
}

/** Writes a packet without extensions. */
export function formatRtp(packet: RtpPacket): Buffer {
  const head = Buffer.alloc(12);
  head[0] = 0x80;
  head[1] = (packet.marker ? 0x80 : 0) | packet.payloadType;
  head.writeUInt16BE(packet.sequence & 0xffff, 2);
  head.writeUInt32BE(packet.timestamp >>> 0, 4);
  head.writeUInt32BE(packet.ssrc >>> 0, 8);
  return Buffer.concat([head, packet.payload]);
}

const DIGITS = '0123456789*#ABCD';

/**
 * Reads digits out of telephone-event packets. An event is told apart by its RTP timestamp (RFC 4733 section 2.5.1.2) and
 * reported at its first packet, so that the loss of any others does no harm.
 */
export class DigitReader {
  #last: { readonly timestamp: number; readonly event: number; duration: number; ended: boolean } | null = null;

  /** The digit that begins with this packet, or null: a repetition, a continuation, no digit. */
  read(packet: Pick<RtpPacket, 'timestamp' | 'payload'>): string | null {
    if (packet.payload.length < 4) return null;
    const event = packet.payload[0] ?? 255;
    const ended = ((packet.payload[1] ?? 0) & 0x80) !== 0;
    const duration = packet.payload.readUInt16BE(2);
    const last = this.#last;
    if (last !== null) {
      const ahead = (packet.timestamp - last.timestamp) | 0;
      if (ahead < 0) return null;
      if (ahead === 0) {
        last.duration = Math.max(last.duration, duration);
        last.ended ||= ended;
        return null;
      }
      // Section 2.5.1.3: a long event goes on in a new segment that begins where the last one ended.
      if (!last.ended && last.event === event && ahead === last.duration) {
        this.#last = { timestamp: packet.timestamp, event, duration, ended };
        return null;
      }
    }
    this.#last = { timestamp: packet.timestamp, event, duration, ended };
    return DIGITS[event] ?? null;
  }
}
