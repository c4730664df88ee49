/** What a scripted gateway says: answers and requests as text, with as little knowledge of SIP as that takes. */

const header = (text: string, name: string): string[] => {
  const head = text.split('\r\n\r\n')[0] ?? '';
  return head.split('\r\n').flatMap((line) => {
    const colon = line.indexOf(':');
    return colon > 0 && line.slice(0, colon).trim().toLowerCase() === name ? [line.slice(colon + 1).trim()] : [];
  });
};

/** The first value of a header field that the phone itself wrote, or ''. */
export const headerIn = (text: string, name: string): string => header(text, name.toLowerCase())[0] ?? '';

export interface AnswerParts {
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly toTag?: string;
}

/** The gateway's answer to a request of the phone (RFC 3261 section 8.2.6). */
export function answerTo(request: string, line: string, { headers = [], body = '', toTag = 'far' }: AnswerParts = {}) {
  const to = headerIn(request, 'To');
  return [
    `SIP/2.0 ${line}`,
    ...header(request, 'via').map((via) => `Via: ${via}`),
    `From: ${headerIn(request, 'From')}`,
    `To: ${to}${/;tag=/.test(to) || toTag === '' ? '' : `;tag=${toTag}`}`,
    `Call-ID: ${headerIn(request, 'Call-ID')}`,
    `CSeq: ${headerIn(request, 'CSeq')}`,
    ...headers,
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${new TextEncoder().encode(body).length}`,
    '',
    body,
  ].join('\r\n');
}

export interface RequestParts {
  readonly method: string;
  /** The phone's Contact, as a rule. */
  readonly target: string;
  /** Makes branch, tag and Call-ID. */
  readonly id: string;
  readonly cseq?: number;
  readonly from?: string;
  readonly to?: string;
  readonly callId?: string;
  readonly branch?: string;
  /** null: none. */
  readonly contact?: string | null;
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly contentType?: string;
}

/** A request to the phone. */
export function requestOf(parts: RequestParts): string {
  const { method, target, id, cseq = 1, headers = [], body = '' } = parts;
  const contact = parts.contact === undefined ? '<sip:bob@192.0.2.7:5060>' : parts.contact;
  return [
    `${method} ${target} SIP/2.0`,
    `Via: SIP/2.0/WS gw.example.com;branch=${parts.branch ?? `z9hG4bK${id}`}`,
    'Max-Forwards: 69',
    `From: ${parts.from ?? `"Bob" <sip:bob@example.com>;tag=f${id}`}`,
    `To: ${parts.to ?? '<sip:1001@practice.invalid>'}`,
    `Call-ID: ${parts.callId ?? `${id}@example.com`}`,
    `CSeq: ${cseq} ${method}`,
    ...(contact === null ? [] : [`Contact: ${contact}`]),
    ...headers,
    ...(body === '' ? [] : [`Content-Type: ${parts.contentType ?? 'application/sdp'}`]),
    `Content-Length: ${new TextEncoder().encode(body).length}`,
    '',
    body,
  ].join('\r\n');
}

const FINGERPRINT = Array.from({ length: 32 }, (_, index) => ((index * 7 + 16) % 256).toString(16).padStart(2, '0'))
  .join(':')
  .toUpperCase();

export interface SdpParts {
  /** 0 refuses the stream (RFC 3264 section 6). */
  readonly port?: number;
  readonly setup?: 'actpass' | 'active';
  readonly direction?: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
  readonly version?: number;
  /** Payload types, with their rtpmap lines. */
  readonly codecs?: readonly (readonly [payload: number, map: string])[];
}

/** An offer or answer that a browser takes: one audio stream with ICE and DTLS. */
export function webSdp(parts: SdpParts = {}): string {
  const codecs = parts.codecs ?? [
    [0, 'PCMU/8000'],
    [101, 'telephone-event/8000'],
  ];
  return [
    'v=0',
    `o=- 4242 ${parts.version ?? 1} IN IP4 192.0.2.7`,
    's=-',
    'c=IN IP4 192.0.2.7',
    't=0 0',
    `m=audio ${parts.port ?? 40000} UDP/TLS/RTP/SAVPF ${codecs.map(([payload]) => payload).join(' ')}`,
    ...codecs.map(([payload, map]) => `a=rtpmap:${payload} ${map}`),
    ...(codecs.some(([payload]) => payload === 101) ? ['a=fmtp:101 0-15'] : []),
    'a=ice-ufrag:abcd',
    'a=ice-pwd:0123456789abcdef01234567',
    'a=candidate:1 1 udp 2130706431 127.0.0.1 40000 typ host',
    `a=fingerprint:sha-256 ${FINGERPRINT}`,
    `a=setup:${parts.setup ?? 'actpass'}`,
    'a=mid:0',
    'a=rtcp-mux',
    `a=${parts.direction ?? 'sendrecv'}`,
    '',
  ].join('\r\n');
}
