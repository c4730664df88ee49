/** The audit log as an admin looks at it. */
import type { Handlers } from '../../contracts/ipc/ipc';
import { ok } from '../../contracts/base/result';
import type { AuditLog } from '../audit/audit-log';
import { exportAudit, queryAudit } from '../audit/audit-scan';
import type { ChosenFiles } from '../desktop/chosen-files';

export interface AuditHandlerPorts {
  readonly audit: Pick<AuditLog, 'all' | 'append' | 'recent'>;
  readonly files: Pick<ChosenFiles, 'write'>;
}

export function createAuditHandlers({
  audit,
  files,
}: AuditHandlerPorts): Pick<Handlers, 'audit.recent' | 'audit.query' | 'audit.export'> {
  return {
    'audit.recent': async ({ limit }) => ok([...(await audit.recent(limit))]),
    'audit.query': async (query) => ok(queryAudit(await audit.all(), query)),
    'audit.export': async ({ filter, format }) => {
      const made = { count: 0 };
      const kind = { name: format === 'csv' ? 'Table' : 'JSON lines', extension: format };
      const written = await files.write('Export the audit log', `ringfence-audit.${format}`, kind, async () => {
        const { text, count } = await exportAudit(await audit.all(), filter, format);
        made.count = count;
        return text;
      });
      if (!written.ok) return written;
      audit.append({ what: 'file', profileId: '', change: 'audit-exported', count: made.count });
      return ok({ ...written.value, count: made.count });
    },
  };
}
