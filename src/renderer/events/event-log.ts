/** The newest events of this run, in a ring of fixed size: what the live column shows. */
import type { LiveCategory, LiveEvent } from '../../contracts/call/event';

/** How many events are kept. */
export const EVENT_LOG_CAPACITY = 10_000;

/** A new event, before the log gave it its number and time. */
export type NewEvent = Omit<LiveEvent, 'id' | 'at'>;

export interface EventLog {
  /** Keeps the event, forgetting the oldest one when the ring is full; answers with it as kept. */
  readonly append: (event: NewEvent) => LiveEvent;
  /** How many events there ever were in this run; grows with each `append`. */
  readonly total: () => number;
  /** The kept events, newest first, of one category or all. A new array at each call. */
  readonly newestFirst: (category: LiveCategory | null) => readonly LiveEvent[];
}

/** Makes an empty log. `now` tells milliseconds since the epoch. */
export function createEventLog(now: () => number, capacity: number = EVENT_LOG_CAPACITY): EventLog {
  const ring: LiveEvent[] = [];
  let total = 0;
  return {
    append: (event) => {
      const kept: LiveEvent = {
        id: total + 1,
        at: now(),
        category: event.category,
        kind: event.kind,
        title: event.title,
        detail: event.detail,
      };
      ring[total % capacity] = kept;
      total += 1;
      return kept;
    },
    total: () => total,
    newestFirst: (category) => {
      const found: LiveEvent[] = [];
      for (let position = total - 1; position >= Math.max(0, total - capacity); position -= 1) {
        const event = ring[position % capacity];
        if (event !== undefined && (category === null || event.category === category)) found.push(event);
      }
      return found;
    },
  };
}
