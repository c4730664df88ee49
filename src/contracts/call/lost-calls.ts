/** Calls that were up when Ringfence or its window ended; the window says so as soon as it can. No name and no number is in it. */
import { z } from 'zod';

export const MOST_CALLS_UNDER_WAY = 99;

export const lostCalls = z.object({
  calls: z.number().int().min(1).max(MOST_CALLS_UNDER_WAY),
  /** `stopped`: without a word, as when somebody kills the process. After `signal` and `shutdown` Ringfence hung up by itself. */
  how: z.enum(['window-crashed', 'stopped', 'signal', 'shutdown']),
});
export type LostCalls = z.infer<typeof lostCalls>;
