/**
 * The end of a call whose token limits how long it may last. The gateway is a proxy, and yet it sends BYE to both sides, each in the
 * name of the other (RFC 3261 section 15): it keeps the little of the dialog that this takes.
 */
import type { Clock } from './clock';
import type { Endpoint } from './endpoint';
import { parseAddress } from './sip-address';
import { headerOf, headersOf, parseCseq, type SipRequest, type SipResponse } from './sip-message';
import { randomToken } from './sip-reply';

/** RFC 3326: what both sides hear. */
export const TIME_IS_UP = 'SIP;cause=408;text="Call time is up"';

/** One side of the dialog. */
interface Side {
  readonly endpoint: Endpoint;
  /** Its From or To value, with its tag. */
  readonly address: string;
  /** Where requests to it are addressed (its remote target, section 12.1). */
  target: string;
  /** The highest number of its own requests. */
  cseq: number;
}

export interface LimitedCall {
  readonly invite: SipRequest;
  readonly response: SipResponse;
  readonly caller: Endpoint;
  readonly callee: Endpoint;
  /** Milliseconds from the answer. */
  readonly limitMs: number;
  readonly domain: string;
  readonly clock: Clock;
  readonly deliver: (to: Endpoint, request: SipRequest) => void;
  /** The BYEs went out. */
  readonly onEnd: () => void;
}

export interface CallLimit {
  /** A request went through the dialog. */
  readonly note: (request: SipRequest, isFromCaller: boolean) => void;
  readonly cancel: () => void;
}

const targetIn = (message: SipRequest | SipResponse): string | undefined =>
  parseAddress(headersOf(message, 'Contact')[0] ?? '')?.uri;
const numberOf = (request: SipRequest): number => parseCseq(headerOf(request, 'CSeq') ?? '')?.number ?? 0;

/** Starts the clock of an answered call. */
export function limitCall({
  invite,
  response,
  caller,
  callee,
  limitMs,
  domain,
  clock,
  deliver,
  onEnd,
}: LimitedCall): CallLimit {
  const from: Side = {
    endpoint: caller,
    address: headerOf(invite, 'From') ?? '',
    target: targetIn(invite) ?? '',
    cseq: numberOf(invite),
  };
  const to: Side = {
    endpoint: callee,
    address: headerOf(response, 'To') ?? '',
    target: targetIn(response) ?? '',
    cseq: 0,
  };
  const bye = (side: Side, other: Side): SipRequest => ({
    kind: 'request',
    method: 'BYE',
    uri: side.target,
    headers: [
      { name: 'Via', value: `SIP/2.0/WS ${domain};branch=z9hG4bK${randomToken(10)}` },
      { name: 'Max-Forwards', value: '70' },
      { name: 'From', value: other.address },
      { name: 'To', value: side.address },
      { name: 'Call-ID', value: headerOf(invite, 'Call-ID') ?? '' },
      { name: 'CSeq', value: `${other.cseq + 1} BYE` },
      { name: 'Reason', value: TIME_IS_UP },
    ],
    body: '',
  });
  const cancel = clock.after(limitMs, () => {
    deliver(from.endpoint, bye(from, to));
    deliver(to.endpoint, bye(to, from));
    onEnd();
  });
  return {
    note: (request, isFromCaller) => {
      const side = isFromCaller ? from : to;
      side.cseq = Math.max(side.cseq, numberOf(request));
      if (request.method === 'INVITE' || request.method === 'UPDATE') side.target = targetIn(request) ?? side.target;
    },
    cancel,
  };
}
