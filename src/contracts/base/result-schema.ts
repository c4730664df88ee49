/** The schemas of failures and results, for the edges where they arrive unproven. */
import { z } from 'zod';
import { failureActions, failureReasons, type Failure } from './result';

export const failureReason = z.enum(failureReasons);
export const failureAction = z.enum(failureActions);

export const failureSchema = z.object({
  reason: failureReason,
  sentence: z.string().min(1).max(300),
  action: failureAction,
  details: z.string().max(1000).optional(),
  retryAfterMs: z.number().nonnegative().optional(),
}) satisfies z.ZodType<Failure>;

/** The schema of a `Result` whose value fits `value`. */
export function resultSchema<S extends z.ZodType>(value: S) {
  return z.discriminatedUnion('ok', [
    z.object({ ok: z.literal(true), value }),
    z.object({ ok: z.literal(false), failure: failureSchema }),
  ]);
}
