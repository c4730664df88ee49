import { describe, expect, it, vi } from 'vitest';
import type { IncomingAnnouncement } from '../../contracts/call/call';
import { createIncomingCalls, MOST_NOTICES } from './incoming-calls';

const announced = (callId: string, more: Partial<IncomingAnnouncement> = {}): IncomingAnnouncement => ({
  callId,
  sipCallId: `${callId}@wire`,
  profileId: 'practice',
  name: 'Asha',
  number: '+254722000001',
  ...more,
});

function setUp(rings: (sipCallId: string) => Promise<boolean> = () => Promise.resolve(true)) {
  const window = { show: vi.fn(), close: vi.fn() };
  const changed: string[][] = [];
  const acted: string[] = [];
  const calls = createIncomingCalls({
    window,
    rings,
    line: (id) => (id === 'practice' ? { name: 'Practice line', environment: 'practice' } : null),
    onChanged: (notices) => changed.push(notices.map((each) => each.callId)),
    onAction: (callId, action) => acted.push(`${action} ${callId}`),
  });
  return { calls, window, changed, acted };
}

describe('incoming calls', () => {
  it('show the small window while any of them rings', async () => {
    const { calls, window, changed } = setUp();
    await calls.notify(announced('a'));
    await calls.notify(announced('b'));
    calls.dismiss('a');
    expect(window.close).not.toHaveBeenCalled();
    calls.dismiss('b');
    expect(window.close).toHaveBeenCalledOnce();
    expect(changed).toEqual([['a'], ['a', 'b'], ['b'], []]);
  });

  it('are acted upon once', async () => {
    const { calls, acted, window } = setUp();
    await calls.notify(announced('a'));
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
    calls.over('a@wire');
    calls.clear();
    expect(window.close).not.toHaveBeenCalled();
    expect(changed).toEqual([]);
  });

  it('are four at most, whatever a page says', async () => {
    const { calls } = setUp();
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => calls.notify(announced(`c${n}`))));
    expect(MOST_NOTICES).toBe(4);
    expect(answers.filter(Boolean)).toHaveLength(4);
    expect(calls.current()).toHaveLength(4);
  });

  it('are none that main has not seen come in, and none of a line that is not there', async () => {
    const { calls, window } = setUp((id) => Promise.resolve(id === 'real@wire'));
    expect(await calls.notify(announced('made-up'))).toBe(false);
    expect(await calls.notify(announced('real', { profileId: 'nobody' }))).toBe(false);
    expect(window.show).not.toHaveBeenCalled();
    expect(await calls.notify(announced('real'))).toBe(true);
    // The same call under another name is the same call.
    expect(await calls.notify(announced('again', { sipCallId: 'real@wire' }))).toBe(true);
    expect(calls.current().map(({ callId }) => callId)).toEqual(['again']);
  });

  it("carry main's own name of the line, and its environment", async () => {
    const { calls } = setUp();
    await calls.notify(announced('a'));
    expect(calls.current()).toEqual([
      { callId: 'a', name: 'Asha', number: '+254722000001', line: 'Practice line', environment: 'practice' },
    ]);
  });

  it('go when main sees that they ring no more', async () => {
    const { calls, window } = setUp();
    await calls.notify(announced('a'));
    calls.over('a@wire');
    expect(calls.current()).toEqual([]);
    expect(window.close).toHaveBeenCalledOnce();
  });

  it('are not shown when the page takes them back, or is gone, while main looks for them', async () => {
    let seen: (rings: boolean) => void = () => undefined;
    const { calls, window } = setUp(() => new Promise((resolve) => (seen = resolve)));
    for (const leave of [() => calls.dismiss('a'), () => calls.clear()]) {
      const shown = calls.notify(announced('a'));
      leave();
      seen(true);
      expect(await shown).toBe(false);
    }
    expect(window.show).not.toHaveBeenCalled();
  });
});
