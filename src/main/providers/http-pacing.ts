/** When a server may be asked again: a breaker after a refused key, back-off with jitter after trouble, `Retry-After` where it is given. */
import type { Failure } from '../../contracts/base/result';
import type { Clock } from '../base/clock';
import { httpDate } from './expiry';

/** A server may make us wait so long, no longer. */
const LONGEST_RETRY_AFTER_MS = 300_000;
/** Money does not come back within seconds. */
const FIRST_WAITS: Readonly<Record<number, number>> = { 402: 30_000 };
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/**
 * `Retry-After` (RFC 9110 section 10.2.3) in ms, 0 to 5 minutes; null when there is none or it can't be read. `serverNow`: ms since the epoch
 * by the clock of whoever sent it.
 */
export function retryAfterMs(value: string | undefined, serverNow: number): number | null {
  const text = value?.trim() ?? '';
  const wait = /^\d{1,12}$/.test(text) ? Number(text) * 1000 : (httpDate(text) ?? Number.NaN) - serverNow;
  return Number.isNaN(wait) ? null : Math.min(Math.max(wait, 0), LONGEST_RETRY_AFTER_MS);
}

export interface Pacing {
  /** The failure that stands in the way, without asking the server again; null: go ahead. */
  readonly standing: (lane: string, fingerprint: string) => Failure | null;
  readonly succeeded: (lane: string) => void;
  /** Opens the breaker: this key is not sent on this lane again until `reset`. */
  readonly refused: (lane: string, fingerprint: string, failure: Failure) => void;
  /** Backs off; answers the failure with the time to wait in it. */
  readonly troubled: (lane: string, status: number, failure: Failure, askedMs: number | null) => Failure;
  /** An admin acted: all lanes whose name starts so are free again. */
  readonly reset: (prefix: string) => void;
}

interface Lane {
  readonly refusal: { readonly fingerprint: string; readonly failure: Failure } | null;
  readonly attempts: number;
  /** Monotonic, ms. */
  readonly waitUntil: number;
  readonly failure: Failure | null;
}

/** A lane is one profile and purpose. `random` gives [0, 1). */
export function createPacing(clock: Pick<Clock, 'monotonic'>, random: () => number): Pacing {
  const lanes = new Map<string, Lane>();
  return {
    standing: (name, fingerprint) => {
      const lane = lanes.get(name);
      if (lane === undefined) return null;
      if (lane.refusal?.fingerprint === fingerprint) return lane.refusal.failure;
      const leftMs = Math.ceil(lane.waitUntil - clock.monotonic());
      return lane.failure === null || leftMs <= 0 ? null : { ...lane.failure, retryAfterMs: leftMs };
    },
    succeeded: (name) => void lanes.delete(name),
    refused: (name, fingerprint, failure) =>
      void lanes.set(name, { refusal: { fingerprint, failure }, attempts: 0, waitUntil: 0, failure: null }),
    troubled: (name, status, failure, askedMs) => {
      const attempts = (lanes.get(name)?.attempts ?? 0) + 1;
      const first = FIRST_WAITS[status] ?? FIRST_WAIT_MS;
      const ownMs = Math.min(first * 2 ** Math.min(attempts - 1, 10), Math.max(LONGEST_WAIT_MS, first));
      // Fifty phones that were refused in one second must not come back in one second.
      const waitMs =
        askedMs === null
          ? Math.round(ownMs * (0.5 + random() / 2))
          : Math.min(Math.round(askedMs * (1 + random() / 10)), LONGEST_RETRY_AFTER_MS);
      lanes.set(name, { refusal: null, attempts, waitUntil: clock.monotonic() + waitMs, failure });
      return { ...failure, retryAfterMs: waitMs };
    },
    reset: (prefix) => {
      for (const name of [...lanes.keys()]) if (name.startsWith(prefix)) lanes.delete(name);
    },
  };
}
