/** What a token allows its bearer: how long calls may last and whom they may reach. Claims of our own, beside those of RFC 7519. */
import { z } from 'zod';
import { DEFAULT_CALLS, MOST_CALLS } from '../contracts/policy/call-limits';
import { dialPattern, type DialRules } from '../contracts/policy/policy';

const patterns = z.array(dialPattern).min(1).max(20).optional();

/** The claims; a token whose constraints can't be read is no token, for they would not be kept. */
export const constraintClaims = z.object({
  /** Seconds from the answer. */
  max_call_s: z.number().int().min(10).max(86_400).optional(),
  /** Calls at a time that its bearer has placed. */
  max_calls: z.number().int().min(1).max(MOST_CALLS).optional(),
  /** Seconds since the epoch from which on no call begins; whole ones of 32 bits, as other servers read them. */
  calls_until: z
    .number()
    .int()
    .min(1)
    .max(2 ** 31 - 1)
    .optional(),
  /** Absent: everybody. */
  dial: patterns,
  /** Stronger than `dial`. */
  dial_deny: patterns,
  /** Emergency numbers of where its bearer is, besides those of everywhere: no limit holds for them. */
  emergency: z
    .string()
    .max(1_000)
    .regex(/^\d{2,6}(?: \d{2,6})*$/)
    .optional(),
  /** For the log. */
  meta: z
    .record(z.string().max(64), z.string().max(100))
    .refine((meta) => Object.keys(meta).length <= 16)
    .optional(),
});

export interface CallConstraints {
  /** Seconds from the answer; null: no limit. */
  readonly maxCallS: number | null;
  /** Calls at a time. */
  readonly maxCalls: number;
  /** Milliseconds since the epoch from which on no call begins; null: as long as the token lives. */
  readonly callsUntil: number | null;
  readonly dial: DialRules;
  readonly emergency: readonly string[];
  /** Short texts for the log, as `name=value`. */
  readonly meta: readonly string[];
}

/** Nothing is limited but what always is. */
export const UNCONSTRAINED: CallConstraints = {
  maxCallS: null,
  maxCalls: DEFAULT_CALLS,
  callsUntil: null,
  dial: { allow: [], deny: [] },
  emergency: [],
  meta: [],
};

/** The constraints of a token with these claims; null when they can't be read. */
export function constraintsOf(claims: unknown): CallConstraints | null {
  const parsed = constraintClaims.safeParse(claims);
  if (!parsed.success) return null;
  const { max_call_s: maxCallS = null, max_calls: maxCalls = DEFAULT_CALLS, calls_until: until } = parsed.data;
  const { dial: allow = [], dial_deny: deny = [], emergency, meta = {} } = parsed.data;
  return {
    maxCallS,
    maxCalls,
    callsUntil: until === undefined ? null : until * 1000,
    dial: { allow, deny },
    emergency: emergency?.split(' ') ?? [],
    meta: Object.entries(meta).map(([name, value]) => `${name}=${value}`),
  };
}
