/** Time, injected wherever a decision depends on it. */
export interface Clock {
  /** Milliseconds since the epoch; may jump when somebody sets the clock. */
  readonly wall: () => number;
  /** Milliseconds from an arbitrary origin; never goes back, may stand still while the computer sleeps. */
  readonly monotonic: () => number;
  /** Runs `action` once after `ms` milliseconds; returns the function that calls it off. */
  readonly after: (ms: number, action: () => void) => () => void;
}

/** The computer's clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  wall: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, action) => {
    const timer = setTimeout(action, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
