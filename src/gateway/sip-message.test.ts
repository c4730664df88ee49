import { describe, expect, it } from 'vitest';
import {
  formatSipMessage,
  headerOf,
  headersOf,
  parseCseq,
  parseSipMessage,
  SIP_LIMITS,
  splitList,
  withHeader,
  withoutHeaders,
  withoutTopHeader,
  withTopHeader,
  type SipRequest,
} from './sip-message';

const LINES = [
  'Via: SIP/2.0/WS a.invalid;branch=z9hG4bK1',
  'From: "A" <sip:a@x>;tag=1',
  'To: <sip:b@x>',
  'Call-ID: c1',
  'CSeq: 7 INVITE',
  'Max-Forwards: 70',
];
const wire = (lines: readonly string[] = LINES, body = '', first = 'INVITE sip:b@x SIP/2.0'): string =>
  [first, ...lines, '', body].join('\r\n');

function request(text: string): SipRequest {
  const message = parseSipMessage(text);
  if (message.kind !== 'request') throw new Error(`no request: ${JSON.stringify(message)}`);
  return message;
}
const problemOf = (text: string): string => {
  const message = parseSipMessage(text);
  return message.kind === 'malformed' ? message.problem : 'none';
};

describe('parsing', () => {
  it('reads a request and prints it back', () => {
    const message = request(wire([...LINES, 'X-Own: kept As Is'], 'v=0\r\n'));
    expect(message).toMatchObject({ method: 'INVITE', uri: 'sip:b@x', body: 'v=0\r\n' });
    expect(headerOf(message, 'x-own')).toBe('kept As Is');
    expect(parseSipMessage(formatSipMessage(message))).toEqual({
      ...message,
      headers: [...message.headers, { name: 'Content-Length', value: '5' }],
    });
  });

  it('reads a response', () => {
    expect(parseSipMessage(wire(LINES, '', 'SIP/2.0 486 Busy Here'))).toMatchObject({
      kind: 'response',
      status: 486,
      reason: 'Busy Here',
    });
    expect(parseSipMessage(wire(LINES, '', 'SIP/2.0 200'))).toMatchObject({
      kind: 'response',
      status: 200,
      reason: '',
    });
  });

  it('reads compact forms, any case, folding, and spaces before the colon', () => {
    const message = request(
      wire([
        'v: SIP/2.0/WS a;branch=z9hG4bK1',
        'f: <sip:a@x>;tag=1',
        'T : <sip:b@x>',
        'i:c1',
        'cseq: 7',
        '\t INVITE',
        'K: outbound',
      ]),
    );
    expect(headerOf(message, 'Call-ID')).toBe('c1');
    expect(headerOf(message, 'CSeq')).toBe('7 INVITE');
    expect(headerOf(message, 'supported')).toBe('outbound');
  });

  it('takes lists in one line apart, but not at commas in quotes or brackets', () => {
    const message = request(
      wire([
        'Via: SIP/2.0/WS a;branch=z9hG4bK1, SIP/2.0/WS b;branch=z9hG4bK2',
        ...LINES.slice(1),
        'Route: <sip:p1;lr>,<sip:p2;x="a,b";lr>',
        'Contact: "Doe, \\"J\\", Jr" <sip:a,b@x>, <sip:c@x>',
      ]),
    );
    expect(headersOf(message, 'Via')).toHaveLength(2);
    expect(headersOf(message, 'Route')).toEqual(['<sip:p1;lr>', '<sip:p2;x="a,b";lr>']);
    expect(headersOf(message, 'Contact')).toEqual(['"Doe, \\"J\\", Jr" <sip:a,b@x>', '<sip:c@x>']);
    expect(splitList(' , a,,b ')).toEqual(['a', 'b']);
  });

  it('holds the body to its Content-Length, in bytes', () => {
    expect(request(wire([...LINES, 'l: 4'], '\u00e9\u00e9')).body).toBe('\u00e9\u00e9');
    expect(request(wire([...LINES, 'Content-Length: 2'], 'abcd')).body).toBe('ab');
    expect(problemOf(wire([...LINES, 'Content-Length: 5'], 'abcd'))).toBe('a wrong Content-Length');
    expect(problemOf(wire([...LINES, 'Content-Length: -1'], 'abcd'))).toBe('a wrong Content-Length');
    expect(formatSipMessage({ ...request(wire()), body: '\u00e9' })).toContain('Content-Length: 2\r\n\r\n\u00e9');
  });

  it.each([
    ['nothing', '', 'no start line'],
    ['another version', wire(LINES, '', 'INVITE sip:b@x SIP/3.0'), 'no start line'],
    ['a URI with brackets', wire(LINES, '', 'INVITE <sip:b@x> SIP/2.0'), 'no start line'],
    ['a status that is none', wire(LINES, '', 'SIP/2.0 999 Odd'), 'no start line'],
    ['a bare LF, that hides a header', wire([...LINES, 'X: a\nAuthorization: b']), 'a stray line end'],
    ['a bare CR', wire([...LINES, 'X: a\rb']), 'a stray line end'],
    ['NUL', wire([...LINES, 'X: a\0b']), 'a stray line end'],
    ['a header without a name', wire([...LINES, ': x']), 'a header without a name'],
    ['a line without a colon', wire([...LINES, 'nonsense']), 'a header without a name'],
    ['two From', wire([...LINES, 'f: <sip:evil@x>;tag=2']), 'more than one From'],
    ['two Content-Length', wire([...LINES, 'Content-Length: 0', 'l: 0']), 'more than one Content-Length'],
    ['no Call-ID', wire(LINES.filter((line) => !line.startsWith('Call-ID'))), 'no Call-ID'],
    [
      'the CSeq of another method',
      wire(LINES.map((line) => line.replace('7 INVITE', '7 BYE'))),
      'a CSeq of another method',
    ],
    ['a CSeq too high', wire(LINES.map((line) => line.replace('7 INVITE', '2147483648 INVITE'))), 'an unreadable CSeq'],
    ['a long line', wire([...LINES, `X: ${'a'.repeat(SIP_LIMITS.lineLength)}`]), 'a header that is too long'],
    [
      'many headers',
      wire([...LINES, ...Array.from({ length: SIP_LIMITS.headerFields }, () => 'X: a')]),
      'too many headers',
    ],
    ['many values in few lines', wire([...LINES, `Route: ${'<sip:a>,'.repeat(300)}`]), 'too many headers'],
    ['too much', wire(LINES, 'x'.repeat(SIP_LIMITS.messageBytes)), 'too large'],
  ])('refuses %s', (_, text, problem) => {
    expect(problemOf(text)).toBe(problem);
  });

  it('hands out what can be answered with 400, and nothing less', () => {
    expect(parseSipMessage(wire([...LINES, 'Content-Length: 9']))).toMatchObject({
      kind: 'malformed',
      request: { method: 'INVITE' },
    });
    expect(parseSipMessage(wire(LINES.slice(1)))).toMatchObject({ kind: 'malformed', request: null });
    expect(parseSipMessage(wire([...LINES, 'Content-Length: 9'], '', 'SIP/2.0 200 OK'))).toMatchObject({
      request: null,
    });
  });
});

