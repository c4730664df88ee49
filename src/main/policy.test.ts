import { describe, expect, it } from 'vitest';
import { practiceProfile } from './practice-profile';
import { createGrantPolicy } from './policy';

const profile = practiceProfile(null, null);

describe('the grant policy', () => {
  it('admits a burst of ten, then two a second', () => {
    let now = 0;
    const policy = createGrantPolicy(() => now);
    /** How many of twenty requests are admitted now. */
    const admitted = (): number => Array.from({ length: 20 }, () => policy.admit('practice', profile, 'sip').ok).filter(Boolean).length;
    expect(admitted()).toBe(10);
    now = 499;
    expect(admitted()).toBe(0);
    now = 500;
    expect(admitted()).toBe(1);
    now = 2000;
    expect(admitted()).toBe(3);
    now = 60_000;
    expect(admitted()).toBe(10);
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
