/** What a token allows its bearer: how long calls may last and whom they may reach. Claims of our own, beside those of RFC 7519. */
import { z } from 'zod';
import { dialPattern, type DialRules } from '../contracts/policy/policy';

const patterns = z.array(dialPattern).min(1).max(20).optional();

/** The claims; a token whose constraints can't be read is no token, for they would not be kept. */
export const constraintClaims = z.object({
  /** Seconds from the answer. */
  max_call_s: z.number().int().min(10).max(86_400).optional(),
  /** Absent: everybody. */
  dial: patterns,
  /** Stronger than `dial`. */
  dial_deny: patterns,
  /** For the log. */
  meta: z
    .record(z.string().max(64), z.string().max(100))
    .refine((meta) => Object.keys(meta).length <= 16)
    .optional(),
});

export interface CallConstraints {
  /** Seconds from the answer; null: no limit. */
  readonly maxCallS: number | null;
  readonly dial: DialRules;
  /** Short texts for the log, as `name=value`. */
  readonly meta: readonly string[];
}

/** Nothing is limited. */
export const UNCONSTRAINED: CallConstraints = { maxCallS: null, dial: { allow: [], deny: [] }, meta: [] };

/** The constraints of a token with these claims; null when they can't be read. */
export function constraintsOf(claims: unknown): CallConstraints | null {
  const parsed = constraintClaims.safeParse(claims);
  if (!parsed.success) return null;
  const { max_call_s: maxCallS = null, dial: allow = [], dial_deny: deny = [], meta = {} } = parsed.data;
  return { maxCallS, dial: { allow, deny }, meta: Object.entries(meta).map(([name, value]) => `${name}=${value}`) };
}
