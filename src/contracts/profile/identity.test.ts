import { describe, expect, it } from 'vitest';
import { identityParts } from './identity';

describe('the parts of an identity', () => {
  it.each([
    ['1001@pbx.example.com', '1001', 'pbx.example.com', 'pbx.example.com'],
    ['asha@PBX.Example:5061', 'asha', 'PBX.Example:5061', 'pbx.example'],
    ['asha@[2001:db8::1]:5061', 'asha', '[2001:db8::1]:5061', '[2001:db8::1]'],
    ['asha@home@pbx.example.com', 'asha@home', 'pbx.example.com', 'pbx.example.com'],
    ['pbx.example.com', '', 'pbx.example.com', 'pbx.example.com'],
    ['', '', '', ''],
  ])('%s', (identity, user, domain, host) => expect(identityParts(identity)).toEqual({ user, domain, host }));
});
