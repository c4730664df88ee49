/**
 * Keeps a flood from filling the audit log. Of what a window can bring about (tokens, calls of an assistant, refusals) so many lines are written at once; what
 * comes faster is counted, and those that are the same become one line with their count. Nothing is lost but their moments and the fingerprints before the last.
 */
import type { NewAuditEntry } from './audit-log';
import type { Clock } from '../base/clock';
import { createTokenBuckets, type Rate } from '../base/token-bucket';

/** What may become one line with a count. */
type Foldable = Extract<NewAuditEntry, { readonly what: 'mint' | 'refusal' | 'revoke' | 'voice-call' | 'tool' }>;

/** The first span of a flood of one refusal, ms; while it goes on each one is twice as long as the one before, up to the longest. */
export const FIRST_SPAN_MS = 1_000;
export const LONGEST_SPAN_MS = 600_000;
/** The same for tokens of an untried key, ms: a gateway that does not know it yet is tried ever more slowly, once a minute at last. */
export const UNTRIED_SPAN_MS = 60_000;
/** Lines that are written as they come. Main renews tokens by its own clock, those of a short life every few seconds; of the others a person causes a handful an hour. */
export const AS_THEY_COME: Readonly<Record<Foldable['what'], Rate>> = {
  mint: { burst: 200, perSecond: 0.2 },
  refusal: { burst: 200, perSecond: 0.05 },
  revoke: { burst: 200, perSecond: 0.05 },
  'voice-call': { burst: 200, perSecond: 0.05 },
  tool: { burst: 200, perSecond: 0.05 },
};
/** Different things that are counted at the same time; all beyond are one kind. */
const MOST_KINDS = 100;
/** Stands for several channels or tools. */
const MANY = '(many)';

export interface LineFloods {
  readonly append: (entry: NewAuditEntry) => void;
  /** Writes down what was counted so far. */
  readonly settle: () => void;
}

const isFoldable = (entry: NewAuditEntry): entry is Foldable => Object.hasOwn(AS_THEY_COME, entry.what);

/** What is the same about lines that become one. A page can make up as many channels, profiles and tools as it likes: what is refused because there is no such thing is one kind. */
function kindOf(entry: Foldable): string {
  switch (entry.what) {
    case 'mint':
      return JSON.stringify([entry.what, entry.profileId, entry.purpose, entry.untriedKey ?? entry.cause]);
    case 'revoke':
      return JSON.stringify([entry.what, entry.profileId, entry.purpose, entry.outcome]);
    case 'voice-call':
      return JSON.stringify([entry.what, entry.profileId, entry.step]);
    case 'tool':
      return JSON.stringify([entry.what, entry.profileId, entry.outcome]);
    case 'refusal':
      return JSON.stringify([
        entry.what,
        entry.reason === 'unknown-profile' ? '' : entry.profileId,
        entry.purpose,
        entry.reason,
        entry.reason === 'unknown-channel' ? '' : entry.channel,
        entry.rule,
      ]);
  }
}

/** The newer one, without what the two do not share. */
function both(before: Foldable, entry: Foldable): Foldable {
  const profileId = before.profileId === entry.profileId ? entry.profileId : '';
  if (before.what === 'refusal' && entry.what === 'refusal')
    return { ...entry, profileId, ...(before.channel === entry.channel ? {} : { channel: MANY }) };
  if (before.what === 'tool' && entry.what === 'tool' && before.tool !== entry.tool)
    return { ...entry, profileId, tool: MANY };
  return { ...entry, profileId };
}

/** Of too many kinds to be told apart. */
function crowdOf(entry: Foldable): Foldable {
  if (entry.what === 'refusal')
    return { what: 'refusal', profileId: '', purpose: entry.purpose, reason: entry.reason, channel: MANY };
  return entry.what === 'tool' ? { ...entry, profileId: '', tool: MANY } : { ...entry, profileId: '' };
}

interface Span {
  entry: Foldable;
  count: number;
  ms: number;
  cancel: () => void;
}

export function createLineFloods(
  write: (entry: NewAuditEntry) => void,
  clock: Pick<Clock, 'after' | 'monotonic'>,
): LineFloods {
  const spans = new Map<string, Span>();
  const take = createTokenBuckets(clock);

  const tell = (span: Span): void => {
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
  const begin = (kind: string, entry: Foldable, count: number, ms: number): void => {
    spans.set(kind, { entry, count, ms, cancel: clock.after(ms, () => over(kind)) });
  };

  return {
    append: (entry) => {
      if (!isFoldable(entry)) {
        write(entry);
        return;
      }
      const known = kindOf(entry);
      const span = spans.get(known);
      if (span !== undefined) {
        span.count += 1;
        span.entry = both(span.entry, entry);
        return;
      }
      if (take(entry.what, AS_THEY_COME[entry.what]) === null) {
        write(entry);
        // A refusal says the same each time; each token has a fingerprint, and each call an id, as long as there is room for them.
        if (entry.what === 'refusal' && spans.size < MOST_KINDS) begin(known, entry, 0, FIRST_SPAN_MS);
        // Tokens that one gateway after the other refuses are no news, either.
        if (entry.what === 'mint' && entry.untriedKey !== undefined && spans.size < MOST_KINDS)
          begin(known, entry, 0, UNTRIED_SPAN_MS);
        return;
      }
      if (spans.size < MOST_KINDS) {
        begin(known, entry, 1, LONGEST_SPAN_MS);
        return;
      }
      const shown = crowdOf(entry);
      const crowd = kindOf(shown);
      const crowded = spans.get(crowd);
      if (crowded === undefined) begin(crowd, shown, 1, LONGEST_SPAN_MS);
      else {
        crowded.count += 1;
        crowded.entry = both(crowded.entry, shown);
      }
    },
    settle: () => {
      for (const span of spans.values()) tell(span);
    },
  };
}
