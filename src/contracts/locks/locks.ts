/** The two locks: the admin's, over what touches keys, profiles and policy; and the phone's, under which no line is in use. */
import { z } from 'zod';

/** As it was typed. Main normalises it (NFC); nobody else ever sees it. */
export const typedPassphrase = z.string().min(1).max(200);

export const adminState = z.object({
  /** False: nobody set a passphrase, and nothing is locked. */
  configured: z.boolean(),
  unlocked: z.boolean(),
  /** Milliseconds since the epoch: when it locks by itself; null while it is locked. */
  until: z.number().nonnegative().nullable(),
  /** Milliseconds since the epoch: before then no passphrase is tried; null: now. */
  retryAt: z.number().nonnegative().nullable(),
});
export type AdminState = z.infer<typeof adminState>;

/** What the small window is opened for. */
export const adminQuestion = z.enum(['unlock', 'set-passphrase']);
export type AdminQuestion = z.infer<typeof adminQuestion>;

/** Who closed the line: the agent (Lock now), the computer's screen lock, a sign-out, or the end of the program. */
export const lockCause = z.enum(['agent', 'screen', 'sign-out', 'quit']);
export type LockCause = z.infer<typeof lockCause>;

/** Null: the phone is open. */
export const phoneLockState = z.object({ lockedBy: lockCause.nullable() });
export type PhoneLockState = z.infer<typeof phoneLockState>;
