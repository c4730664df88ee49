/** The agent's own preferences; kept by main in one JSON file. */
import { z } from 'zod';

export const settings = z.object({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  doNotDisturb: z.boolean().default(false),
  /** Media device ids as the browser names them; null is the system's default. */
  microphoneId: z.string().max(200).nullable().default(null),
  speakerId: z.string().max(200).nullable().default(null),
  ringerId: z.string().max(200).nullable().default(null),
  /** The guide for the first run was finished or skipped, and is not shown by itself any more. */
  guideDone: z.boolean().default(false),
});
export type Settings = z.infer<typeof settings>;
