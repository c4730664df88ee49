import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock';
import { loadInNewProcess, type PageContents } from './fresh-page';

const LEAVE_WITHIN_MS = 2_000;
const PAGE = 'app://ringfence/index.html';

/** A window whose page has process 7; `leaves`: what becomes of it when another page is to be loaded. */
function setUp(leaves: 'other-process' | 'same-process' | 'refuses' | 'hangs', leaveWithinMs = LEAVE_WITHIN_MS) {
  const time = createFakeClock();
  const story: string[] = [];
  let pid = 7;
  let gone = (): void => undefined;
  const contents = {
    getOSProcessId: () => pid,
    isDestroyed: () => false,
    once: (_name: string, listener: () => void) => (gone = listener),
    loadURL: (url: string): Promise<void> => {
      story.push(`load ${url}`);
      if (url === PAGE) return Promise.resolve();
      if (leaves === 'hangs') return new Promise(() => undefined);
      if (leaves === 'refuses') return Promise.reject(new Error('ERR_ABORTED'));
      if (leaves === 'other-process') pid = 8;
      return Promise.resolve();
    },
    forcefullyCrashRenderer: () => {
      story.push('crash');
      pid = 0;
      gone();
    },
  };
  const done = loadInNewProcess({
    contents: contents as unknown as PageContents,
    page: PAGE,
    leaveWithinMs,
    clock: time,
    kill: (each) => story.push(`kill ${each}`),
    onProblem: (cause) => story.push(String(cause)),
  });
  return { time, story, done };
}

describe('a page whose process is to end', () => {
  it.each<[Parameters<typeof setUp>[0], readonly string[]]>([
    ['other-process', ['load about:blank', 'kill 7', `load ${PAGE}`]],
    ['same-process', ['load about:blank', 'crash', 'kill 7', `load ${PAGE}`]],
    ['refuses', ['load about:blank', 'crash', 'kill 7', `load ${PAGE}`]],
    ['hangs', ['load about:blank', 'crash', 'kill 7', `load ${PAGE}`]],
  ])('%s: its process ends, whatever it does, before the page is loaded anew', async (leaves, expected) => {
    const { time, story, done } = setUp(leaves);
    await time.advance(LEAVE_WITHIN_MS);
    await done;
    expect(story).toEqual(expected);
    expect(time.waiting()).toBe(0);
  });

  it('that had its time is asked no more', async () => {
    const { story, done } = setUp('hangs', 0);
    await done;
    expect(story).toEqual(['crash', 'kill 7', `load ${PAGE}`]);
  });
});