describe('changing', () => {
  it('leaves the original alone', () => {
    const message = request(wire());
    const before = structuredClone(message);
    const top = withTopHeader(message, 'Via', 'SIP/2.0/WS p;branch=z9hG4bKp');
    expect(headersOf(top, 'via')).toHaveLength(2);
    expect(withoutTopHeader(top, 'via').headers).toEqual(message.headers);
    expect(headersOf(withHeader(top, 'via', 'one'), 'Via')).toEqual(['one']);
    expect(headerOf(withHeader(message, 'Expires', '1'), 'expires')).toBe('1');
    expect(headerOf(withoutHeaders(message, 'FROM'), 'From')).toBeNull();
    expect(message).toEqual(before);
  });

  it('reads CSeq', () => {
    expect(parseCseq('10  invite')).toEqual({ number: 10, method: 'INVITE' });
    expect(parseCseq('INVITE')).toBeNull();
  });
});

describe('hostile input', () => {
  /** A small generator with a seed (mulberry32): a failure can be repeated. */
  function random(seed: number): () => number {
    let state = seed;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  }
  const pieces = [
    '\r\n',
    '\n',
    '\0',
    ':',
    ';',
    ',',
    '<',
    '>',
    '"',
    '\\',
    ' ',
    '\t',
    '@',
    '%',
    '\u{1f4de}',
    '\ud800',
    'Via',
    'SIP/2.0',
    'Content-Length: 99999',
    'a'.repeat(500),
  ];

  it('never makes it throw, and what it takes for a message it can print and read again', () => {
    const next = random(7118);
    const pick = (length: number): number => Math.floor(next() * length);
    const seed = wire(
      [
        ...LINES,
        'Record-Route: <sip:t@x;lr>',
        'Contact: <sip:c@x>;expires=3;+sip.instance="<urn:uuid:1>"',
        'Content-Length: 5',
      ],
      'v=0\r\n',
    );
    let taken = 0;
    for (let round = 0; round < 20_000; round += 1) {
      let text = seed;
      for (let change = 0; change <= pick(4); change += 1) {
        const at = pick(text.length + 1);
        const piece = pieces[pick(pieces.length)] ?? '';
        text =
          next() < 0.5 ? text.slice(0, at) + piece + text.slice(at) : text.slice(0, at) + text.slice(at + 1 + pick(20));
      }
      const message = parseSipMessage(text);
      if (message.kind === 'malformed') continue;
      taken += 1;
      const again = parseSipMessage(formatSipMessage(message));
      expect(again.kind, text).toBe(message.kind);
      if (again.kind !== 'malformed') expect(headersOf(again, 'From'), text).toEqual(headersOf(message, 'From'));
    }
    expect(taken).toBeGreaterThan(1000);
  });
});
