import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import type { LiveEvent } from '../../contracts/event';
import { EventRow } from './EventRow';

/** Height of a row in pixels, line included; the style sheet has the same. */
const ROW = 57;

interface EventListProps {
  readonly events: readonly LiveEvent[];
  /** Ctrl+C with nothing selected copies the whole list. */
  readonly onCopy: () => void;
}

/** The rows that are in sight, of a list that may be long. */
export function EventList({ events, onCopy }: EventListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: events.length,
    estimateSize: () => ROW,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => events[index]?.id ?? index,
    overscan: 6,
  });
  return (
    <div
      ref={scroller}
      className="event-scroller"
      tabIndex={0}
      role="region"
      aria-label="Events"
      onKeyDown={(event) => {
        if (event.key === 'c' && (event.ctrlKey || event.metaKey) && document.getSelection()?.isCollapsed !== false) onCopy();
      }}
    >
      <ul className="event-list" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((row) => {
          const event = events[row.index];
          return event === undefined ? null : <EventRow key={row.key} event={event} top={row.start} position={row.index + 1} total={events.length} />;
        })}
      </ul>
    </div>
  );
}
