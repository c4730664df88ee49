/** Grants for tests, with a token that is easy to find where it must not be. */
import type { Grant } from '../../../src/contracts/profile/grant';

/** A valid grant; `over` replaces parts of it. */
export function testGrant(over: Partial<Grant> = {}): Grant {
  return {
    profileId: 'practice',
    purpose: 'sip',
    issuedAt: 1_800_000_000_000,
    expiresAt: 1_800_000_300_000,
    fingerprint: '5f3a91c2',
    presentation: { kind: 'query', parameter: 'token', token: 'first.secret.token' },
    url: 'ws://127.0.0.1:5066/sip',
    identity: '1001@practice.invalid',
    displayName: '',
    instanceId: '6f1f6a8e-53a0-4a4e-9f0b-0d2a4d7c1e11',
    iceServers: [],
    trustAssertedIdentity: true,
    maxCalls: 8,
    ...over,
  };
}

/** The same, with another token. */
export function grantWithToken(token: string, over: Partial<Grant> = {}): Grant {
  return testGrant({ presentation: { kind: 'query', parameter: 'token', token }, ...over });
}
