/**
 * How often a gateway that answers, and never with what is wanted, is asked. It counts what reaches a gateway: flows that
 * opened, upgrades that it answered otherwise, REGISTERs. A connect that met nobody (TCP refused, no network) is no request.
 */
import type { Clock } from '../../base/clock';

export interface RequestPace {
  /** A request reached the gateway. */
  readonly sent: () => void;
  /** Something failed: the count goes on from the first failure, and what left just before it, until `over`. */
  readonly failing: () => void;
  /** When so many requests may leave, at `at` or later; ms since the epoch. */
  readonly earliest: (at: number, requests: number) => number;
  /** All is well again. */
  readonly over: () => void;
}

/** So many requests in the first ms of a row of failures ... */
const FIRST_MS = 10_000;
const FIRST_REQUESTS = 10;
/** ... and afterwards one in so many. */
const EACH_MS = 5_000;

/** Creates the count; nothing is failing. */
export function createRequestPace(clock: Pick<Clock, 'now'>): RequestPace {
  /** Of the last 10 s while nothing fails; of the row's first 10 s afterwards. ms since the epoch, as all here. */
  let counted: number[] = [];
  let since: number | null = null;
  /** What left later is paid for by then. */
  let paidAt = 0;
  return {
    sent: () => {
      const now = clock.now();
      if (since === null) counted = counted.filter((at) => now - at < FIRST_MS);
      if (since === null || now < since + FIRST_MS) {
        counted.push(now);
        paidAt = now + EACH_MS;
      } else paidAt = Math.max(paidAt, now) + EACH_MS;
    },
    failing: () => {
      if (since !== null) return;
      const now = clock.now();
      counted = counted.filter((at) => now - at < FIRST_MS);
      since = counted[0] ?? now;
    },
    earliest: (at, requests) => {
      if (since === null) return at;
      if (at < since + FIRST_MS && counted.length + requests <= FIRST_REQUESTS) return at;
      return Math.max(at, since + FIRST_MS, paidAt);
    },
    over: () => {
      counted = [];
      since = null;
      paidAt = 0;
    },
  };
}
