import { describe, expect, it } from 'vitest';
import { bodyOf, withHeader, withSdp } from './sip-body';

const message = (headers: readonly string[], body: string): string =>
  ['SIP/2.0 200 OK', ...headers, '', body].join('\r\n');

describe('another body', () => {
  it.each([
    ['long names', ['Content-Type: application/sdp', 'Call-ID: c', 'Content-Length: 3']],
    ['short names', ['c: application/sdp', 'Call-ID: c', 'l:3']],
    ['a folded type', ['Content-Type: application/sdp;', '\tcharset=utf-8', 'Call-ID: c', 'content-length : 3']],
    ['no body before', ['Call-ID: c', 'Content-Length: 0']],
  ])('takes the place of the one before: %s', (_, headers) => {
    const text = withSdp(message(headers, 'v=0'), 's=\u00FC\r\n');
    expect(text.split('\r\n')).toEqual([
      'SIP/2.0 200 OK',
      'Call-ID: c',
      'Content-Type: application/sdp',
      'Content-Length: 6',
      '',
      's=\u00FC',
      '',
    ]);
    expect(bodyOf(text)).toBe('s=\u00FC\r\n');
  });
  it('may be none', () => {
    const text = withSdp(message(['Content-Type: application/sdp', 'Content-Length: 3'], 'v=0'), '');
    expect(text).toBe('SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n');
    expect(bodyOf(text)).toBe('');
  });
  it('leaves lines of the body alone that look like headers', () => {
    const text = withSdp(message(['Content-Length: 3'], 'v=0'), 'c:x\r\nl:y\r\n');
    expect(bodyOf(withSdp(text, bodyOf(text)))).toBe('c:x\r\nl:y\r\n');
  });
});

describe('another header', () => {
  it.each([
    ['in place of one', ['Contact: <mailto:x@h>', 'To: t']],
    ['in place of a short one', ['m: <mailto:x@h>', 'To: t']],
    ['in place of two, one folded', ['Contact: <mailto:x@h>,', ' <mailto:y@h>', 'CONTACT: z', 'To: t']],
    ['where there was none', ['To: t']],
  ])('stands %s', (_, headers) => {
    expect(withHeader(message(headers, 'm: body'), 'Contact', 'm', '<sip:a@h>')).toBe(
      'SIP/2.0 200 OK\r\nTo: t\r\nContact: <sip:a@h>\r\n\r\nm: body',
    );
  });
});
