import { describe, expect, it } from 'vitest';
import { createInbox } from './inbox';

/** Each message takes `ms` of a clock that stands still otherwise; `task` runs what waits for the next task. */
function setUp(ms: number, problem: unknown = null) {
  let time = 0;
  let waiting: (() => void)[] = [];
  const taken: unknown[] = [];
  const clock = {
    now: () => time,
    after: (_: number, run: () => void) => {
      waiting.push(run);
      return () => void (waiting = waiting.filter((one) => one !== run));
    },
  };
  let caughtUp = 0;
  const inbox = createInbox(
    clock,
    (data) => {
      time += ms;
      if (data === problem && problem !== null) throw new Error('it can not be handled');
      taken.push(data);
    },
    () => void (caughtUp += 1),
  );
  const task = (): void => {
    for (const run of waiting.splice(0)) run();
  };
  return { inbox, taken, task, waiting: () => waiting.length, caughtUp: () => caughtUp };
}
const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe('messages of one task', () => {
  it('are handled at once while the task is young', () => {
    const { inbox, taken } = setUp(1);
    for (const n of numbers(6)) inbox.put(n);
    expect(taken).toEqual(numbers(6));
  });
  it('wait for the next tasks when it is not, and all are handled in order', () => {
    const { inbox, taken, task } = setUp(1);
    for (const n of numbers(300)) inbox.put(n);
    const slices = [taken.length];
    while (taken.length < 300) {
      const before = taken.length;
      task();
      slices.push(taken.length - before);
    }
    expect(taken).toEqual(numbers(300));
    // The last one of a slice begins within it.
    expect(Math.max(...slices)).toBeLessThanOrEqual(6);
  });
  it('that take long are one to a task', () => {
    const { inbox, taken, task } = setUp(50);
    for (const n of numbers(3)) inbox.put(n);
    expect(taken).toEqual([0]);
    task();
    expect(taken.length).toBe(2);
  });
  it('one that comes while others wait is handled after them', () => {
    const { inbox, taken, task } = setUp(50);
    inbox.put('a');
    inbox.put('b');
    task();
    inbox.put('c');
    for (let turn = 0; turn < 3; turn += 1) task();
    expect(taken).toEqual(['a', 'b', 'c']);
  });
});

it('a task that is over is no reason to wait', () => {
  const { inbox, taken, task, waiting } = setUp(50);
  inbox.put('a');
  task();
  inbox.put('b');
  expect(taken).toEqual(['a', 'b']);
  task();
  expect(waiting()).toBe(0);
});
it('no more than a thousand wait', () => {
  const { inbox, taken } = setUp(50);
  for (const n of numbers(5_000)) inbox.put(n);
  expect(taken).toEqual(numbers(4_000));
});
it('what came before the end is handled at the end', () => {
  const { inbox, taken } = setUp(50);
  for (const n of numbers(20)) inbox.put(n);
  inbox.finish();
  expect(taken).toEqual(numbers(20));
});
it('forgets what waits when it is closed, and runs nothing later', () => {
  const { inbox, taken, task, waiting } = setUp(50);
  for (const n of numbers(20)) inbox.put(n);
  inbox.close();
  expect(waiting()).toBe(0);
  task();
  expect(taken).toEqual([0]);
});
it('goes on when a message could not be handled', () => {
  const { inbox, taken, task } = setUp(50, 'bad');
  for (const message of ['a', 'bad', 'b']) inbox.put(message);
  expect(task).toThrow('it can not be handled');
  task();
  expect(taken).toEqual(['a', 'b']);
});
it.each([
  ['nothing waited', 1, ['a', 'b'], 0],
  ['some waited', 50, ['a', 'b', 'c'], 1],
  ['the last one could not be handled', 50, ['a', 'bad'], 1],
])('says that it has caught up, once: %s', (_name, ms, messages, times) => {
  const { inbox, task, caughtUp } = setUp(ms, 'bad');
  for (const message of messages) inbox.put(message);
  expect(inbox.isBehind()).toBe(times > 0);
  for (let turn = 0; turn < 5; turn += 1) {
    try {
      task();
    } catch {
      // The one that can not be handled.
    }
  }
  expect([inbox.isBehind(), caughtUp()]).toEqual([false, times]);
});
