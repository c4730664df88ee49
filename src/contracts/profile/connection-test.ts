/** [Test connection]: what main gives a window so that it can try a line which need not be the one in use. */
import { z } from 'zod';
import { grant } from './grant';
import { purpose } from '../policy/policy';
import { fingerprint } from './profile';

/** Ours, made by main: one for each test. */
export const connectionTestId = z.uuid();

export const connectionTest = z.object({
  testId: connectionTestId,
  /** What of the line is tried: its telephone, else its live events, else its assistant. */
  purpose,
  fingerprint,
  /** Seconds. */
  lifeS: z.number().positive(),
  /** Null: the token stays in main (an assistant's). A SIP grant has an instance-id of its own, so that the line's binding at its registrar is left alone. */
  grant: grant.nullable(),
});
export type ConnectionTest = z.infer<typeof connectionTest>;
