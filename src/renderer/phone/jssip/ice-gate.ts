/** Lets one local description go: applies the ICE policy to candidates as they come. */
import type { Clock } from '../../base/clock';
import { iceCaps, isUsable, type IceContext } from '../port/ice-policy';

export interface IceGate {
  /** Gathering starts; `giveUp` is called at the hard cap unless `candidate` let the description go before. */
  readonly start: (giveUp: () => void) => void;
  /** A candidate came; `ready` lets the description go. */
  readonly candidate: (line: string, ready: () => void) => void;
  readonly stop: () => void;
}

/** Creates a gate; it may be started again for each new gathering (ICE restart). */
export function createIceGate(clock: Clock, context: IceContext): IceGate {
  const caps = iceCaps(context);
  let cancelHard: (() => void) | null = null;
  let cancelSoft: (() => void) | null = null;
  const stop = (): void => {
    cancelHard?.();
    cancelSoft?.();
    cancelHard = cancelSoft = null;
  };
  return {
    start: (giveUp) => {
      stop();
      cancelHard = clock.after(caps.hardMs, () => {
        stop();
        giveUp();
      });
    },
    candidate: (line, ready) => {
      if (cancelSoft !== null || !isUsable(line, context)) return;
      cancelSoft = clock.after(caps.softMs, () => {
        stop();
        ready();
      });
    },
    stop,
  };
}
