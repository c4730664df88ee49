/** Of two policies the one that lets less happen, rule by rule. */
import type { ProfilePolicy } from '../../contracts/policy/policy';

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
      deny: [...new Set([...one.dial.deny, ...other.dial.deny])].slice(0, 20),
    },
    hours: one.hours.length > 0 ? one.hours : other.hours,
    onScreenLock: one.onScreenLock === 'lock' ? 'lock' : other.onScreenLock,
  };
}
