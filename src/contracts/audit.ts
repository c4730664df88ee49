/** The audit log: one JSON line for each mint, refusal and key change. Never a token or a key. */
import { z } from 'zod';
import { failureReason } from './result-schema';
import { fingerprint, keySlot, profileId, purpose } from './profile';

const at = z.iso.datetime();
export const auditEntry = z.discriminatedUnion('what', [
  z.object({ what: z.literal('mint'), at, profileId, purpose, fingerprint, lifeS: z.number().positive(), cause: z.enum(['asked', 'renewal']) }),
  /** `channel` is there when a window's IPC call was refused before anything else was looked at. */
  z.object({ what: z.literal('refusal'), at, profileId: z.string().max(64), purpose: z.string().max(16), reason: failureReason, channel: z.string().max(64).optional() }),
  /** `finished`: the retired key was removed from the gateway. `copied`: a key that was made here went to the clipboard, for the gateway. */
  z.object({ what: z.literal('key'), at, profileId, slot: keySlot, change: z.enum(['added', 'replaced', 'removed', 'promoted', 'finished', 'copied']), fingerprint: fingerprint.nullable() }),
  z.object({ what: z.literal('profile'), at, profileId, change: z.enum(['added', 'changed', 'removed']) }),
]);
export type AuditEntry = z.infer<typeof auditEntry>;
