/** What JsSIP writes, with the far end's own words in it again, and what RFC 3261 wants beside (pure). */
import { restored } from './alias';
import { readNameAddr, readUri } from './address';
import { ALLOW } from './answer';
import { headerLabel, valueOf, valuesOf, type SipMessage } from './sip-text';
import { tagOf } from './transaction';
import { splitLists } from './values';

const TARGET_REFRESH: ReadonlySet<string> = new Set(['NOTIFY', 'REFER', 'SUBSCRIBE']);
const headOf = (text: string): readonly [readonly string[], string] => {
  const end = text.indexOf('\r\n\r\n');
  return end === -1 ? [text.split('\r\n'), ''] : [text.slice(0, end).split('\r\n'), text.slice(end)];
};
const nameOf = (line: string): string =>
  line
    .slice(0, Math.max(line.indexOf(':'), 0))
    .trim()
    .toLowerCase();
const toSips = (line: string): string => (nameOf(line) === 'contact' ? line.replace(/<sip:/i, '<sips:') : line);

/** RFC 3261 section 12.2.1.1: the first route is a strict one, and the remote target goes to the end. */
function strictlyRouted(lines: readonly string[]): readonly string[] {
  const routes = splitLists(
    lines.filter((line) => nameOf(line) === 'route').map((line) => line.replace(/^[^:]*:/, '')),
  );
  const [first] = routes;
  const top = first === undefined ? null : readNameAddr(first);
  const uri = top === null ? null : readUri(top.uri);
  if (top === null || uri === null || uri.parameters.some(({ name }) => name === 'lr')) return lines;
  const [start = ''] = lines;
  const [, method = '', target = ''] = /^(\S+) (\S+) /.exec(start) ?? [];
  if (method === '') return lines;
  const rest = lines.slice(1).filter((line) => nameOf(line) !== 'route');
  const next = top.uri.replace(/\?.*$/s, '').replace(/;method=[^;]*/i, '');
  return [
    `${method} ${next} SIP/2.0`,
    ...[...routes.slice(1), `<${target}>`].map((route) => `Route: ${route}`),
    ...rest,
  ];
}

/** A request of JsSIP's as it leaves. `contact` is our own Contact value. */
export function requestOnTheWire(text: string, contact: string): string {
  const [head, body] = headOf(text);
  let lines: readonly string[] = head.map((line) => (nameOf(line) === 'allow' ? ALLOW : restored(line)));
  const [, method = '', uri = ''] = /^(\S+) (\S+) /.exec(lines[0] ?? '') ?? [];
  if (TARGET_REFRESH.has(method) && !lines.some((line) => nameOf(line) === 'contact'))
    lines = [...lines, `Contact: ${contact}`];
  if (/^sips:/i.test(uri)) lines = lines.map(toSips);
  return `${strictlyRouted(lines).join('\r\n')}${body}`;
}

/** True: the answers to this request carry a Contact with sips (RFC 3261 section 12.1.1). */
function wantsSips(request: SipMessage): boolean {
  if (readUri(request.uri)?.scheme === 'sips') return true;
  const [route] = splitLists(valuesOf(request, 'record-route'));
  const top = readNameAddr(route ?? valueOf(request, 'contact'));
  return top !== null && readUri(top.uri)?.scheme === 'sips';
}

const COPIED: ReadonlySet<string> = new Set(['via', 'from', 'to', 'call-id', 'cseq', 'record-route']);

/** A response of JsSIP's as it leaves: with the lines of the request that it answers as they came. */
export function responseOnTheWire(text: string, response: SipMessage, request: SipMessage | null): string {
  const [head, body] = headOf(text);
  const { status, method } = response;
  const [start = '', ...more] = head;
  const lines = request === null ? more.map(restored) : more.filter((line) => !COPIED.has(nameOf(line)));
  const copied: string[] = [];
  if (request !== null) {
    const all = (name: string): string[] => valuesOf(request, name).map((value) => `${headerLabel(name)}: ${value}`);
    const tag = tagOf(request, 'to') === null ? tagOf(response, 'to') : null;
    if (valuesOf(response, 'record-route').length > 0) copied.push(...all('record-route'));
    copied.push(...all('via'));
    copied.push(...all('to').map((line) => (tag === null ? line : `${line};tag=${tag}`)));
    copied.push(...all('from'), ...all('call-id'), ...all('cseq'));
  }
  const isTold = lines.some((line) => nameOf(line) === 'allow');
  const allows = !isTold && ((status >= 200 && status < 300 && method === 'INVITE') || status === 405);
  const shown = lines.map((line) => (nameOf(line) === 'allow' ? ALLOW : line));
  const secure = request !== null && wantsSips(request) ? shown.map(toSips) : shown;
  return `${[start, ...copied, ...(allows ? [ALLOW] : []), ...secure].join('\r\n')}${body}`;
}
