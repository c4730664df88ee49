import { describe, expect, it } from 'vitest';
import { redact } from './trace';

describe('the redacted tap', () => {
  it.each([
    ['Authorization: Bearer abc.def.ghi\r\nTo: x', 'Authorization: [redacted]\r\nTo: x'],
    ['proxy-authorization : Digest username="x", response="0123"', 'proxy-authorization : [redacted]'],
    [
      'Authorization: Digest username="1800000300:1001", realm="h", nonce="n", response="0123"',
      'Authorization: [redacted]',
    ],
    ['X-Plivo-Jwt: abc', 'X-Plivo-Jwt: [redacted]'],
    ['INVITE sip:a@h;token=s3cret SIP/2.0', 'INVITE sip:a@h;token=[redacted] SIP/2.0'],
    ['Contact: <sip:a@h?access_token=s3cret&x=1>', 'Contact: <sip:a@h?access_token=[redacted]&x=1>'],
    ['Subject: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', 'Subject: [redacted]'],
    ['Signal=5\r\nDuration=100', 'Signal=*\r\nDuration=100'],
    ['Signal= #', 'Signal= *'],
    ['Content-Type: application/dtmf\r\n\r\n7', 'Content-Type: application/dtmf\r\n\r\n*'],
    ['a=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdef', 'a=ice-ufrag:abcd\r\na=ice-pwd:[redacted]'],
    ['a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19z', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:[redacted]'],
  ])('%j', (raw, shown) => {
    expect(redact(raw)).toBe(shown);
  });
  it('takes out the token wherever it stands, whatever it looks like', () => {
    expect(redact('P-Odd: <opaque.token> and opaque.token', ['opaque.token'])).toBe(
      'P-Odd: <[redacted]> and [redacted]',
    );
  });
  it.each([
    ['X-Own-Header: opaque'],
    ['Sec-WebSocket-Protocol: sip, bearer.opaque'],
    ['WWW-Authenticate: Bearer realm="h", error_description="opaque is no token"'],
  ])('takes it out of %s', (text) => {
    expect(redact(text, ['opaque'])).toBe(text.replace('opaque', '[redacted]'));
  });
  it('leaves ordinary messages alone', () => {
    const text = 'INVITE sip:1002@h SIP/2.0\r\nVia: SIP/2.0/WS x.invalid;branch=z9hG4bK1\r\nCSeq: 1 INVITE\r\n\r\n';
    expect(redact(text, [''])).toBe(text);
  });
});
