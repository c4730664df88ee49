import { describe, expect, it } from 'vitest';
import { createLog, redact } from './log';

const header = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9';
const jwt = `${header}.eyJpc3MiOiJyaW5nZmVuY2UifQ.c2lnbmF0dXJlLXNpZ25hdHVyZQ`;

describe('redaction', () => {
  it.each([
    ['a JWT', `x ${jwt} y`],
    ['a JWT cut off', `x ${jwt.slice(0, 50)}`],
    [
      'what Chromium prints when a handshake fails',
      `WebSocket connection to 'wss://pbx.example.com/ws?v=1&t=s3cretvalue' failed: Error during WebSocket handshake`,
    ],
    [
      'a subprotocol that was not offered',
      `WebSocket connection to 'wss://pbx.example.com/ws' failed: Error during WebSocket handshake: 'Sec-WebSocket-Protocol' header value 'bearer.s3cretvalue' in response does not match any of sent values`,
    ],
    [
      'a subprotocol that can not be',
      `SyntaxError: Failed to construct 'WebSocket': The subprotocol 'bearer.s3cretvalue' is invalid.`,
    ],
    ['subprotocols in a header', 'Sec-WebSocket-Protocol: sip, bearer.s3cretvalue'],
    ['a JWT in a subprotocol of any template', `protocols sip,jwt_${jwt}`],
    ['a query', 'GET /?session_token=s3cretvalue&vsn=2.0.0'],
    ['an api key', 'api_key=s3cretvalue'],
    ['a header', 'Authorization: Basic s3cretvalue'],
    ['a header in JSON', '{"authorization":"Digest s3cretvalue"}'],
    ['a header of another name', 'x-api-key: s3cretvalue'],
    ['a bearer', 'sent Bearer s3cretvalue to it'],
    ['a generated key', `key s3cretvalue${'A'.repeat(32)}`],
    ['a key in hex', `s3cretvalue${'0123456789abcdef'.repeat(4)}`],
  ])('covers %s', (_what, text) => {
    const redacted = redact(text);
    expect(redacted).not.toMatch(/s3cretvalue|eyJ/);
    expect(redacted).toContain('[redacted]');
  });

  it.each([
    'practice gateway listens at ws://127.0.0.1:33837/',
    'refused "grants.get": invalid-input',
    'token d4add509 lives 300 s',
    'at start (/opt/ringfence/out/main/index.js:120:14)',
  ])('leaves %s alone', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('covers the stack and message of an error', () => {
    const lines: string[] = [];
    createLog(
      (line) => lines.push(line),
      () => 0,
    ).error('uncaught', new Error(`bad token ${jwt}`));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^1970-01-01T00:00:00\.000Z error uncaught: Error: bad token \[redacted\]/);
  });
});

describe('a line', () => {
  const setUp = () => {
    const lines: string[] = [];
    const time = { at: 0 };
    return {
      lines,
      time,
      log: createLog(
        (line) => lines.push(line),
        () => time.at,
      ),
    };
  };

  it('is one, whatever a page prints: it forges no other and moves no cursor', () => {
    const { lines, log } = setUp();
    log.warn('page: a\r\n1970-01-01T00:00:00.000Z info all is well\u001b[2J\u2028b');
    log.error('the handler failed', new Error('x\n1970-01-01T00:00:00.000Z info all is well'));
    expect(lines[0]).toBe('1970-01-01T00:00:00.000Z warn page: a 1970-01-01T00:00:00.000Z info all is well [2J b');
    expect(
      (lines[1] ?? '')
        .split('\n')
        .slice(1)
        .filter((each) => !each.startsWith('    ')),
    ).toEqual([]);
  });

  it('is cut where it is long, before the patterns look at it, and never within a key', () => {
    const { lines, log } = setUp();
    log.warn('ws://'.repeat(1_000_000));
    log.warn(`subprotocol${' '.repeat(1_000_000)}'`);
    expect(lines.map((each) => each.length).filter((length) => length > 4_100)).toEqual([]);
    const before = '1970-01-01T00:00:00.000Z warn '.length;
    log.warn(`${'x '.repeat((4_000 - before - 20) / 2)}s3cretvalue${'A'.repeat(60)}`);
    expect(lines[2]).toMatch(/x \[cut\]$/);
  });

  it('is counted, not written, where there are hundreds within a second', () => {
    const { lines, time, log } = setUp();
    for (let n = 0; n < 10_000; n += 1) log.warn('page: flood');
    expect(lines).toHaveLength(500);
    time.at = 1_000;
    log.warn('page: quiet');
    expect(lines.slice(500)).toEqual([
      '1970-01-01T00:00:01.000Z warn 9500 more lines within a second were left out',
      '1970-01-01T00:00:01.000Z warn page: quiet',
    ]);
  });
});
