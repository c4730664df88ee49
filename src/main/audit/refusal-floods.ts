/**
 * Keeps a flood of one refusal from filling the audit log: the first is written at once, and those that follow within a while become one line with
 * their count. Nothing is lost but their moments.
 */
import type { AuditEntry } from '../../contracts/audit/audit';
import type { NewAuditEntry } from './audit-log';
import type { Clock } from '../base/clock';

/** The first span, ms; while the flood goes on each one is twice as long as the one before, up to the longest. */
export const FIRST_SPAN_MS = 1_000;
export const LONGEST_SPAN_MS = 60_000;
/** Different refusals that are counted at the same time; all beyond are one kind. */
const MOST_KINDS = 100;
/** Stands for several channels. */
const MANY = '(many)';

type Refusal = Extract<NewAuditEntry, { readonly what: Extract<AuditEntry, { readonly what: 'refusal' }>['what'] }>;

export interface RefusalFloods {
  readonly append: (entry: NewAuditEntry) => void;
  /** Writes down what was counted so far. */
  readonly settle: () => void;
}

const isRefusal = (entry: NewAuditEntry): entry is Refusal => entry.what === 'refusal';
/** A page can make up as many channels and profiles as it likes: what is refused because there is no such thing is one kind. */
const kindOf = ({ profileId, purpose, reason, channel, rule }: Refusal): string =>
  JSON.stringify([
    reason === 'unknown-profile' ? '' : profileId,
    purpose,
    reason,
    reason === 'unknown-channel' ? '' : channel,
    rule,
  ]);

export function createRefusalFloods(write: (entry: NewAuditEntry) => void, clock: Pick<Clock, 'after'>): RefusalFloods {
  const spans = new Map<string, { entry: Refusal; count: number; ms: number; cancel: () => void }>();

  const tell = (span: { readonly entry: Refusal; count: number }): void => {
    if (span.count > 0) write(span.count === 1 ? span.entry : { ...span.entry, count: span.count });
    span.count = 0;
  };
  const over = (kind: string): void => {
    const span = spans.get(kind);
    if (span === undefined) return;
    if (span.count === 0) {
      spans.delete(kind);
      return;
    }
    tell(span);
    span.ms = Math.min(LONGEST_SPAN_MS, span.ms * 2);
    span.cancel = clock.after(span.ms, () => over(kind));
  };

  return {
    append: (entry) => {
      if (!isRefusal(entry)) {
        write(entry);
        return;
      }
      const known = kindOf(entry);
      const crowded = !spans.has(known) && spans.size >= MOST_KINDS;
      const shown: Refusal = crowded
        ? { what: 'refusal', profileId: '', purpose: entry.purpose, reason: entry.reason, channel: MANY }
        : entry;
      const kind = crowded ? kindOf(shown) : known;
      const span = spans.get(kind);
      if (span !== undefined) {
        span.count += 1;
        if (span.entry.channel !== shown.channel) span.entry = { ...span.entry, channel: MANY };
        if (span.entry.profileId !== shown.profileId) span.entry = { ...span.entry, profileId: '' };
        return;
      }
      write(shown);
      spans.set(kind, {
        entry: shown,
        count: 0,
        ms: FIRST_SPAN_MS,
        cancel: clock.after(FIRST_SPAN_MS, () => over(kind)),
      });
    },
    settle: () => {
      for (const span of spans.values()) tell(span);
    },
  };
}
