/** The schemas of remote calls, for IPC. */
import { z } from 'zod';
import { REMOTE_STATUSES, type RemoteCallRow } from './remote-call';

/** A call's name in the line's own system: a UUID mostly; one line of text in any case. */
export const callUuid = z.string().min(1).max(120);

const instant = z.number().int().nonnegative().nullable();

export const remoteCallRow = z.object({
  callUuid,
  status: z.enum(REMOTE_STATUSES),
  fromNumber: z.string().max(120),
  toNumber: z.string().max(120),
  startedAt: instant,
  endedAt: instant,
}) satisfies z.ZodType<RemoteCallRow>;

/** How many calls a snapshot holds at most. */
export const SNAPSHOT_LIMIT = 1_000;

export const remoteSnapshot = z.object({
  calls: z.array(remoteCallRow).max(SNAPSHOT_LIMIT),
  /** True where the line's system can end a call for us. */
  canEnd: z.boolean(),
});
export type RemoteSnapshot = z.infer<typeof remoteSnapshot>;
