import { describe, expect, it } from 'vitest';
import { profilePolicy } from '../../contracts/policy/policy';
import type { NewAuditEntry } from '../audit/audit-log';
import { createPolicyHandlers } from './policy-handlers';
import { practiceProfile } from '../profiles/practice-profile';

const line = { ...practiceProfile(null, null), policy: profilePolicy.parse({ dial: { deny: ['+254*'] } }) };

function setUp() {
  const audited: NewAuditEntry[] = [];
  const looked: unknown[] = [];
  const find = (id: string) => (id === 'practice' ? line : null);
  const handlers = createPolicyHandlers({
    profiles: { find },
    stored: { find },
    managed: {
      effective: (profile) => {
        looked.push(profile);
        return {
          values: line.policy,
          setBy: {
            tokenLifeS: 'default',
            purposes: 'default',
            rate: 'default',
            maxCallS: 'default',
            maxCalls: 'default',
            dial: 'admin-file',
            hours: 'default',
            onScreenLock: 'default',
          },
          file: null,
        };
      },
    },
    country: () => 'KE',
    now: () => 0,
    audit: (entry) => audited.push(entry),
  });
  return { handlers, audited, looked };
}

describe('the policy of a line, asked by the window', () => {
  it('refuses a call in words and audits the rule, never the number', async () => {
    const { handlers, audited } = setUp();
    expect(await handlers['calls.authorize']({ profileId: 'practice', target: '+254722000001' })).toMatchObject({
      failure: { reason: 'dial-denied' },
    });
    expect(audited).toEqual([
      { what: 'refusal', profileId: 'practice', purpose: 'call', reason: 'dial-denied', rule: 'dial.deny +254*' },
    ]);
    expect(JSON.stringify(audited)).not.toContain('722');
  });
  it('lets others through without a word, and emergency numbers with one', async () => {
    const { handlers, audited } = setUp();
    expect(await handlers['calls.authorize']({ profileId: 'practice', target: 'echo' })).toMatchObject({
      value: { notice: null, emergency: false },
    });
    expect(await handlers['calls.authorize']({ profileId: 'practice', target: '999' })).toMatchObject({
      value: { notice: expect.any(String) as unknown, emergency: true },
    });
    expect(await handlers['calls.authorize']({ profileId: 'nobody', target: 'echo' })).toMatchObject({
      failure: { reason: 'unknown-profile' },
    });
    expect(audited).toMatchObject([{ reason: 'unknown-profile' }]);
  });
  it('says who set what, also for a profile that is only being written', async () => {
    const { handlers, looked } = setUp();
    expect(await handlers['policy.effective']({ profileId: 'practice' })).toMatchObject({
      value: { setBy: { dial: 'admin-file' } },
    });
    expect(await handlers['policy.effective']({ profileId: 'new' })).toMatchObject({
      failure: { reason: 'unknown-profile' },
    });
    expect(await handlers['policy.effective']({ profileId: 'new', environment: 'staging' })).toMatchObject({
      ok: true,
    });
    expect(looked).toMatchObject([
      { id: 'practice', environment: 'practice' },
      { id: 'new', environment: 'staging', policy: { tokenLifeS: 300 } },
    ]);
  });
});
