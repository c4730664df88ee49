import { describe, expect, it, vi } from 'vitest';
import type { IncomingNotice } from '../../contracts/call/call';
import { createIncomingCalls } from './incoming-calls';

const notice = (callId: string): IncomingNotice => ({
  callId,
  name: 'Asha',
  number: '+254722000001',
  line: 'Practice line',
  environment: 'practice',
});

function setUp() {
  const window = { show: vi.fn(), close: vi.fn() };
  const changed: string[][] = [];
  const acted: string[] = [];
  const calls = createIncomingCalls({
    window,
    onChanged: (notices) => changed.push(notices.map((each) => each.callId)),
    onAction: (callId, action) => acted.push(`${action} ${callId}`),
  });
  return { calls, window, changed, acted };
}

describe('incoming calls', () => {
  it('show the small window while any of them rings', () => {
    const { calls, window, changed } = setUp();
    calls.notify(notice('a'));
    calls.notify(notice('b'));
    calls.dismiss('a');
    expect(window.close).not.toHaveBeenCalled();
    calls.dismiss('b');
    expect(window.close).toHaveBeenCalledOnce();
    expect(changed).toEqual([['a'], ['a', 'b'], ['b'], []]);
  });

  it('are acted upon once', () => {
    const { calls, acted, window } = setUp();
    calls.notify(notice('a'));
    expect([calls.act('a', 'answer'), calls.act('a', 'answer'), calls.act('nobody', 'decline')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(acted).toEqual(['answer a']);
    expect(window.close).toHaveBeenCalledOnce();
  });

  it('do not shut a window for a call that was not there', () => {
    const { calls, window, changed } = setUp();
    calls.dismiss('a');
    calls.clear();
    expect(window.close).not.toHaveBeenCalled();
    expect(changed).toEqual([]);
  });

  it('are eight at most', () => {
    const { calls } = setUp();
    for (let count = 0; count < 20; count += 1) calls.notify(notice(`c${count}`));
    expect(calls.current()).toHaveLength(8);
  });
});
