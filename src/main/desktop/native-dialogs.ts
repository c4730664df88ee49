/** The native dialogs that the system draws for main: one at a time, and none for a while after several were cancelled, so that a page can't wear anybody down with them. */
import { fail } from '../../contracts/base/result';
import type { Clock } from '../base/clock';

/** So many noes in a row, and how long there is no box then, ms. */
export const MOST_NOES = 5;
export const PAUSE_MS = 30_000;

export interface NativeDialogs {
  /** Shows one and gives its answer; null: it was not shown. `isNo` says which answers are noes. */
  readonly show: <T>(show: () => Promise<T>, isNo: (answer: T) => boolean) => Promise<T | null>;
}

/** For a box that was not shown. */
export const notShown = () =>
  fail(
    'cancelled',
    'Another box of Ringfence is open, or several were cancelled just now. Answer it, or wait half a minute.',
  );

export function createNativeDialogs(clock: Pick<Clock, 'monotonic'>): NativeDialogs {
  let isOpen = false;
  let noes = 0;
  let pausedUntil = -Infinity;
  return {
    show: async (show, isNo) => {
      if (isOpen || clock.monotonic() < pausedUntil) return null;
      isOpen = true;
      try {
        const answer = await show();
        noes = isNo(answer) ? noes + 1 : 0;
        if (noes >= MOST_NOES) {
          noes = 0;
          pausedUntil = clock.monotonic() + PAUSE_MS;
        }
        return answer;
      } finally {
        isOpen = false;
      }
    },
  };
}
