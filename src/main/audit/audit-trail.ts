/** The audit log with all that belongs to it: floods folded, lines sent on, and whether tokens may be given out while something is amiss. */
import { fail, ok, type Result } from '../../contracts/base/result';
import type { AuditExportTarget } from '../../contracts/policy/managed-policy';
import { createAuditLog, type AuditLog, type AuditLogOptions, type AuditState } from './audit-log';
import { createLineFloods } from './line-floods';
import { createSyslogExport, type SyslogExportPorts } from './syslog-export';

/** What the admin's policy file says of the log. */
export interface AuditDemands {
  readonly audit: () => 'optional' | 'required';
  readonly auditExport: () => AuditExportTarget | null;
}

export interface AuditTrailOptions
  extends Omit<AuditLogOptions, 'onState'>, Pick<SyslogExportPorts, 'random' | 'sender' | 'authorities'> {
  readonly demands: AuditDemands;
  /** What `notice` says has changed. */
  readonly onNotice: (notice: string | null) => void;
}

export interface AuditTrail extends AuditLog {
  /** What a person is to know, as one sentence or two; null: all is well. */
  readonly notice: () => string | null;
  /** Fails with `audit-unwritten` where the policy wants every line kept, and one is not. */
  readonly kept: () => Promise<Result<null>>;
  /** Appends what no window can bring about in numbers, or is counted already. */
  readonly unfolded: AuditLog['append'];
  /** What the policy file says may have changed. */
  readonly policyChanged: () => void;
}

/** The receiver gets what waits within this, when the program ends, ms. */
const LAST_LINES_MS = 2_000;

const lines = (count: number): string => (count === 1 ? 'One line' : `${count.toLocaleString('en')} lines`);
const onDisk = (code: string): string => (code === 'ENOSPC' ? 'the disk is full' : `the disk answers ${code}`);

export function createAuditTrail({
  random,
  sender,
  authorities,
  demands,
  onNotice,
  ...options
}: AuditTrailOptions): AuditTrail {
  const { clock } = options;
  let state: AuditState = { unwritten: null, unchained: null };
  const isRequired = (): boolean => demands.audit() === 'required';

  const trouble = (): string | null => {
    const target = demands.auditExport();
    const unsent = syslog.problem();
    if (state.unwritten !== null)
      return `The audit log can't be written: ${onDisk(state.unwritten.code)}. Its lines are kept in memory until that is put right.`;
    // Where there is no keychain the window says so already, and nothing is refused.
    if (state.unchained !== null && isRequired()) return `The audit log can't be chained. ${state.unchained}`;
    if (unsent !== null && target !== null)
      return `The audit log does not reach ${target.host}:${target.port} (${unsent.code}). Its lines wait.`;
    return null;
  };
  const notice = (): string | null => {
    const found = trouble();
    return found === null || !isRequired() ? found : `${found.slice(0, 240)} No tokens are given out meanwhile.`;
  };
  let told: string | null = null;
  const tell = (): void => {
    const now = notice();
    if (now === told) return;
    told = now;
    onNotice(now);
  };

  const syslog = createSyslogExport({
    clock,
    random,
    sender,
    authorities,
    onLost: (count) => log.append({ what: 'log', profileId: '', change: 'export-lost', count }),
    onProblem: tell,
  });
  const log = createAuditLog({
    ...options,
    onAppended: (entry) => {
      syslog.send(entry);
      options.onAppended(entry);
    },
    onState: (now) => {
      state = now;
      tell();
    },
  });
  const floods = createLineFloods(log.append, clock);
  syslog.setTarget(demands.auditExport());

  return {
    ...log,
    append: floods.append,
    unfolded: log.append,
    notice,
    kept: async () => {
      if (!isRequired()) return ok(null);
      const [{ unwritten, unchained }, sent] = await Promise.all([log.settled(), syslog.settled()]);
      if (unwritten === null && unchained === null && sent) return ok(null);
      const sentence = trouble() ?? 'The audit log does not reach the system that it is sent to.';
      return fail('audit-unwritten', `No tokens are given out now. ${sentence}`.slice(0, 300), 'retry', {
        details: lines(syslog.problem()?.waiting ?? unwritten?.count ?? 0),
      });
    },
    policyChanged: () => {
      syslog.setTarget(demands.auditExport());
      tell();
    },
    close: async () => {
      floods.settle();
      const left = await syslog.stop(LAST_LINES_MS);
      if (left > 0) log.append({ what: 'log', profileId: '', change: 'export-lost', count: left });
      await log.close();
    },
  };
}
