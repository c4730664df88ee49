import { useEffect, useRef } from 'react';
import type { AuditPage } from '../../../contracts/audit/audit-query';
import { auditWords } from './audit-messages';
import { clock, day } from '../kit/format';
import { useRowsInSight } from '../kit/use-rows-in-sight';

/** Height of a row in pixels, line included; the style sheet has the same. */
const ROW = 52;

interface AuditListProps {
  readonly entries: AuditPage['entries'];
  /** How many there are, of which `entries` may be the first ones. */
  readonly total: number;
  /** The end of what is loaded came into sight. */
  readonly onEnd: () => void;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The lines that are in sight, of a log that may be long; older ones come as somebody scrolls to them. */
export function AuditList({ entries, total, onEnd, now }: AuditListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const { first, end } = useRowsInSight(scroller, ROW, entries.length);
  const atEnd = end >= entries.length && entries.length < total;
  useEffect(() => {
    if (atEnd) onEnd();
  }, [atEnd, onEnd]);
  return (
    <div ref={scroller} className="audit-scroller" tabIndex={0} role="region" aria-label="Lines of the audit log">
      <ul className="audit-list" style={{ height: entries.length * ROW }}>
        {entries.slice(first, end).map(({ n, entry }, index) => {
          const at = Date.parse(entry.at);
          const { title, detail, tone } = auditWords(entry);
          return (
            <li
              key={n}
              className="audit-row"
              data-testid="audit-row"
              data-what={entry.what}
              data-tone={tone}
              style={{ transform: `translateY(${(first + index) * ROW}px)` }}
              aria-posinset={first + index + 1}
              aria-setsize={total}
            >
              <time className="audit-time" dateTime={entry.at} title={entry.at}>
                {clock(at)}
                <span className="audit-day">{day(at, now)}</span>
              </time>
              <span className="audit-title">{title}</span>
              <span className="audit-detail" title={detail}>
                {detail}
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
