/** What a profile's line may do, and who says so. */
import { z } from 'zod';
import { DEFAULT_CALLS, MOST_CALLS } from './call-limits';
import { DIAL_PATTERN, plainDialPattern } from './dial-pattern';

/** What a grant is for. */
export const purpose = z.enum(['sip', 'events', 'voice']);
export type Purpose = z.infer<typeof purpose>;

/**
 * Whom a line may call: an E.164 number, an extension, a star code, `user@domain` or a SIP URI, where `*` stands for any rest and `?` for one
 * character: `+254*`, `10??`, `sip:*@pbx.example.com`. Blanks and hyphens in a number do not count. Matching is in dial-rules.ts.
 */
export const dialPattern = z
  .string()
  .overwrite(plainDialPattern)
  .regex(DIAL_PATTERN, 'write a number or an address, with * for any rest and ? for one character');
export const dialRules = z.object({
  /** Empty: everybody. */
  allow: z.array(dialPattern).max(20).default([]),
  /** Stronger than `allow`. */
  deny: z.array(dialPattern).max(20).default([]),
});
export type DialRules = z.infer<typeof dialRules>;

const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'write it as 08:30');
/** A span of this computer's local time; `to` before `from` runs past midnight and belongs to the day it began on. */
export const hoursSpan = z.object({
  /** ISO 8601 weekdays: 1 is Monday. */
  days: z.array(z.number().int().min(1).max(7)).min(1).max(7),
  from: timeOfDay,
  to: timeOfDay,
});
export type HoursSpan = z.infer<typeof hoursSpan>;
/** The span of hours that nobody can make out: no day at all. Nobody writes it, and a profile that is under such hours bears it. */
export const NEVER: HoursSpan = { days: [], from: '00:00', to: '00:00' };
const spanOfProfile = z
  .object({ ...hoursSpan.shape, days: z.array(z.number().int().min(1).max(7)).max(7).meta({ minItems: 1 }) })
  .refine(({ days, from, to }) => days.length > 0 || (from === NEVER.from && to === NEVER.to), {
    path: ['days'],
    message: 'choose at least one',
  });

export const profilePolicy = z.object({
  /** Life of a token in seconds, 1-3600. */
  tokenLifeS: z.number().int().min(1).max(3600).default(300),
  purposes: z.array(purpose).min(1).max(3).default(['sip']),
  /** Grants that a window may ask for: so many at once, then so many a second, for each purpose. */
  rate: z
    .object({ burst: z.number().int().min(1).max(20).default(10), perSecond: z.number().min(0.1).max(10).default(2) })
    .default({ burst: 10, perSecond: 2 }),
  /** Longest call in seconds; null: no limit. */
  maxCallS: z.number().int().min(10).max(86_400).nullable().default(null),
  /** Calls at a time, those that ring among them: one more is refused, in and out. */
  maxCalls: z.number().int().min(1).max(MOST_CALLS).default(DEFAULT_CALLS),
  dial: dialRules.default({ allow: [], deny: [] }),
  /** When calls may be placed; empty: always. */
  hours: z.array(spanOfProfile).max(14).default([]),
  onScreenLock: z.enum(['keep', 'lock']).default('keep'),
});
export type ProfilePolicy = z.infer<typeof profilePolicy>;
/** The rules of a policy, each of which a managed file may set. */
export type PolicyRule = keyof ProfilePolicy;

/** Who set a value: nobody (the default), the admin's file, or whoever filled in the form. */
export const setBy = z.enum(['default', 'admin-file', 'user']);
export type SetBy = z.infer<typeof setBy>;
