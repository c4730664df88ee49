import type { LiveEvent } from '../../../contracts/call/event';
import { EventIcon } from './EventIcon';
import { clock } from '../kit/format';

const FINGERPRINT = /\b([0-9a-f]{8})\b/;

interface EventRowProps {
  readonly event: LiveEvent;
  /** Pixels from the top of the list. */
  readonly top: number;
  /** The row's place in the list, from 1, and the length of the list: only some rows are in the page. */
  readonly position: number;
  readonly total: number;
}

/** One event: what, when, with whom. */
export function EventRow({ event, top, position, total }: EventRowProps) {
  // Only tokens and keys are told by fingerprint; a number of eight digits elsewhere is a number.
  const parts = event.category === 'tokens' ? event.detail.split(FINGERPRINT) : [event.detail];
  return (
    <li
      className="event-row"
      data-testid="event-row"
      data-kind={event.kind}
      style={{ transform: `translateY(${top}px)` }}
      aria-posinset={position}
      aria-setsize={total}
    >
      <EventIcon kind={event.kind} />
      <span className="event-title">{event.title}</span>
      <time className="event-time" dateTime={new Date(event.at).toISOString()}>
        {clock(event.at)}
      </time>
      <span className="event-detail" title={event.detail}>
        {parts.map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}
      </span>
    </li>
  );
}
