/** What is declared of a channel, whatever its feature. */
import { z } from 'zod';

/** The windows of the app; each channel names the ones that may call it. */
export type WindowName = 'phone' | 'incoming' | 'unlock' | 'proxy';

/** What is declared of each channel. */
export interface Channel {
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  readonly windows: readonly WindowName[];
  /**
   * It touches keys, profiles or policy: refused with `admin-locked` while the admin lock is on, before its input is looked at. So there is no
   * exception by profile, and the Practice line's keys are under the lock like all others; its first key main makes by itself.
   */
  readonly admin?: true;
  /** It needs an open line: refused with `locked` while the phone is locked, also when that happens on the way. */
  readonly line?: true;
  /** Each use leaves a line of its own in the audit log: refused with `rate-limited` when it comes too often. Not where refusing would harm (locking), nor where another rate holds (grants, tests). */
  readonly noted?: true;
}

/** The input of a channel that takes none. */
export const nothing = z.undefined();
