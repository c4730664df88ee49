/** The newest events of this run, in a ring of fixed size: what the live column shows. */
import type { LiveCategory, LiveEvent } from '../../contracts/call/event';

/** How many events are kept. */
export const EVENT_LOG_CAPACITY = 10_000;
/** So many different events can be merged into at a time. */
const MERGEABLE = 64;

/** A new event, before the log gave it its number and time. `merge`: it takes the place of the kept event with the same value. */
export type NewEvent = Omit<LiveEvent, 'id' | 'at'> & { readonly merge?: string };

export interface EventLog {
  /**
   * Keeps the event, forgetting the oldest one when the ring is full; answers with it as kept. One that takes the place of another keeps its
   * number and time.
   */
  readonly append: (event: NewEvent) => LiveEvent;
  /** Grows with each `append`. */
  readonly version: () => number;
  /** How many events there ever were in this run. */
  readonly total: () => number;
  /** The kept events, newest first, of one category or all (see `belongsTo`). A new array at each call. */
  readonly newestFirst: (category: LiveCategory | null) => readonly LiveEvent[];
}

/** What a filter shows: what went wrong with a call is an error and is of the calls. Null: everything. */
export function belongsTo({ category, kind }: LiveEvent, filter: LiveCategory | null): boolean {
  if (filter === null || category === filter) return true;
  return kind === 'call-failed' && (filter === 'errors' || filter === 'calls');
}

/** Makes an empty log. `now` tells milliseconds since the epoch. */
export function createEventLog(now: () => number, capacity: number = EVENT_LOG_CAPACITY): EventLog {
  const ring: LiveEvent[] = [];
  let total = 0;
  let version = 0;
  /** Positions of the newest events that others may take the place of, by `merge`, oldest first. */
  const mergeable = new Map<string, number>();
  return {
    append: (event) => {
      const place = event.merge === undefined ? undefined : mergeable.get(event.merge);
      const before = place !== undefined && place >= total - capacity ? ring[place % capacity] : undefined;
      version += 1;
      const kept: LiveEvent = {
        id: before?.id ?? total + 1,
        at: before?.at ?? now(),
        category: event.category,
        kind: event.kind,
        title: event.title,
        detail: event.detail,
        ...(event.call === undefined ? {} : { call: event.call }),
      };
      if (before !== undefined) {
        ring[(before.id - 1) % capacity] = kept;
        return kept;
      }
      if (event.merge !== undefined) {
        mergeable.delete(event.merge);
        mergeable.set(event.merge, total);
        const [oldest] = mergeable.keys();
        if (mergeable.size > MERGEABLE && oldest !== undefined) mergeable.delete(oldest);
      }
      ring[total % capacity] = kept;
      total += 1;
      return kept;
    },
    version: () => version,
    total: () => total,
    newestFirst: (category) => {
      const found: LiveEvent[] = [];
      for (let position = total - 1; position >= Math.max(0, total - capacity); position -= 1) {
        const event = ring[position % capacity];
        if (event !== undefined && belongsTo(event, category)) found.push(event);
      }
      return found;
    },
  };
}
