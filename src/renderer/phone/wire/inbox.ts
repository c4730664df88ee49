/**
 * What a WebSocket delivers, handled in order and in slices. Chromium hands over all frames that are there in one task; the window would
 * stand still until the last one of a flood is handled.
 */
import type { Clock } from '../../base/clock';

export interface Inbox {
  /** Handled at once, unless this task took long already. */
  readonly put: (data: unknown) => void;
  /** Something waits. */
  readonly isBehind: () => boolean;
  /** Handles now whatever waits: nothing comes any more. */
  readonly finish: () => void;
  /** Forgets what waits. */
  readonly close: () => void;
}

/** So many messages wait; beyond them the oldest is handled for each that comes, and the socket waits for that. */
const MOST = 1_000;
/** So long a task may go on with messages, ms: what they change is drawn in the same task, and no frame may be late by it. */
const SLICE_MS = 6;

/** Creates the empty inbox; `take` handles one message. `onCaughtUp` is called when the last one that waited is handled. */
export function createInbox(
  { now, after }: Clock,
  take: (data: unknown) => void,
  onCaughtUp: () => void = () => undefined,
): Inbox {
  let waiting: unknown[] = [];
  let wasBehind = false;
  /** When the task began that is handling messages, ms; null: none is. */
  let began: number | null = null;
  let cancelNext: () => void = () => undefined;

  const mayGoOn = (): boolean => began !== null && Math.abs(now() - began) < SLICE_MS;
  const takeOldest = (): void => {
    const [data] = waiting.splice(0, 1);
    take(data);
  };
  const begin = (): void => {
    began = now();
    cancelNext = after(0, next);
  };
  function next(): void {
    began = null;
    if (waiting.length > 0) {
      begin();
      do takeOldest();
      while (waiting.length > 0 && mayGoOn());
    }
    if (!wasBehind || waiting.length > 0) return;
    wasBehind = false;
    onCaughtUp();
  }

  return {
    put: (data) => {
      if (began === null) begin();
      if (waiting.length === 0 && mayGoOn()) {
        take(data);
        return;
      }
      waiting.push(data);
      wasBehind = true;
      if (waiting.length > MOST) takeOldest();
    },
    isBehind: () => waiting.length > 0,
    finish: () => {
      while (waiting.length > 0) takeOldest();
    },
    close: () => {
      waiting = [];
      wasBehind = false;
      cancelNext();
      began = null;
    },
  };
}
