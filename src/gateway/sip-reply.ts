/** Responses that the gateway itself makes (RFC 3261 section 8.2.6). */
import { randomBytes } from 'node:crypto';
import { partyOf } from './sip-address';
import type { HeaderField, SipRequest, SipResponse } from './sip-message';
import { headerOf } from './sip-message';

const PHRASES: Readonly<Record<number, string>> = {
  100: 'Trying',
  180: 'Ringing',
  183: 'Session Progress',
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  407: 'Proxy Authentication Required',
  408: 'Request Timeout',
  415: 'Unsupported Media Type',
  416: 'Unsupported URI Scheme',
  420: 'Bad Extension',
  480: 'Temporarily Unavailable',
  481: 'Call/Transaction Does Not Exist',
  483: 'Too Many Hops',
  484: 'Address Incomplete',
  486: 'Busy Here',
  487: 'Request Terminated',
  488: 'Not Acceptable Here',
  489: 'Bad Event',
  491: 'Request Pending',
  500: 'Server Internal Error',
  503: 'Service Unavailable',
  603: 'Decline',
};

/** A tag or branch part nobody can guess: `bytes` random bytes in hexadecimal. */
export function randomToken(bytes = 8): string {
  return randomBytes(bytes).toString('hex');
}

export interface ReplyOptions {
  /** Instead of the status's usual phrase. */
  readonly phrase?: string;
  /** The tag put on To when the request has none; random by default. None goes on a 100. */
  readonly toTag?: string;
  readonly headers?: readonly HeaderField[];
  readonly body?: string;
}

/** A response to `request`: Via stack, From, To (with tag), Call-ID and CSeq are copied. */
export function replyTo(request: SipRequest, status: number, options: ReplyOptions = {}): SipResponse {
  const copied = request.headers.filter((field) => ['Via', 'From', 'Call-ID', 'CSeq'].includes(field.name));
  const to = headerOf(request, 'To') ?? '';
  const tagged =
    status === 100 || partyOf(request, 'To')?.tag !== null ? to : `${to};tag=${options.toTag ?? randomToken()}`;
  return {
    kind: 'response',
    status,
    reason: options.phrase ?? PHRASES[status] ?? 'Unknown',
    headers: [
      ...copied,
      { name: 'To', value: tagged },
      { name: 'Server', value: 'Ringfence practice gateway' },
      ...(options.headers ?? []),
    ],
    body: options.body ?? '',
  };
}
