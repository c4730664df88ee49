/** Which rows of a long list are in sight, for rows of one height: only those are put into the page. */
import { useEffect, useState, type RefObject } from 'react';

/** Rows drawn beyond each edge, so that a fast wheel finds them there. */
const SPARE = 6;

/** From the first row up to but not including `end`. */
export interface RowRange {
  readonly first: number;
  readonly end: number;
}

/** The rows between two edges of a scrolled box, all in pixels. */
export function rowsBetween(top: number, height: number, row: number, count: number): RowRange {
  const end = Math.min(count, Math.ceil((top + height) / row) + SPARE);
  return { first: Math.max(0, Math.min(Math.floor(top / row) - SPARE, end)), end };
}

/** The range for what `scroller` shows now; renders again only when a row comes or goes. */
export function useRowsInSight(scroller: RefObject<HTMLElement | null>, row: number, count: number): RowRange {
  const [edges, setEdges] = useState({ top: 0, height: 1000 });
  useEffect(() => {
    const box = scroller.current;
    if (box === null) return undefined;
    // Rounded to rows: scrolling within one changes nothing.
    const look = (): void => {
      const top = Math.floor(box.scrollTop / row) * row;
      const height = Math.ceil(box.clientHeight / row + 1) * row;
      setEdges((before) => (before.top === top && before.height === height ? before : { top, height }));
    };
    const sizes = new ResizeObserver(look);
    sizes.observe(box);
    box.addEventListener('scroll', look, { passive: true });
    return () => {
      sizes.disconnect();
      box.removeEventListener('scroll', look);
    };
  }, [scroller, row]);
  return rowsBetween(edges.top, edges.height, row, count);
}
