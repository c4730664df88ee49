/** Looking through the audit log. */
import { z } from 'zod';
import { auditEntry, type AuditEntry } from './audit';
import { profileId } from '../profile/profile';

/** The kinds of entries. */
export const auditKinds = auditEntry.options.map((option) => option.shape.what.value);
export type AuditKind = AuditEntry['what'];
const auditKind = z.enum(auditKinds as [AuditKind, ...AuditKind[]]);

export const auditFilter = z.strictObject({
  /** In any value of an entry, in any case. */
  text: z.string().max(100).optional(),
  what: auditKind.optional(),
  profileId: profileId.optional(),
  /** Not before, and not at or after, this time. */
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
});
export type AuditFilter = z.infer<typeof auditFilter>;

export const auditQuery = auditFilter.extend({
  limit: z.number().int().min(1).max(500),
  /** The number of an entry: only older ones. */
  before: z.number().int().optional(),
});
export type AuditQuery = z.infer<typeof auditQuery>;

export const auditPage = z.object({
  /** Newest first. `n` grows by one with each entry, and is the same for it in one run of the program. */
  entries: z.array(z.object({ n: z.number().int(), entry: auditEntry })).max(500),
  /** How many entries fit the filter in all, and how many there are. */
  matching: z.number().int().nonnegative(),
  kept: z.number().int().nonnegative(),
});
export type AuditPage = z.infer<typeof auditPage>;

export const auditExport = z.strictObject({ filter: auditFilter, format: z.enum(['csv', 'jsonl']) });
