/** Changes to a message at the level of header fields and bodies. See mutations.ts. */
import { escaped, HUGE_NUMBERS, NUMBERS, oneOf, upTo, type Mutation, type Random } from './text-mutations';

const COMPACT: Readonly<Record<string, string>> = {
  via: 'v',
  from: 'f',
  to: 't',
  'call-id': 'i',
  contact: 'm',
  'content-length': 'l',
  'content-type': 'c',
  supported: 'k',
  subject: 's',
  'refer-to': 'r',
  event: 'o',
};
const HEADERS = [
  ...[
    'Require: nothingSupportsThis',
    'Require: 100rel',
    'Replaces: a;to-tag=b;from-tag=c',
    'Replaces: ',
    'Session-Expires: 5',
    'Session-Expires: x',
  ],
  ...[
    'Min-SE: 999999999',
    'Content-Encoding: gzip',
    'Content-Type: multipart/mixed',
    'Content-Type: ',
    'Record-Route: sip:proxy.example.com',
    'Route: <sip:x',
  ],
  ...[
    'Retry-After: 99999999999',
    'Expires: -5',
    'Contact: *',
    'Contact: ',
    'Via: ',
    'From: ',
    'CSeq: ',
    'Max-Forwards: -1',
    'P-Asserted-Identity: "',
    'Reason: Q.850;cause=x;text="',
  ],
  ...[
    'WWW-Authenticate: Digest',
    'Proxy-Authenticate: x y="',
    'Allow-Events: \xff',
    'constructor: 1',
    '__proto__: 1',
    ': nameless',
    'no colon at all',
    ' folded from nowhere',
    'X'.repeat(5_000),
  ],
];

/** Head lines, and what follows the first empty line. */
function split(wire: string): { readonly lines: string[]; readonly rest: string } {
  const end = wire.indexOf('\r\n\r\n');
  return end < 0
    ? { lines: wire.split('\r\n'), rest: '' }
    : { lines: wire.slice(0, end).split('\r\n'), rest: wire.slice(end) };
}
const onLines =
  (change: (lines: string[], at: number, random: Random) => string[]) =>
  (wire: string, random: Random): string => {
    const { lines, rest } = split(wire);
    return change(lines, lines.length < 2 ? 0 : 1 + upTo(random, lines.length - 1), random).join('\r\n') + rest;
  };
const onLine = (change: (name: string, value: string, random: Random) => string) =>
  onLines((lines, at, random) => {
    const line = lines[at] ?? '';
    const colon = line.indexOf(':');
    return colon < 0 ? lines : lines.with(at, change(line.slice(0, colon), line.slice(colon + 1).trim(), random));
  });

export const headers: readonly Mutation[] = [
  { name: 'drop a header', apply: onLines((lines, at) => lines.toSpliced(at, 1)) },
  { name: 'double a header', apply: onLines((lines, at) => lines.toSpliced(at, 0, lines[at] ?? '')) },
  {
    name: 'copy a header often',
    apply: onLines((lines, at, random) =>
      lines.toSpliced(at, 0, ...Array.from({ length: upTo(random, 600) }, () => lines[at] ?? '')),
    ),
  },
  {
    name: 'swap headers',
    apply: onLines((lines, at, random) => {
      const other = upTo(random, lines.length);
      return lines.with(at, lines[other] ?? '').with(other, lines[at] ?? '');
    }),
  },
  { name: 'reverse headers', apply: onLines((lines) => [lines[0] ?? '', ...lines.slice(1).reverse()]) },
  { name: 'fold a header', apply: onLine((name, value) => `${name}:\r\n ${value.replaceAll(/[;,] ?/g, '$&\r\n\t')}`) },
  {
    name: 'compact a header',
    apply: onLine((name, value) => `${COMPACT[name.toLowerCase()] ?? name.slice(0, 1)}:${value}`),
  },
  { name: 'space out a header', apply: onLine((name, value) => `${name} \t :  \t${value}   `) },
  { name: 'empty a header', apply: onLine((name) => `${name}:`) },
  {
    name: 'blow up a header',
    apply: onLine(
      (name, value, random) =>
        `${name}: ${value}${oneOf(random, [';x=y', ',a', ' ', 'a', '"', '\\', '<', '%41', '\xff']).repeat(upTo(random, 80_000))}`,
    ),
  },
  { name: 'list a value twice', apply: onLine((name, value) => `${name}: ${value}, ${value}`) },
  { name: 'take away the brackets', apply: onLine((name, value) => `${name}: ${value.replaceAll(/[<>]/g, '')}`) },
  {
    name: 'escape a value',
    apply: onLine((name, value) => `${name}: ${escaped(value)}`),
  },
  {
    name: 'rename a header',
    apply: onLine(
      (_name, value, random) =>
        `${oneOf(random, ['Via', 'From', 'To', 'Contact', 'CSeq', 'Call-ID', 'Content-Length', 'X-Other', 'v', 'm'])}: ${value}`,
    ),
  },
  { name: 'add a header', apply: onLines((lines, at, random) => lines.toSpliced(at, 0, oneOf(random, HEADERS))) },
  { name: 'drop the start line', apply: onLines((lines) => lines.slice(1)) },
  { name: 'put lines before', apply: (wire, random) => '\r\n'.repeat(1 + upTo(random, 5)) + wire },
];

