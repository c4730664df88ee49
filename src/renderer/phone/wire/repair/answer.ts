/** The answers that the phone gives by itself to requests (RFC 3261 section 8.2.6). */
import { headerLabel, valueOf, valuesOf, type SipMessage } from './sip-text';
import { tagOf, transactionOf } from './transaction';

/** What the phone takes: told in every Allow that leaves it. */
export const ALLOWED_METHODS = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'UPDATE', 'OPTIONS', 'REFER', 'INFO', 'NOTIFY'];
export const ALLOW = `Allow: ${ALLOWED_METHODS.join(', ')}`;
export const ACCEPT = 'Accept: application/sdp, multipart/mixed, multipart/alternative, application/dtmf-relay';

/** RFC 4028 section 5: seconds. */
export const MIN_SE_S = 90;

/** A request that is not taken, and what it is told. */
export interface Refusal {
  readonly status: number;
  /** Where the one of the status says too little. */
  readonly phrase?: string;
  /** Header lines. */
  readonly headers?: readonly string[];
  /** Half a sentence for the live column: "its CSeq names another method". */
  readonly why: string;
}

const PHRASES: ReadonlyMap<number, string> = new Map([
  [200, 'OK'],
  [400, 'Bad Request'],
  [404, 'Not Found'],
  [405, 'Method Not Allowed'],
  [406, 'Not Acceptable'],
  [413, 'Request Entity Too Large'],
  [415, 'Unsupported Media Type'],
  [416, 'Unsupported URI Scheme'],
  [420, 'Bad Extension'],
  [422, 'Session Interval Too Small'],
  [481, 'Call/Transaction Does Not Exist'],
  [482, 'Loop Detected'],
  [486, 'Busy Here'],
  [488, 'Not Acceptable Here'],
  [500, 'Server Internal Error'],
  [503, 'Service Unavailable'],
  [505, 'Version Not Supported'],
  [603, 'Decline'],
]);

/** A tag that a repeated request gets again (FNV-1a, twice with different beginnings). */
function tagFor(transaction: string): string {
  const hash = (seed: number): string => {
    let value = seed;
    for (let at = 0; at < transaction.length; at += 1)
      value = Math.imul(value ^ transaction.charCodeAt(at), 0x01000193) >>> 0;
    return value.toString(36);
  };
  return `${hash(0x811c9dc5)}${hash(0x1b873593)}`;
}

/** The response to a request: what can be copied of it is copied as it was written. */
export function answerTo(request: SipMessage, refusal: Omit<Refusal, 'why'>): string {
  const { status, phrase = PHRASES.get(status) ?? '', headers = [] } = refusal;
  const copied = (name: string, value: string): string[] => (value === '' ? [] : [`${headerLabel(name)}: ${value}`]);
  const to = valueOf(request, 'to');
  const tagged = to === '' || tagOf(request, 'to') !== null ? to : `${to};tag=${tagFor(transactionOf(request))}`;
  return [
    `SIP/2.0 ${status} ${phrase}`,
    ...valuesOf(request, 'via').map((value) => `Via: ${value}`),
    ...copied('from', valueOf(request, 'from')),
    ...copied('to', tagged),
    ...copied('call-id', valueOf(request, 'call-id')),
    ...copied('cseq', valueOf(request, 'cseq')),
    ...headers,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}
