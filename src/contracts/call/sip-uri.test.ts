import { describe, expect, it } from 'vitest';
import { sipIdentity } from '../profile/profile';
import { formatSipUri, parseSipUri, parseTarget } from './sip-uri';

describe('what an agent types', () => {
  it.each([
    ['echo', 'sip:echo@example.com'],
    ['  echo  ', 'sip:echo@example.com'],
    ['call-me', 'sip:call-me@example.com'],
    ['1002', 'sip:1002@example.com'],
    ['*97', 'sip:*97@example.com'],
    ['#31', 'sip:%2331@example.com'],
    ['+254 722 000 001', 'sip:+254722000001@example.com'],
    ['(0)722-000.001', 'sip:0722000001@example.com'],
    ['tel:+1-201-555-0123', 'sip:+12015550123@example.com'],
    ['tel:+1-201-555-0123;ext=5', 'sip:+12015550123@example.com'],
    ['TEL:1002', 'sip:1002@example.com'],
    ['sip:bob@example.org', 'sip:bob@example.org'],
    ['SIPS:bob@example.org', 'sip:bob@example.org'],
    ['sip:bob@example.org;transport=ws?subject=x', 'sip:bob@example.org'],
    ['sip:bob@127.0.0.1:5060', 'sip:bob@127.0.0.1:5060'],
    ['bob@example.org', 'sip:bob@example.org'],
  ])('%s -> %s', (typed, uri) => {
    expect(parseTarget(typed, 'example.com')).toEqual({ uri });
  });

  it.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['1'.repeat(257), 'too-long'],
    ['+', 'malformed-number'],
    ['+1', 'malformed-number'],
    ['+1234567890123456', 'malformed-number'],
    ['12a', 'malformed-number'],
    ['1+2', 'malformed-number'],
    ['1'.repeat(33), 'malformed-number'],
    ['sip:', 'malformed-uri'],
    ['sip:bob', 'malformed-uri'],
    ['sip:@example.org', 'malformed-uri'],
    ['sip:bob@', 'malformed-uri'],
    ['sip:bob@-example-.org', 'malformed-uri'],
    ['bob smith', 'malformed-uri'],
    ['<script>', 'malformed-uri'],
    ['bob@exa mple.org\r\nVia: x', 'malformed-uri'],
    ['sip:bob\r\nVia: x@example.org', 'malformed-uri'],
  ])('%j is refused as %s', (typed, problem) => {
    expect(parseTarget(typed, 'example.com')).toEqual({ problem });
  });
});

describe('SIP addresses', () => {
  it('come back as they were printed', () => {
    for (const uri of ['sip:1001@pbx.example.com', 'sip:+254722000001@a.b:5061']) {
      const address = parseSipUri(uri);
      expect(address === null ? null : formatSipUri(address)).toBe(uri);
    }
  });

  it.each([
    ['1001@pbx.example.com', true],
    ['1001', false],
    ['1001@', false],
    ['sip:1001@pbx.example.com', false],
    ['a b@example.com', false],
    [`${'x'.repeat(200)}@example.com`, false],
  ])('an identity: %s (%s)', (text, fits) => {
    expect(sipIdentity.safeParse(text).success).toBe(fits);
  });
});
