/** Who may have a grant, and how often. Pure: the clock is injected. */
import type { Profile, Purpose } from '../contracts/profile';
import { fail, ok, type Result } from '../contracts/result';

export interface RateLimit {
  /** How many at once. */
  readonly burst: number;
  /** How many a second after that. */
  readonly perSecond: number;
}

export interface GrantPolicy {
  /**
   * Decides about one request of a renderer and, where it is allowed, counts it. Fails with `unknown-profile`, `unknown-purpose` or
   * `rate-limited` (with `retryAfterMs`).
   */
  readonly admit: (wanted: string, profile: Profile | null, purpose: Purpose) => Result<Profile>;
  /** The same without counting: for the renewals that main makes by its own clock. */
  readonly permit: (wanted: string, profile: Profile | null, purpose: Purpose) => Result<Profile>;
}

/** A token for each connect, of which there are nearly two a second while a gateway is away. */
export const GRANT_RATE: RateLimit = { burst: 10, perSecond: 2 };

/** A token bucket for each profile and purpose. `now` gives milliseconds that never go back. */
export function createGrantPolicy(now: () => number, limit: RateLimit = GRANT_RATE): GrantPolicy {
  const buckets = new Map<string, { level: number; at: number }>();

  const permit: GrantPolicy['permit'] = (wanted, profile, purpose) => {
    if (profile === null) return fail('unknown-profile', `There is no profile "${wanted}" (any more). Choose another one.`, 'open-profiles');
    if (!profile.policy.purposes.includes(purpose)) {
      return fail('unknown-purpose', `The profile "${profile.name}" gives no tokens for "${purpose}". An admin can allow that in its settings.`, 'open-profiles');
    }
    return ok(profile);
  };

  return {
    permit,
    admit: (wanted, profile, purpose) => {
      const permitted = permit(wanted, profile, purpose);
      if (!permitted.ok) return permitted;
      const key = `${permitted.value.id} ${purpose}`;
      const at = now();
      const bucket = buckets.get(key) ?? { level: limit.burst, at };
      const level = Math.min(limit.burst, bucket.level + ((at - bucket.at) / 1000) * limit.perSecond);
      if (level < 1) {
        buckets.set(key, { level, at });
        const retryAfterMs = Math.ceil(((1 - level) / limit.perSecond) * 1000);
        return fail('rate-limited', 'Too many tokens were asked for at once. Ringfence waits a moment and tries again.', 'retry', { retryAfterMs });
      }
      buckets.set(key, { level: level - 1, at });
      return permitted;
    },
  };
}
