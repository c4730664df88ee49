/** Keeps a box of main's own from being asked until somebody is tired of saying no. */
import type { Clock } from '../base/clock';

/** After a no nobody is asked for so long, ms; after each further one twice as long, up to the longest. A yes ends that. */
export const FIRST_PAUSE_MS = 5_000;
export const LONGEST_PAUSE_MS = 5 * 60_000;

export interface DialogBackOff {
  /** Until the next question, ms; 0: now. */
  readonly pauseMs: () => number;
  /** The pause counts from the answer on: a box that stands there for long is no pause. */
  readonly answered: (agreed: boolean) => void;
}

export function createDialogBackOff(clock: Pick<Clock, 'monotonic'>): DialogBackOff {
  let noes = 0;
  let pausedUntil = -Infinity;
  return {
    pauseMs: () => Math.max(0, Math.ceil(pausedUntil - clock.monotonic())),
    answered: (agreed) => {
      noes = agreed ? 0 : noes + 1;
      if (!agreed) pausedUntil = clock.monotonic() + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (noes - 1));
    },
  };
}
