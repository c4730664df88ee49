import { describe, expect, it } from 'vitest';
import { profilePolicy, type ProfilePolicy } from '../../contracts/policy/policy';
import { practiceProfile } from '../profiles/practice-profile';
import { createGrantPolicy, decideCall, RATE_OF_ALL } from './policy';

const profile = practiceProfile(null, null);
const withPolicy = (part: Partial<ProfilePolicy>) => ({ ...profile, policy: profilePolicy.parse(part) });
/** A Monday, local time. */
const noon = new Date('2026-11-16T12:00').getTime();
const still = { monotonic: () => 0, wall: () => noon };
const one = withPolicy({ rate: { burst: 1, perSecond: 1 } });

describe('the grant policy', () => {
  it("admits a profile's burst, then its rate", () => {
    let now = 0;
    const policy = createGrantPolicy({ monotonic: () => now, wall: () => noon });
    const line = withPolicy({ rate: { burst: 5, perSecond: 1 } });
    const ask = (): boolean => policy.admit('practice', line, 'sip').ok;
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

  it('gives all lines together no more than one rate, whatever each may have and whoever made them', () => {
    let now = 0;
    const policy = createGrantPolicy({ monotonic: () => now, wall: () => noon });
    const ask = (n: number): boolean => policy.admit(`p${n}`, { ...fast, id: `p${n}` }, 'sip').ok;
    const fast = withPolicy({ rate: { burst: 20, perSecond: 10 } });
    const admitted = (): number => Array.from({ length: 500 }, (_, n) => ask(n)).filter(Boolean).length;
    expect(admitted()).toBe(RATE_OF_ALL.burst);
    expect(policy.admit('p1', { ...fast, id: 'p1' }, 'sip')).toMatchObject({
      failure: { reason: 'rate-limited', sentence: expect.stringContaining('all lines together') as unknown },
    });
    // A test of a connection counts, and main's own renewals do not.
    expect(policy.admitTest('p1', fast, 'sip')).toMatchObject({ failure: { reason: 'rate-limited' } });
    expect(policy.permit('p1', fast, 'sip').ok).toBe(true);
    now = 10_000;
    expect(policy.admitTest('p1', fast, 'sip').ok).toBe(true);
    expect(admitted()).toBe(10 * RATE_OF_ALL.perSecond - 1);
  });

  it('says which rate, and how long to wait', () => {
    let now = 0;
    const policy = createGrantPolicy({ monotonic: () => now, wall: () => noon });
    policy.admit('practice', one, 'sip');
    now = 250;
    const refused = policy.admit('practice', one, 'sip');
    expect(refused).toMatchObject({
      failure: {
        reason: 'rate-limited',
        retryAfterMs: 750,
        sentence: expect.stringContaining('1 at once, then 1 a second') as unknown,
      },
    });
    now = 1000;
    expect(policy.admit('practice', one, 'sip').ok).toBe(true);
  });

  it('holds to a rate that became stricter meanwhile', () => {
    const policy = createGrantPolicy(still);
    expect(policy.admit('practice', withPolicy({ rate: { burst: 20, perSecond: 1 } }), 'sip').ok).toBe(true);
    expect(policy.admit('practice', one, 'sip').ok).toBe(true);
    expect(policy.admit('practice', one, 'sip').ok).toBe(false);
  });

  it('counts each profile and purpose for itself', () => {
    const policy = createGrantPolicy(still);
    const both = withPolicy({ rate: { burst: 1, perSecond: 1 }, purposes: ['sip', 'events'] });
    expect(policy.admit('practice', both, 'sip').ok).toBe(true);
    expect(policy.admit('practice', both, 'events').ok).toBe(true);
    expect(policy.admit('other', { ...both, id: 'other' }, 'sip').ok).toBe(true);
    expect(policy.admit('practice', both, 'sip').ok).toBe(false);
  });

  it('refuses an unknown profile and a purpose that is not allowed, at no cost', () => {
    const policy = createGrantPolicy(still);
    expect(policy.admit('gone', null, 'sip')).toMatchObject({ failure: { reason: 'unknown-profile' } });
    expect(policy.admit('practice', one, 'voice')).toMatchObject({ failure: { reason: 'unknown-purpose' } });
    expect(policy.admit('practice', one, 'sip').ok).toBe(true);
  });

  it("refuses a purpose that the admin's file takes from a profile", () => {
    const policy = createGrantPolicy(still, () => ['events']);
    expect(policy.admit('practice', profile, 'sip')).toMatchObject({ failure: { reason: 'unknown-purpose' } });
  });

  it('gives a token for a call to an assistant only in the hours, and tokens for SIP always: calls come in', () => {
    const line = withPolicy({ purposes: ['sip', 'voice'], hours: [{ days: [2], from: '08:00', to: '17:00' }] });
    const policy = createGrantPolicy(still);
    expect(policy.admit('practice', line, 'voice')).toMatchObject({ failure: { reason: 'outside-hours' } });
    expect(policy.admit('practice', line, 'sip').ok).toBe(true);
  });

  it('does not count what main renews by itself', () => {
    const policy = createGrantPolicy(still);
    for (let times = 0; times < 10; times += 1) expect(policy.permit('practice', one, 'sip').ok).toBe(true);
    expect(policy.admit('practice', one, 'sip').ok).toBe(true);
  });
});

describe('a call', () => {
  const decide = (part: Partial<ProfilePolicy>, typed: string, at = noon) =>
    decideCall(withPolicy(part), typed, 'KE', at);

  it('may be placed where no rule says otherwise', () => {
    expect(decide({}, 'echo')).toEqual({ result: { ok: true, value: { notice: null, emergency: false } }, rule: null });
  });

  it('is refused by a dial rule, which is named', () => {
    const dial = { allow: ['+254*', 'echo'], deny: ['+2547*'] };
    expect(decide({ dial }, '+254 722 000 001')).toMatchObject({
      result: { failure: { reason: 'dial-denied', sentence: expect.stringContaining('"+2547*"') as unknown } },
      rule: 'dial.deny +2547*',
    });
    expect(decide({ dial }, '1002')).toMatchObject({
      result: { failure: { reason: 'dial-denied' } },
      rule: 'dial.allow',
    });
    expect(decide({ dial }, 'echo').result.ok).toBe(true);
  });

  it('is refused outside the hours, which are named', () => {
    const hours = [{ days: [1], from: '13:00', to: '14:00' }];
    expect(decide({ hours }, 'echo')).toMatchObject({
      result: {
        failure: {
          reason: 'outside-hours',
          sentence: '"Practice line" places calls only in its hours: Mon 13:00-14:00.',
        },
      },
      rule: 'hours',
    });
    expect(decide({ hours }, 'echo', noon + 3_600_000).result.ok).toBe(true);
  });

  it('to an emergency number passes every rule, with a plain statement', () => {
    const strict = { dial: { allow: ['echo'], deny: ['*'] }, hours: [{ days: [7], from: '13:00', to: '14:00' }] };
    for (const typed of ['112', '911', '999', ' 9-1-1 ']) {
      expect(decide(strict, typed)).toEqual({
        result: {
          ok: true,
          value: { notice: expect.stringContaining('may not reach emergency services') as unknown, emergency: true },
        },
        rule: null,
      });
    }
    expect(decide(strict, 'sip:112@evil.example').result.ok).toBe(false);
  });

  it('to what is no number is left to the phone, which says what is wrong with it', () => {
    expect(decide({ dial: { allow: ['echo'], deny: [] } }, '12y34').result.ok).toBe(true);
  });
});
