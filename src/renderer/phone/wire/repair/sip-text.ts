/** A tolerant reader of SIP text (RFC 3261 section 7): it reads what others write, and never throws. */

/** One header line, unfolded. */
export interface SipHeader {
  /** In lower case and in full: `v` is `via`. */
  readonly name: string;
  readonly value: string;
}

/** A message as it was written; nothing is judged yet. */
export interface SipMessage {
  readonly kind: 'request' | 'response';
  /** Of a request; of a response the method that its CSeq names, in both cases as written. */
  readonly method: string;
  /** The Request-URI as written, without the blanks in it and the brackets around it; empty in a response. */
  readonly uri: string;
  /** `2.0`; empty when the start line names none. */
  readonly version: string;
  /** 0 in a request. */
  readonly status: number;
  readonly phrase: string;
  readonly headers: readonly SipHeader[];
  readonly body: string;
  /** What JsSIP would not read about lines; legal or not. */
  readonly oddLines: ReadonlySet<OddLine>;
}

export type OddLine =
  | 'line-ends' // LF or CR alone
  | 'no-blank-line' // the head does not end
  | 'blank-start' // empty lines in front
  | 'start-line' // blanks, brackets or letters' case in the start line
  | 'folded' // continued lines: legal
  | 'compact' // short names that JsSIP does not know: legal
  | 'no-colon' // a line that is no header
  | 'control'; // control characters

