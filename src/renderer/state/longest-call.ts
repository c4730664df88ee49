/** Ends calls that last longer than their line's policy allows; says so a moment ahead, and when it is done, also when a gateway that reads the token's `max_call_s` was first. */
import type { Call, CallId } from '../../contracts/call/call';

export interface LongestCallPorts {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Returns the function that calls it off. */
  readonly after: (ms: number, run: () => void) => () => void;
  readonly end: (id: CallId) => void;
  readonly say: (sentence: string) => void;
  /** A call is about to end; returns the function that takes the sentence back. */
  readonly warn: (sentence: string) => () => void;
}

/** A gateway counts from the answer that it saw, which is earlier than the one we saw, ms; not every one says why it ends a call. */
const GATEWAY_EARLY_MS = 2_000;

/** How long before its end an agent is told, in seconds: a minute, or the last part of a call that is short anyway. */
const aheadOf = (limitS: number): number => (limitS >= 180 ? 60 : limitS >= 30 ? 10 : 0);

/** The longest call of a line, in seconds; null: no limit. */
export type LimitOf = (profileId: string) => number | null;

/** `600` -> `10 minutes`. */
export function durationInWords(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 3600), 'hour'],
    [Math.floor((seconds % 3600) / 60), 'minute'],
    [seconds % 60, 'second'],
  ] as const;
  return parts.flatMap(([count, unit]) => (count === 0 ? [] : [`${count} ${unit}${count === 1 ? '' : 's'}`])).join(' ');
}

/** Follows the calls of a phone: to be told of each change of them, and of the lines' limits. */
export function createLongestCall({ now, after, end, say, warn }: LongestCallPorts): {
  readonly follow: (calls: readonly Call[], limitOf: LimitOf) => void;
} {
  /** Ended here: that is said already. */
  const endedHere = new Set<CallId>();
  const timers = new Map<CallId, { readonly endsAt: number; readonly limitS: number; readonly cancel: () => void }>();
  const sayLimit = (limitS: number): void => say(`The longest call on this line is ${durationInWords(limitS)}.`);
  const drop = (id: CallId): void => {
    timers.get(id)?.cancel();
    timers.delete(id);
  };
  return {
    follow: (calls, limitOf) => {
      const due = new Map<CallId, { readonly endsAt: number; readonly limitS: number }>();
      for (const call of calls) {
        const limitS = limitOf(call.profileId);
        if (limitS === null || call.phase === 'ended' || !('answeredAt' in call)) continue;
        due.set(call.id, { endsAt: call.answeredAt + limitS * 1000, limitS });
      }
      for (const [id, { endsAt, limitS }] of timers) {
        if (due.get(id)?.endsAt === endsAt) continue;
        drop(id);
        const over = calls.find((call) => call.id === id);
        if (
          !endedHere.delete(id) &&
          over?.phase === 'ended' &&
          (over.cause === 'time-limit' ||
            (over.cause === 'hung-up-by-peer' && over.endedAt > endsAt - GATEWAY_EARLY_MS))
        )
          sayLimit(limitS);
      }
      for (const [id, { endsAt, limitS }] of due) {
        if (timers.has(id)) continue;
        let takeBack = (): void => undefined;
        let cancelNext = (): void => undefined;
        const leftMs = (): number => Math.max(0, endsAt - now());
        const endInTime = (): void => {
          cancelNext = after(leftMs(), () => {
            sayLimit(limitS);
            endedHere.add(id);
            end(id);
          });
        };
        const aheadS = aheadOf(limitS);
        // Only in time: a limit that was shortened meanwhile leaves less.
        if (aheadS === 0 || leftMs() < aheadS * 1000) endInTime();
        else {
          cancelNext = after(leftMs() - aheadS * 1000, () => {
            if (leftMs() > 0)
              takeBack = warn(
                `This call ends in ${durationInWords(Math.ceil(leftMs() / 1000))}: the longest call on this line is ${durationInWords(limitS)}.`,
              );
            endInTime();
          });
        }
        const cancel = (): void => {
          cancelNext();
          takeBack();
        };
        timers.set(id, { endsAt, limitS, cancel });
      }
    },
  };
}
