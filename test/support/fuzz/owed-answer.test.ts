/** The judge of the fuzz test is judged itself. */
import { describe, expect, it } from 'vitest';
import { owedAnswer } from './owed-answer';

const of = (start: string, ...headers: readonly string[]): string => [start, ...headers, '', ''].join('\r\n');
const VIA = 'Via: SIP/2.0/WS h;branch=z9hG4bKa';

describe('which message owes an answer', () => {
  it.each([
    ['a request', of('INVITE sip:a@b SIP/2.0', VIA, 'CSeq: 1 INVITE'), { method: 'INVITE', branch: 'z9hG4bKa' }],
    [
      'compact and folded',
      of('X sip:a SIP/2.0', 'v :', ' SIP / 2.0 / UDP h', 'cseq:1 X'),
      { method: 'X', branch: null },
    ],
    ['after empty lines', `\r\n\r\n${of('BYE * SIP/2.0', VIA, 'CSeq: 1 BYE')}`, { method: 'BYE', branch: 'z9hG4bKa' }],
    ['another version', of('OPTIONS sip:a SIP/7.0', VIA, 'CSeq: 1 INVITE'), { method: 'OPTIONS', branch: 'z9hG4bKa' }],
    ['an ACK', of('ACK sip:a@b SIP/2.0', VIA, 'CSeq: 1 ACK'), null],
    ['a response', of('SIP/2.0 200 OK', VIA, 'CSeq: 1 INVITE'), null],
    ['no Via', of('BYE sip:a@b SIP/2.0', 'CSeq: 1 BYE'), null],
    ['no CSeq', of('BYE sip:a@b SIP/2.0', VIA), null],
    ['a CSeq without a number', of('BYE sip:a@b SIP/2.0', VIA, 'CSeq: BYE'), null],
    ['lines that end in LF', of('BYE sip:a@b SIP/2.0', VIA, 'CSeq: 1 BYE').replaceAll('\r\n', '\n'), null],
    ['nothing', '', null],
  ])('%s', (_name, wire, expected) => {
    expect(owedAnswer(wire)).toEqual(expected);
  });
});
