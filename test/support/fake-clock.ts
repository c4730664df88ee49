/** A clock that a test moves by hand: nothing waits, everything is in order. */

interface Task {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export interface FakeClock {
  readonly now: () => number;
  readonly after: (ms: number, task: () => void) => () => void;
  /** Moves on, running what falls due in order; lets promises settle between the tasks. */
  readonly advance: (ms: number) => Promise<void>;
  /** Lets everything that waits for promises alone go on. */
  readonly settle: () => Promise<void>;
  /** How many tasks still wait. */
  readonly waiting: () => number;
}

/** Creates a clock that starts at `start` ms since the epoch. */
export function createFakeClock(start = 1_800_000_000_000): FakeClock {
  let now = start;
  let order = 0;
  let tasks: Task[] = [];
  const settle = async (): Promise<void> => {
    // More turns than any chain of promises in the engine is long.
    for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
  };
  return {
    now: () => now,
    after: (ms, run) => {
      order += 1;
      const task: Task = { at: now + ms, order, run };
      tasks.push(task);
      return () => {
        tasks = tasks.filter((one) => one !== task);
      };
    },
    advance: async (ms) => {
      const until = now + ms;
      await settle();
      for (;;) {
        const due = tasks.filter((task) => task.at <= until).sort((a, b) => a.at - b.at || a.order - b.order)[0];
        if (due === undefined) break;
        tasks = tasks.filter((one) => one !== due);
        now = due.at;
        due.run();
        await settle();
      }
      now = until;
    },
    settle,
    waiting: () => tasks.length,
  };
}