const bodyOf = (wire: string): { readonly head: string; readonly body: string } => {
  const end = wire.indexOf('\r\n\r\n');
  return end < 0 ? { head: wire, body: '' } : { head: wire.slice(0, end), body: wire.slice(end + 4) };
};
/** Puts the body in place of the old one, and tells its length unless the mutation is about that. */
const withBody = (head: string, body: string): string =>
  `${head.replace(/^(Content-Length|l) *:.*$/im, `$1: ${body.length}`)}\r\n\r\n${body}`;
const onBody =
  (change: (body: string, random: Random) => string) =>
  (wire: string, random: Random): string => {
    const { head, body } = bodyOf(wire);
    return withBody(head, change(body, random));
  };
const onBodyLines = (change: (lines: string[], at: number, random: Random) => string[]) =>
  onBody((body, random) => {
    const lines = body.split('\r\n');
    return change(lines, upTo(random, lines.length), random).join('\r\n');
  });
const SDP_LINES = [
  ...[
    'm=audio 0 RTP/AVP 0',
    'm=video 9 UDP/TLS/RTP/SAVPF 96',
    'm=image 9 udptl t38',
    'm=audio',
    'm=',
    'a=',
    'a=rtpmap:',
    'a=rtpmap:x y/z',
  ],
  ...[
    'c=IN IP4 0.0.0.0',
    'c=IN IP6 ::',
    'c=',
    'a=inactive',
    'a=sendonly',
    's=',
    'v=9',
    't=',
    'b=AS:-1',
    'a=crypto:1 x inline:y',
    'a=setup:none',
  ],
  ...[
    'a=candidate:',
    'a=candidate:1 1 udp 1 x.local 9 typ host',
    'a=fingerprint:sha-256 00',
    'a=group:BUNDLE 0 1 2',
    'a=mid:',
    'a=fmtp:999 x',
    '\xff\xfe',
    'z'.repeat(3_000),
  ],
];

export const bodies: readonly Mutation[] = [
  { name: 'drop the body', apply: onBody(() => '') },
  { name: 'cut the body', apply: onBody((body, random) => body.slice(0, upTo(random, body.length))) },
  { name: 'drop a body line', apply: onBodyLines((lines, at) => lines.toSpliced(at, 1)) },
  { name: 'double a body line', apply: onBodyLines((lines, at) => lines.toSpliced(at, 0, lines[at] ?? '')) },
  {
    name: 'copy a body line often',
    apply: onBodyLines((lines, at, random) =>
      lines.toSpliced(at, 0, ...Array.from({ length: upTo(random, 3_000) }, () => lines[at] ?? '')),
    ),
  },
  {
    name: 'swap body lines',
    apply: onBodyLines((lines, at, random) => {
      const other = upTo(random, lines.length);
      return lines.with(at, lines[other] ?? '').with(other, lines[at] ?? '');
    }),
  },
  {
    name: 'add a body line',
    apply: onBodyLines((lines, at, random) => lines.toSpliced(at, 0, oneOf(random, SDP_LINES))),
  },
  { name: 'end body lines otherwise', apply: onBody((body) => body.replaceAll('\r\n', '\n')) },
  {
    name: 'make the body binary',
    apply: onBody((_body, random) =>
      Array.from({ length: upTo(random, 500) }, () => String.fromCharCode(upTo(random, 256))).join(''),
    ),
  },
  {
    name: 'wrap the body in a multipart',
    apply: (wire, random) => {
      const { head, body } = bodyOf(wire);
      const type = /^(?:Content-Type|c) *: *(.*)$/im.exec(head)?.[1] ?? 'text/plain';
      const wrapped = `--b\r\nContent-Type: ${type}\r\n\r\n${body}\r\n${oneOf(random, ['--b--\r\n', '--b\r\n\r\nx\r\n--b--', '', '--c--'])}`;
      const typed = head.replace(
        /^(Content-Type|c) *:.*$/im,
        `$1: multipart/${oneOf(random, ['mixed', 'alternative', 'related', 'signed', ''])};boundary=${oneOf(random, ['b', '"b"', '', '"'])}`,
      );
      return withBody(typed, wrapped);
    },
  },
  {
    name: 'lie about the length',
    apply: (wire, random) =>
      wire.replace(
        /^(Content-Length|l) *:.*$/im,
        `$1: ${oneOf(random, [...NUMBERS, ...HUGE_NUMBERS, '10', 'abc', '5, 7'])}`,
      ),
  },
  {
    name: 'change the type',
    apply: (wire, random) =>
      wire.replace(
        /^(Content-Type|c) *:.*$/im,
        `$1: ${oneOf(random, ['text/html', 'application/sdp;charset="', 'APPLICATION/SDP', 'application', '/', 'application/sdp,application/sdp', 'message/sipfrag', ''])}`,
      ),
  },
];
