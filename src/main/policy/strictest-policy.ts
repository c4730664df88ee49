/** Of two policies the one that lets less happen, rule by rule. */
import type { ProfilePolicy } from '../../contracts/policy/policy';

/** As many as a token carries (call-constraints.ts of the gateway). */
const MOST_PATTERNS = 20;
/** Denies everybody but emergency calls. */
export const EVERYBODY = '*';

/** All that is denied by either; where that is too much for one line, everything is. */
export function bothDeny(one: readonly string[], other: readonly string[]): string[] {
  const deny = [...new Set([...one, ...other])];
  return deny.length > MOST_PATTERNS ? [EVERYBODY] : deny;
}

/** What can't be compared (lists of whom may be called, hours) is `one`'s, unless it says nothing. */
export function strictestPolicy(one: ProfilePolicy, other: ProfilePolicy): ProfilePolicy {
  const purposes = one.purposes.filter((each) => other.purposes.includes(each));
  const shorter =
    one.maxCallS === null || other.maxCallS === null
      ? (one.maxCallS ?? other.maxCallS)
      : Math.min(one.maxCallS, other.maxCallS);
  return {
    tokenLifeS: Math.min(one.tokenLifeS, other.tokenLifeS),
    // A line without any purpose is no line.
    purposes: purposes.length === 0 ? one.purposes : purposes,
    rate: {
      burst: Math.min(one.rate.burst, other.rate.burst),
      perSecond: Math.min(one.rate.perSecond, other.rate.perSecond),
    },
    maxCallS: shorter,
    maxCalls: Math.min(one.maxCalls, other.maxCalls),
    dial: {
      allow: one.dial.allow.length > 0 ? one.dial.allow : other.dial.allow,
      deny: bothDeny(one.dial.deny, other.dial.deny),
    },
    hours: one.hours.length > 0 ? one.hours : other.hours,
    onScreenLock: one.onScreenLock === 'lock' ? 'lock' : other.onScreenLock,
  };
}
