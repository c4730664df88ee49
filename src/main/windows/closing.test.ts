import { describe, expect, it } from 'vitest';
import { createClosing } from './closing';

/** A window whose question is answered by the test. */
function setUp() {
  const story: string[] = [];
  const answers: ((wanted: boolean) => void)[] = [];
  const up = { calls: 0 };
  const closing = createClosing({
    calls: () => up.calls,
    ask: (calls) => {
      story.push(`asks for ${calls}`);
      return new Promise((resolve) => answers.push(resolve));
    },
    minimise: () => story.push('minimises'),
    closeLine: () => {
      story.push('closes the line');
      return Promise.resolve();
    },
    closeWindow: () => story.push(closing.close() ? 'closes' : 'stays'),
  });
  const answer = async (wanted: boolean): Promise<void> => {
    answers.shift()?.(wanted);
    await new Promise(setImmediate);
  };
  return { closing, story, answer, up };
}

describe('closing the window', () => {
  it('minimises it without a call', () => {
    const { closing, story } = setUp();
    expect(closing.close()).toBe(false);
    expect(story).toEqual(['minimises']);
  });
  it('asks once while calls are up, and keeps them on a no', async () => {
    const { closing, story, answer, up } = setUp();
    up.calls = 2;
    expect([closing.close(), closing.close()]).toEqual([false, false]);
    closing.quit();
    expect(story).toEqual(['asks for 2']);
    await answer(false);
    up.calls = 1;
    closing.close();
    expect(story).toEqual(['asks for 2', 'asks for 1']);
  });
  it('closes the line before the window on a yes, once', async () => {
    const { closing, story, answer, up } = setUp();
    up.calls = 1;
    closing.close();
    await answer(true);
    expect(story).toEqual(['asks for 1', 'closes the line', 'closes']);
    closing.quit();
    expect(story).toHaveLength(3);
  });
});

describe('quitting', () => {
  it('asks nothing without a call', async () => {
    const { closing, story, answer } = setUp();
    closing.quit();
    expect(closing.close()).toBe(false);
    await answer(true);
    expect(story).toEqual(['closes the line', 'closes']);
  });
  it('is not held up by a question when a signal or the end of a session comes, not even by one that is open', async () => {
    const { closing, story, answer, up } = setUp();
    up.calls = 1;
    closing.close();
    closing.unasked();
    closing.close();
    await new Promise(setImmediate);
    expect(story).toEqual(['asks for 1', 'closes the line', 'closes']);
    await answer(true);
    expect(story).toHaveLength(3);
  });
});
