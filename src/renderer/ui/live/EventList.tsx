import { useLayoutEffect, useRef, useState } from 'react';
import type { LiveEvent } from '../../../contracts/call/event';
import { EventRow } from './EventRow';
import { useRowsInSight } from '../kit/use-rows-in-sight';

/** Height of a row in pixels, line included; the style sheet has the same. */
const ROW = 57;
/** What an open row is higher by. Few enough rows for those that are drawn beyond the edges. */
const OPENED = 114;

interface EventListProps {
  readonly events: readonly LiveEvent[];
  /** Ctrl+C with nothing selected copies the whole list. */
  readonly onCopy: () => void;
}

/** The rows that are in sight, of a list that may be long. */
export function EventList({ events, onCopy }: EventListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const newest = useRef(events[0]?.id);
  /** As the last scroll left it: asked at each change, the browser would have to lay out the page for the answer. */
  const isAtTop = useRef(true);
  const { first, end } = useRowsInSight(scroller, ROW, events.length);
  /** The event whose row is open: one at a time. */
  const [openId, setOpenId] = useState<number | null>(null);
  const open = openId === null ? -1 : events.findIndex(({ id }) => id === openId);
  const topOf = (index: number): number => index * ROW + (open >= 0 && index > open ? OPENED : 0);

  // New events come in above: whoever reads further down keeps the line under the eye.
  useLayoutEffect(() => {
    const added = events.findIndex(({ id }) => id === newest.current);
    newest.current = events[0]?.id;
    if (added > 0 && scroller.current !== null && !isAtTop.current) scroller.current.scrollTop += added * ROW;
  }, [events]);

  return (
    <div
      ref={scroller}
      className="event-scroller"
      tabIndex={0}
      role="region"
      aria-label="Events"
      onScroll={({ currentTarget }) => {
        isAtTop.current = currentTarget.scrollTop <= 0;
      }}
      onKeyDown={(event) => {
        if (event.key === 'c' && (event.ctrlKey || event.metaKey) && document.getSelection()?.isCollapsed !== false)
          onCopy();
      }}
    >
      <ul className="event-list" style={{ height: topOf(events.length) }}>
        {events.slice(first, end).map((event, index) => (
          <EventRow
            key={event.id}
            event={event}
            top={topOf(first + index)}
            position={first + index + 1}
            total={events.length}
            isOpen={event.id === openId}
            onOpen={(opens) => setOpenId(opens ? event.id : null)}
          />
        ))}
      </ul>
    </div>
  );
}
