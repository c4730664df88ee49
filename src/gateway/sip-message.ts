/**
 * SIP messages as immutable values: parse and print (RFC 3261 section 7; over WebSocket one message is one frame,
 * RFC 7118 section 5). Nothing here throws, whatever comes in.
 */

export interface HeaderField {
  /** Canonical for the headers the gateway works with; others as they came. */
  readonly name: string;
  readonly value: string;
}

export interface SipRequest {
  readonly kind: 'request';
  readonly method: string;
  readonly uri: string;
  readonly headers: readonly HeaderField[];
  readonly body: string;
}

export interface SipResponse {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly HeaderField[];
  readonly body: string;
}

export type SipMessage = SipRequest | SipResponse;

/** What is wrong with a text that is no SIP message; `request` is there when enough was readable for a 400. */
export interface Malformed {
  readonly kind: 'malformed';
  readonly problem: string;
  readonly request: SipRequest | null;
}

/** Limits that keep a hostile message cheap. Bytes, fields, characters. */
export const SIP_LIMITS = { messageBytes: 65_536, headerFields: 200, lineLength: 8_192 } as const;

/** RFC 3261 section 7.3.3 and the registry: one-letter forms. */
const COMPACT: Readonly<Record<string, string>> = {
  a: 'Accept-Contact',
  b: 'Referred-By',
  c: 'Content-Type',
  d: 'Request-Disposition',
  e: 'Content-Encoding',
  f: 'From',
  i: 'Call-ID',
  j: 'Reject-Contact',
  k: 'Supported',
  l: 'Content-Length',
  m: 'Contact',
  o: 'Event',
  r: 'Refer-To',
  s: 'Subject',
  t: 'To',
  u: 'Allow-Events',
  v: 'Via',
  x: 'Session-Expires',
};
const CANONICAL: ReadonlyMap<string, string> = new Map(
  [
    'Via',
    'From',
    'To',
    'Call-ID',
    'CSeq',
    'Contact',
    'Route',
    'Record-Route',
    'Max-Forwards',
    'Content-Length',
    'Content-Type',
    'Expires',
    'Supported',
    'Require',
    'Proxy-Require',
    'Reason',
    'Authorization',
    'Proxy-Authorization',
    'Allow',
    'Event',
    'Refer-To',
    'Date',
  ].map((name) => [name.toLowerCase(), name]),
);
/** Headers that may carry several values in one line (section 7.3.1) and that the gateway reads value by value. */
const LISTS: ReadonlySet<string> = new Set(['Via', 'Route', 'Record-Route', 'Contact']);
/** Headers that exist once; two of them would let two parsers read two things. */
const SINGLE: readonly string[] = [
  'From',
  'To',
  'Call-ID',
  'CSeq',
  'Max-Forwards',
  'Content-Length',
  'Content-Type',
  'Expires',
];
const MANDATORY: readonly string[] = ['Via', 'From', 'To', 'Call-ID', 'CSeq'];

