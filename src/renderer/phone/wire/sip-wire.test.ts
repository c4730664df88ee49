import { describe, expect, it } from 'vitest';
import { isProbeBranch, localResponse, optionsProbe, peek } from './sip-wire';

const invite = [
  'INVITE sip:1002@h SIP/2.0',
  'v: SIP/2.0/WS a.invalid;branch=z9hG4bKtop',
  'Via: SIP/2.0/WS b.invalid;branch=z9hG4bKbelow',
  'f: "A" <sip:1001@h>;tag=1',
  't: <sip:1002@h>',
  'i: call-1',
  'CSeq: 7 INVITE',
  'Subject: folded',
  ' over two lines',
  '',
  'v=0',
].join('\r\n');

describe('peek', () => {
  it('reads a request, compact names and folded lines included', () => {
    const message = peek(invite);
    expect(message).toMatchObject({
      kind: 'request',
      method: 'INVITE',
      status: 0,
      branch: 'z9hG4bKtop',
      callId: 'call-1',
      inDialog: false,
    });
    expect(message?.headers('via')).toHaveLength(2);
    expect(message?.headers('subject')).toEqual(['folded over two lines']);
  });
  it('reads a response', () => {
    expect(
      peek('SIP/2.0 486 Busy Here\r\nVia: SIP/2.0/WS a;branch=z9\r\nTo: <sip:x>;tag=9\r\nCSeq: 7 INVITE\r\n\r\n'),
    ).toMatchObject({ kind: 'response', method: 'INVITE', status: 486, phrase: 'Busy Here', inDialog: true });
  });
  it.each(['', '\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n', '{"json":1}'])('is null for %j', (text) => {
    expect(peek(text)).toBeNull();
  });
});

describe('localResponse', () => {
  it('answers the request it was made for', () => {
    const message = peek(invite);
    if (message === null) throw new Error('no message');
    const response = peek(localResponse(message, 503, 'Connection Lost'));
    expect(response).toMatchObject({
      kind: 'response',
      status: 503,
      method: 'INVITE',
      branch: 'z9hG4bKtop',
      callId: 'call-1',
      inDialog: true,
    });
    expect(response?.headers('via')).toHaveLength(2);
  });
});

describe('optionsProbe', () => {
  it('is a request to the domain that we know again', () => {
    const probe = peek(optionsProbe({ identity: '1001@practice.invalid', transport: 'WS', token: 'abc', sequence: 3 }));
    expect(probe).toMatchObject({ method: 'OPTIONS', inDialog: false });
    expect(isProbeBranch(probe?.branch ?? '')).toBe(true);
    expect(isProbeBranch('z9hG4bK1234')).toBe(false);
  });
});
