import { describe, expect, it } from 'vitest';
import { redact, redactedLog } from './log';

describe('redaction', () => {
  it.each([
    ['GET /?token=abc.def.ghi HTTP', 'GET /?token=[token] HTTP'],
    ['x&session_token=abc&y=1', 'x&session_token=[token]&y=1'],
    ['Authorization: Bearer abc.def', 'Authorization: Bearer [token]'],
    ['saw eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln there', 'saw [token] there'],
    ['a\u001b[31mred\r\nline', 'a.[31mred..line'],
  ])('of %j', (line, expected) => {
    expect(redact(line)).toBe(expected);
  });

  it('cuts long lines, also in the middle of a token', () => {
    expect(redact(`${'x'.repeat(390)}eyJ${'a'.repeat(500)}`)).toBe(`${'x'.repeat(390)}[token]`);
  });

  it('comes before the sink', () => {
    const lines: string[] = [];
    redactedLog((line) => lines.push(line))('Bearer secret');
    redactedLog(undefined)('nothing happens');
    expect(lines).toEqual(['Bearer [token]']);
  });
});