const TOKEN = /^[A-Za-z0-9\-.!%*_+`'~]{1,64}$/;
const REQUEST_LINE = /^([A-Za-z0-9\-.!%*_+`'~]{1,32}) ([^\s<>"]{1,2048}) SIP\/2\.0$/i;
const STATUS_LINE = /^SIP\/2\.0 ([1-6]\d\d)(?: (.{0,200}))?$/i;

function canonicalName(raw: string): string {
  const lower = raw.toLowerCase();
  return COMPACT[lower] ?? CANONICAL.get(lower) ?? raw;
}

/** Splits at commas that stand outside quotes and angle brackets. */
export function splitList(value: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  let depth = 0;
  for (let i = 0; i < value.length; i += 1) {
    const character = value[i];
    if (quoted) {
      if (character === '\\') i += 1;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '<') depth += 1;
    else if (character === '>') depth = Math.max(0, depth - 1);
    else if (character === ',' && depth === 0) {
      parts.push(value.slice(start, i).trim());
      start = i + 1;
    }
  }
  parts.push(value.slice(start).trim());
  return parts.filter((part) => part !== '');
}

function parseHeaders(lines: readonly string[]): HeaderField[] | string {
  const unfolded: string[] = [];
  for (const line of lines) {
    const last = unfolded.length - 1;
    if (/^[ \t]/.test(line)) {
      if (last < 0) return 'a folded line without a header';
      unfolded[last] = `${unfolded[last] ?? ''} ${line.trim()}`;
    } else unfolded.push(line);
  }
  const fields: HeaderField[] = [];
  for (const line of unfolded) {
    if (line.length > SIP_LIMITS.lineLength) return 'a header that is too long';
    const colon = line.indexOf(':');
    const raw = colon < 0 ? '' : line.slice(0, colon).trim();
    if (!TOKEN.test(raw)) return 'a header without a name';
    const name = canonicalName(raw);
    const value = line.slice(colon + 1).trim();
    for (const part of LISTS.has(name) ? splitList(value) : [value]) fields.push({ name, value: part });
    if (fields.length > SIP_LIMITS.headerFields) return 'too many headers';
  }
  return fields;
}

function contentOf(fields: readonly HeaderField[], raw: string): string | null {
  const length = fields.find((field) => field.name === 'Content-Length');
  if (length === undefined) return raw;
  if (!/^\d{1,7}$/.test(length.value)) return null;
  const bytes = Buffer.from(raw, 'utf8');
  const wanted = Number(length.value);
  if (wanted > bytes.length) return null;
  // Section 18.3: what follows the announced length is discarded.
  return wanted === bytes.length ? raw : bytes.subarray(0, wanted).toString('utf8');
}

function problemOf(message: SipMessage): string | null {
  for (const name of MANDATORY) if (headerOf(message, name) === null) return `no ${name}`;
  for (const name of SINGLE) if (headersOf(message, name).length > 1) return `more than one ${name}`;
  const cseq = parseCseq(headerOf(message, 'CSeq') ?? '');
  if (cseq === null) return 'an unreadable CSeq';
  if (message.kind === 'request' && cseq.method !== message.method) return 'a CSeq of another method';
  return null;
}

/** Reads one message. Never throws; what is no message comes back as `malformed` with the reason. */
export function parseSipMessage(text: string): SipMessage | Malformed {
  const bad = (problem: string, request: SipRequest | null = null): Malformed => ({
    kind: 'malformed',
    problem,
    request,
  });
  if (text.length > SIP_LIMITS.messageBytes) return bad('too large');
  const trimmed = text.replace(/^(?:\r\n)+/, '');
  const end = trimmed.indexOf('\r\n\r\n');
  const head = end < 0 ? trimmed.replace(/\r\n$/, '') : trimmed.slice(0, end);
  // A bare CR, LF or NUL would be read as a line end by a more lenient parser further on.
  if (/\r(?!\n)|(?<!\r)\n|\0/.test(head)) return bad('a stray line end');
  const [first = '', ...lines] = head.split('\r\n');
  const request = REQUEST_LINE.exec(first);
  const status = STATUS_LINE.exec(first);
  if (request === null && status === null) return bad('no start line');
  const headers = parseHeaders(lines);
  if (typeof headers === 'string') return bad(headers);
  const body = contentOf(headers, end < 0 ? '' : trimmed.slice(end + 4));
  const message: SipMessage =
    status === null
      ? {
          kind: 'request',
          method: (request?.[1] ?? '').toUpperCase(),
          uri: request?.[2] ?? '',
          headers,
          body: body ?? '',
        }
      : { kind: 'response', status: Number(status[1]), reason: status[2] ?? '', headers, body: body ?? '' };
  const problem = body === null ? 'a wrong Content-Length' : problemOf(message);
  if (problem === null) return message;
  const answerable = message.kind === 'request' && MANDATORY.every((name) => headersOf(message, name).length > 0);
  return bad(problem, answerable ? message : null);
}

/** Prints a message with the Content-Length that its body has. */
export function formatSipMessage(message: SipMessage): string {
  const first =
    message.kind === 'request'
      ? `${message.method} ${message.uri} SIP/2.0`
      : `SIP/2.0 ${message.status} ${message.reason}`;
  const lines = message.headers
    .filter((field) => field.name !== 'Content-Length')
    .map((field) => `${field.name}: ${field.value}`);
  return [first, ...lines, `Content-Length: ${Buffer.byteLength(message.body)}`, '', message.body].join('\r\n');
}

/** The first value of a header, or null. `name` in any case. */
export function headerOf(message: SipMessage, name: string): string | null {
  const lower = name.toLowerCase();
  return message.headers.find((field) => field.name.toLowerCase() === lower)?.value ?? null;
}

/** All values of a header, top first. */
export function headersOf(message: SipMessage, name: string): string[] {
  const lower = name.toLowerCase();
  return message.headers.filter((field) => field.name.toLowerCase() === lower).map((field) => field.value);
}

/** The message without any of these headers. */
export function withoutHeaders<M extends SipMessage>(message: M, ...names: readonly string[]): M {
  const lower = names.map((name) => name.toLowerCase());
  return { ...message, headers: message.headers.filter((field) => !lower.includes(field.name.toLowerCase())) };
}

/** The message with one value of this header, in the place where the first one stood, or at the end. */
export function withHeader<M extends SipMessage>(message: M, name: string, value: string): M {
  const lower = name.toLowerCase();
  const at = message.headers.findIndex((field) => field.name.toLowerCase() === lower);
  if (at < 0) return { ...message, headers: [...message.headers, { name, value }] };
  const kept = message.headers.filter((field, index) => index === at || field.name.toLowerCase() !== lower);
  return { ...message, headers: kept.map((field, index) => (index === at ? { name, value } : field)) };
}

/** The message with a value put on top of this header's stack. */
export function withTopHeader<M extends SipMessage>(message: M, name: string, value: string): M {
  return { ...message, headers: [{ name, value }, ...message.headers] };
}

/** The message without the topmost value of this header. */
export function withoutTopHeader<M extends SipMessage>(message: M, name: string): M {
  const lower = name.toLowerCase();
  const at = message.headers.findIndex((field) => field.name.toLowerCase() === lower);
  return { ...message, headers: message.headers.filter((_, index) => index !== at) };
}

/** Reads `314159 INVITE`; null when it is none (the number is below 2^31, section 8.1.1.5). */
export function parseCseq(value: string): { readonly number: number; readonly method: string } | null {
  const match = /^(\d{1,10})\s+([A-Za-z0-9\-.!%*_+`'~]{1,32})$/.exec(value);
  const number = Number(match?.[1]);
  return match?.[2] === undefined || number >= 2 ** 31 ? null : { number, method: match[2].toUpperCase() };
}
