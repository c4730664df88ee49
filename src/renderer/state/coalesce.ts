/** Who watches a store that changes often is told of many changes at once: a burst is drawn once. */

/** How long a change waits for company, ms. */
export const COALESCE_MS = 50;
/** The same while changes come faster than anybody reads: fewer drawings, so that the frames between them are on time. */
export const FLOOD_COALESCE_MS = 250;
/** More changes than this within one wait are a flood. */
const FLOOD = 25;

/** Returns what is to be called at each change; it calls `tell` once for all that came within a wait. `later` runs a function after some milliseconds. */
export function createCoalescer(later: (run: () => void, ms: number) => unknown, tell: () => void): () => void {
  let gathered = 0;
  let wait = COALESCE_MS;
  return () => {
    gathered += 1;
    if (gathered > 1) return;
    later(() => {
      wait = gathered > FLOOD ? FLOOD_COALESCE_MS : COALESCE_MS;
      gathered = 0;
      tell();
    }, wait);
  };
}