/** RFC 3261 section 7.3.3 and the IANA registry. */
const COMPACT: ReadonlyMap<string, string> = new Map([
  ['a', 'accept-contact'],
  ['b', 'referred-by'],
  ['c', 'content-type'],
  ['d', 'request-disposition'],
  ['e', 'content-encoding'],
  ['f', 'from'],
  ['i', 'call-id'],
  ['j', 'reject-contact'],
  ['k', 'supported'],
  ['l', 'content-length'],
  ['m', 'contact'],
  ['n', 'identity-info'],
  ['o', 'event'],
  ['r', 'refer-to'],
  ['s', 'subject'],
  ['t', 'to'],
  ['u', 'allow-events'],
  ['v', 'via'],
  ['x', 'session-expires'],
  ['y', 'identity'],
]);
/** Those that JsSIP reads as well. */
const COMPACT_OF_JSSIP = /^[cfilmortvx]$/;
const SPECIAL_NAMES: ReadonlyMap<string, string> = new Map([
  ['call-id', 'Call-ID'],
  ['cseq', 'CSeq'],
  ['www-authenticate', 'WWW-Authenticate'],
  ['rack', 'RAck'],
  ['rseq', 'RSeq'],
  ['min-se', 'Min-SE'],
]);
const TOKEN = /^[A-Za-z0-9\-.!%*_+`'~]+$/;
/** Control characters but tab and the ends of lines. */
const CONTROL = /[^\P{Cc}\t\r\n]/u;
const CONTROLS = /[^\P{Cc}\t\r\n]+/gu;
const END_OF_HEAD = /(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r(?!\n))/;

/** True for a token (RFC 3261 section 25.1). */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** A header's name as it is written on the wire: `Call-ID`. */
export function headerLabel(name: string): string {
  return SPECIAL_NAMES.get(name) ?? name.replace(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

function readStart(line: string): Pick<SipMessage, 'kind' | 'method' | 'uri' | 'version' | 'status' | 'phrase'> | null {
  const response = /^SIP\s*\/\s*(\d+\.\d+)\s+(\d+)(?:\s(.*))?$/i.exec(line);
  if (response !== null) {
    const [, version = '', status = '', phrase = ''] = response;
    return { kind: 'response', method: '', uri: '', version, status: Number(status), phrase: phrase.trim() };
  }
  const request = /^([^\s:]+)\s+(.*\S)\s*$/.exec(line);
  if (request === null) return null;
  const [, method = '', rest = ''] = request;
  const versioned = /^(.*?)\s*SIP\s*\/\s*(\d+(?:\.\d+)?)$/i.exec(rest);
  const uri = (versioned?.[1] ?? rest).replace(/\s+/g, '').replace(/^<(.*)>$/, '$1');
  if (versioned === null && !/^[a-z][a-z0-9+.-]*:/i.test(uri)) return null;
  return { kind: 'request', method, uri, version: versioned?.[2] ?? '', status: 0, phrase: '' };
}

/** Exactly as RFC 3261 section 7.1 and 7.2 write it. */
const isPlainStart = (line: string): boolean =>
  /^SIP\/2\.0 \d{3} /.test(line) || /^[^\s:]+ [^\s<>]+ SIP\/\d+\.\d+$/.test(line);

/** The message that was read last: flow, socket, room and stack read the same text one after the other. */
let newest: { readonly text: string; readonly message: SipMessage | null } = { text: '', message: null };

/** Reads a whole message; null when it has no start line of SIP. Of more than 500 headers the first are read. */
export function readSip(text: string): SipMessage | null {
  if (newest.text !== text) newest = { text, message: read(text) };
  return newest.message;
}

/** Later lines are left out, but for those without which no answer finds its way (RFC 3261 section 8.2.6.2). */
const MOST_LINES = 500;
const IDENTIFIES = /^(?:v|via|f|from|t|to|i|call-id|cseq|l|content-length)[ \t]*:/i;

function read(text: string): SipMessage | null {
  const odd = new Set<OddLine>();
  const start = /^[\s\ufeff]*/.exec(text)?.[0].length ?? 0;
  if (start > 0) odd.add('blank-start');
  const rest = start === 0 ? text : text.slice(start);
  const crlf = rest.indexOf('\r\n\r\n');
  const isPlain = crlf !== -1 && !/(?:^|[^\r])\n|\r(?!\n)/.test(rest.slice(0, crlf));
  let head: string;
  let body: string;
  if (isPlain) {
    head = rest.slice(0, crlf);
    body = rest.slice(crlf + 4);
  } else {
    odd.add('line-ends');
    const end = END_OF_HEAD.exec(rest);
    if (end === null) odd.add('no-blank-line');
    head = end === null ? rest : rest.slice(0, end.index);
    body = end === null ? '' : rest.slice(end.index + end[0].length);
  }
  if (CONTROL.test(head)) {
    odd.add('control');
    head = head.replace(CONTROLS, '');
  }
  const lines: string[] = [];
  for (const line of head.split(/\r\n|\n|\r/)) {
    if (/^[ \t]/.test(line) && lines.length > 1) {
      odd.add('folded');
      lines.push(`${lines.pop() ?? ''} ${line.trim()}`);
    } else if (lines.length <= MOST_LINES || IDENTIFIES.test(line)) lines.push(line);
  }
  const first = lines[0] ?? '';
  const started = readStart(first.trim());
  if (started === null) return null;
  if (!isPlainStart(first)) odd.add('start-line');
  const headers: SipHeader[] = [];
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':');
    const written = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    if (!TOKEN.test(written)) {
      if (line.trim() !== '') odd.add('no-colon');
      continue;
    }
    if (written.length === 1 && COMPACT.has(written) && !COMPACT_OF_JSSIP.test(written)) odd.add('compact');
    headers.push({ name: COMPACT.get(written) ?? written, value: line.slice(colon + 1).trim() });
  }
  const cseq = headers.find(({ name }) => name === 'cseq')?.value ?? '';
  const method = started.kind === 'request' ? started.method : (/^\d+\s+(\S+)/.exec(cseq)?.[1] ?? '');
  return { ...started, method, headers, body, oddLines: odd };
}

/** The values of a header, one for each line. */
export function valuesOf(message: Pick<SipMessage, 'headers'>, name: string): string[] {
  return message.headers.filter((header) => header.name === name).map(({ value }) => value);
}

/** The first value of a header, or an empty text. */
export function valueOf(message: Pick<SipMessage, 'headers'>, name: string): string {
  return message.headers.find((header) => header.name === name)?.value ?? '';
}

/** Writes a message: its start line, its headers in order, its body with the Content-Length of it. */
export function writeSip(startLine: string, headers: readonly SipHeader[], body: string): string {
  const lines = headers.map(({ name, value }) => `${headerLabel(name)}: ${value}`);
  return [startLine, ...lines, `Content-Length: ${byteLength(body)}`, '', body].join('\r\n');
}

/** Bytes of the text in UTF-8. */
export function byteLength(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 0x800) bytes += code >= 0xd800 && code <= 0xdfff ? 1 : 2;
    else if (code >= 0x80) bytes += 1;
  }
  return bytes;
}
