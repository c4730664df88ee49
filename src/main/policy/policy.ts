/** What a line may do: who may have a grant and how often, and whom it may call and when. Pure: the clocks are injected. */
import { decideDial, EMERGENCY_SENTENCE, type DialLine } from '../../contracts/policy/dial-rules';
import type { Purpose } from '../../contracts/policy/policy';
import type { Profile } from '../../contracts/profile/profile';
import { fail, ok, type Result } from '../../contracts/base/result';
import { parseTarget } from '../../contracts/call/dial-target';
import type { Clock } from '../base/clock';
import { hoursInWords, isWithin } from './hours';
import { createTokenBuckets, type Rate } from '../base/token-bucket';
import { identityParts } from '../../contracts/profile/identity';

export interface GrantPolicy {
  /**
   * Decides about one request and, where it is allowed, counts it. Fails with `unknown-profile`, `unknown-purpose`, `outside-hours` (a token
   * for `voice` is a call) or `rate-limited` (with `retryAfterMs`).
   */
  readonly admit: (wanted: string, profile: Profile | null, purpose: Purpose) => Result<Profile>;
  /** The same for a test of the connection, which is counted among all grants and not among the line's own. */
  readonly admitTest: (wanted: string, profile: Profile | null, purpose: Purpose) => Result<Profile>;
  /** The same without counting: for the renewals that main makes by its own clock. */
  readonly permit: (wanted: string, profile: Profile | null, purpose: Purpose) => Result<Profile>;
}

/**
 * What a window may ask for in all, whatever the lines and purposes: a page that was taken over makes itself as many lines as it likes. Several lines that
 * start and connect again together stay far below.
 */
export const RATE_OF_ALL: Rate = { burst: 60, perSecond: 1 };

/** There is no such profile (any more). */
export const unknownProfile = (wanted: string) =>
  fail('unknown-profile', `There is no profile "${wanted}" (any more). Choose another one.`, 'open-profiles');

const outsideHours = ({ name, policy }: Pick<Profile, 'name' | 'policy'>) =>
  fail('outside-hours', `"${name}" places calls only in its hours: ${hoursInWords(policy.hours)}.`, 'none');
const inWords = (rate: Rate): string => `${rate.burst} at once, then ${rate.perSecond} a second`;

/**
 * A token bucket for each profile and purpose, of the profile's own rate, and one for all of them. `purposesOf` gives the purposes that a profile may have in the end,
 * of which the profile may name more.
 */
export function createGrantPolicy(
  clock: Pick<Clock, 'monotonic' | 'wall'>,
  purposesOf: (profile: Profile) => readonly Purpose[] = (profile) => profile.policy.purposes,
): GrantPolicy {
  const take = createTokenBuckets(clock);

  const permit: GrantPolicy['permit'] = (wanted, profile, purpose) => {
    if (profile === null) return unknownProfile(wanted);
    if (!profile.policy.purposes.includes(purpose) || !purposesOf(profile).includes(purpose)) {
      return fail(
        'unknown-purpose',
        `The profile "${profile.name}" gives no tokens for "${purpose}". An admin can allow that in its settings.`,
        'open-profiles',
      );
    }
    if (purpose === 'voice' && !isWithin(profile.policy.hours, new Date(clock.wall()))) return outsideHours(profile);
    return ok(profile);
  };

  const tooMany = (who: string, rate: Rate, retryAfterMs: number) =>
    fail(
      'rate-limited',
      `Too many tokens were asked for: ${who} ${inWords(rate)}. Ringfence waits a moment and tries again.`,
      'retry',
      { retryAfterMs },
    );
  const countAmongAll = (permitted: Result<Profile>): Result<Profile> => {
    // No profile's bucket has this name.
    const retryAfterMs = permitted.ok ? take('', RATE_OF_ALL) : null;
    return retryAfterMs === null ? permitted : tooMany('all lines together get', RATE_OF_ALL, retryAfterMs);
  };

  return {
    permit,
    admit: (wanted, profile, purpose) => {
      const permitted = permit(wanted, profile, purpose);
      if (!permitted.ok) return permitted;
      const { id, name, policy } = permitted.value;
      const retryAfterMs = take(`${id} ${purpose}`, policy.rate);
      return retryAfterMs === null ? countAmongAll(permitted) : tooMany(`"${name}" gives`, policy.rate, retryAfterMs);
    },
    admitTest: (wanted, profile, purpose) => countAmongAll(permit(wanted, profile, purpose)),
  };
}

/** What is to be said about a call that may be placed, or null. */
export interface CallPermit {
  readonly notice: string | null;
  /** It passes every rule and limit of ours. */
  readonly emergency: boolean;
}

/** A refused call, with the rule that refused it for the audit log: `dial.deny +254*`, `dial.allow` or `hours`. */
export type CallDecision = { readonly result: Result<CallPermit>; readonly rule: string | null };

const permitted: CallDecision = { result: ok({ notice: null, emergency: false }), rule: null };
const domainOf = (identity: string): string => identityParts(identity).domain;

/**
 * Decides about a call to what an agent typed, at `at` (ms since the epoch; hours are this computer's local time). Fails with `dial-denied` or
 * `outside-hours`. An emergency number passes every rule, with a plain statement. What is no target at all passes the dial rules: the phone says what is wrong with it, and an assistant is called without one.
 */
export function decideCall(
  { identity, policy, name }: Pick<Profile, 'identity' | 'policy' | 'name'>,
  typed: string,
  country: string,
  at: number,
): CallDecision {
  const line: DialLine = { domain: domainOf(identity), country };
  const target = parseTarget(typed, line.domain);
  const dial = 'problem' in target ? null : decideDial(policy.dial, target.uri, line);
  if (dial?.allowed === true && dial.emergency)
    return { result: ok({ notice: EMERGENCY_SENTENCE, emergency: true }), rule: null };
  if (dial?.allowed === false)
    return {
      result: fail('dial-denied', dial.sentence, 'check-number'),
      rule: dial.rule === null ? 'dial.allow' : `dial.deny ${dial.rule}`,
    };
  return isWithin(policy.hours, new Date(at)) ? permitted : { result: outsideHours({ name, policy }), rule: 'hours' };
}
