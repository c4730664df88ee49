import { describe, expect, it } from 'vitest';
import { sipIdentity } from '../profile/profile';
import { formatSipUri, isIpv6, parseSipUri } from './sip-uri';

describe('SIP addresses', () => {
  it('come back as they were printed', () => {
    for (const uri of ['sip:1001@pbx.example.com', 'sip:+254722000001@a.b:5061', 'sips:a@[2001:db8::1]:5061']) {
      const address = parseSipUri(uri);
      expect(address === null ? null : formatSipUri(address)).toBe(uri);
    }
  });

  it.each([
    ['::', true],
    ['::1', true],
    ['2001:db8::', true],
    ['2001:db8::1', true],
    ['1:2:3:4:5:6:7:8', true],
    ['::ffff:192.0.2.5', true],
    ['1:2:3:4:5:6:192.0.2.5', true],
    ['1:2:3:4:5:6:7', false],
    ['1:2:3:4:5:6:7:8:9', false],
    ['1::2::3', false],
    [':::', false],
    [':1::2', false],
    ['1::2:', false],
    ['12345::', false],
    ['::ffff:192.0.2.256', false],
    ['fe80::1%eth0', false],
    ['192.0.2.5', false],
  ])('%s is an IPv6 address: %s', (text, is) => {
    expect(isIpv6(text)).toBe(is);
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
