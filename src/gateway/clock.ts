/** Time as the gateway knows it; injected, so that tests move it by hand. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Runs `action` once after `ms` milliseconds; returns the function that calls it off. */
  readonly after: (ms: number, action: () => void) => () => void;
}

/** The computer's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, action) => {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
};
