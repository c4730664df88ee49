/** The audit log. */
import { z } from 'zod';
import { auditEntry } from '../audit/audit';
import { auditExport, auditPage, auditQuery } from '../audit/audit-query';
import { exportDone } from '../profile/profile-transfer';
import type { Channel } from './channel';

export const auditChannels = {
  /** The newest entries, newest first. */
  'audit.recent': {
    input: z.strictObject({ limit: z.number().int().min(1).max(500) }),
    output: z.array(auditEntry),
    windows: ['phone'],
  },
  'audit.query': { input: auditQuery, output: auditPage, windows: ['phone'] },
  /** Main shows the native dialog and writes what fits the filter, newest first. */
  'audit.export': { input: auditExport, output: exportDone, windows: ['phone'], admin: true },
} as const satisfies Record<string, Channel>;

export const auditNotifications = {
  'audit.appended': auditEntry,
} as const satisfies Record<string, z.ZodType>;
