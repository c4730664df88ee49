/** The `digits` service: collects DTMF by RFC 4733 and by SIP INFO. Digits are reported to tests, never logged. */
import { DigitReader, type RtpPacket } from '../rtp';
import type { AudioFormat } from '../sdp';
import type { ServiceCall } from './service-call';

/** The digits of one call. */
export interface CallDigits {
  readonly callId: string;
  readonly from: string;
  digits: string;
}

const KEPT_CALLS = 50;

/** Digits by call, newest last. */
export class DigitLog {
  readonly #calls: CallDigits[] = [];

  open(call: Pick<ServiceCall, 'callId' | 'peer'>): CallDigits {
    const entry: CallDigits = { callId: call.callId, from: call.peer, digits: '' };
    this.#calls.push(entry);
    if (this.#calls.length > KEPT_CALLS) this.#calls.shift();
    return entry;
  }

  list(): readonly Readonly<CallDigits>[] {
    return this.#calls.map((entry) => ({ ...entry }));
  }
}

/** Feeds packets of the negotiated telephone-event payload types into `log`. */
export function listenForDigits(log: CallDigits): (packet: RtpPacket, formats: readonly AudioFormat[]) => void {
  const reader = new DigitReader();
  return (packet, formats) => {
    const isEvent = formats.some(
      (format) => format.name === 'telephone-event' && format.payloadType === packet.payloadType,
    );
    const digit = isEvent ? reader.read(packet) : null;
    if (digit !== null) log.digits += digit;
  };
}

/** The digit of an INFO body: `Signal=5` (application/dtmf-relay) or `5` (application/dtmf); null when it has none. */
export function digitOfInfo(contentType: string, body: string): string | null {
  const type = contentType.split(';')[0]?.trim();
  const match =
    type === 'application/dtmf-relay'
      ? /^\s*signal\s*=\s*([0-9*#A-D])\s*$/im.exec(body)
      : type === 'application/dtmf'
        ? /^\s*([0-9*#A-D])\s*$/i.exec(body)
        : null;
  return match?.[1]?.toUpperCase() ?? null;
}
