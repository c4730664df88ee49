import { describe, expect, it } from 'vitest';
import { practiceProfile } from './practice-profile';
import { createGrantPolicy } from './policy';

const profile = practiceProfile(null, null);

describe('the grant policy', () => {
  it('admits a burst of five, then one a second', () => {
    let now = 0;
    const policy = createGrantPolicy(() => now);
    const ask = (): boolean => policy.admit('practice', profile, 'sip').ok;
    expect([ask(), ask(), ask(), ask(), ask(), ask()]).toEqual([true, true, true, true, true, false]);
    now = 999;
    expect(ask()).toBe(false);
    now = 1000;
    expect([ask(), ask()]).toEqual([true, false]);
    now = 2500;
    expect([ask(), ask()]).toEqual([true, false]);
    now = 60_000;
    expect([ask(), ask(), ask(), ask(), ask(), ask()]).toEqual([true, true, true, true, true, false]);
  });

  it('says how long to wait', () => {
    let now = 0;
    const policy = createGrantPolicy(() => now, { burst: 1, perSecond: 1 });
    policy.admit('practice', profile, 'sip');
    now = 250;
    expect(policy.admit('practice', profile, 'sip')).toMatchObject({ failure: { reason: 'rate-limited', retryAfterMs: 750 } });
    now = 1000;
    expect(policy.admit('practice', profile, 'sip').ok).toBe(true);
  });

  it('counts each profile and purpose for itself', () => {
    const policy = createGrantPolicy(() => 0, { burst: 1, perSecond: 1 });
    const both = { ...profile, policy: { ...profile.policy, purposes: ['sip' as const, 'events' as const] } };
    expect(policy.admit('practice', both, 'sip').ok).toBe(true);
    expect(policy.admit('practice', both, 'events').ok).toBe(true);
    expect(policy.admit('other', { ...both, id: 'other' }, 'sip').ok).toBe(true);
    expect(policy.admit('practice', both, 'sip').ok).toBe(false);
  });

  it('refuses an unknown profile and a purpose that the profile does not allow, at no cost', () => {
    const policy = createGrantPolicy(() => 0, { burst: 1, perSecond: 1 });
    expect(policy.admit('gone', null, 'sip')).toMatchObject({ failure: { reason: 'unknown-profile' } });
    expect(policy.admit('practice', profile, 'voice')).toMatchObject({ failure: { reason: 'unknown-purpose' } });
    expect(policy.admit('practice', profile, 'sip').ok).toBe(true);
  });

  it('does not count what main renews by itself', () => {
    const policy = createGrantPolicy(() => 0, { burst: 1, perSecond: 1 });
    for (let times = 0; times < 10; times += 1) expect(policy.permit('practice', profile, 'sip').ok).toBe(true);
    expect(policy.admit('practice', profile, 'sip').ok).toBe(true);
  });
});
