import { expect, describe, it } from 'vitest';
import { connectionOf, setUpSwitchboard, titlesOf } from '../../../../test/support/phones/switchboard-phones';

const { pair } = setUpSwitchboard();

const dialled = async (typed: string) => {
  const [a, b] = await pair();
  const placed = await a.agent.place(typed);
  if (!placed.ok) throw new Error(placed.failure.sentence);
  const { id } = await b.call('ringing');
  const answer = async (): Promise<void> => {
    await b.agent.act(id, { verb: 'answer' });
    await a.call('active');
  };
  return { a, id: placed.value, answer, sounded: () => connectionOf(0).dtmf.sounded };
};

describe('digits behind a number', () => {
  it('are sent by themselves after the pause, in their order, and told as stars', async () => {
    const { a, answer, sounded } = await dialled('1002,12#');
    expect(a.agent.snapshot().calls[0]).toMatchObject({
      peer: { user: '1002' },
      dialled: '1002,12#',
      after: [{ digits: '12#', when: 'pause', waitS: 2 }],
    });
    await answer();
    const answeredAt = Date.now();
    await expect.poll(sounded, { timeout: 8_000 }).toEqual(['1', '2', '#']);
    // Two seconds of silence, and three digits.
    expect(Date.now() - answeredAt).toBeGreaterThan(1_900);
    expect(a.agent.snapshot().calls[0]).toMatchObject({ after: [], sentDigits: '12#' });
    expect(titlesOf(a).filter((title) => title.startsWith('Keypad'))).toEqual(['Keypad: 1002 \u00b7 ***']);
  }, 15_000);

  it('wait for the agent behind x, and for nobody else', async () => {
    const { a, id, answer, sounded } = await dialled('1002x45');
    a.agent.act(id, { verb: 'send-after' });
    expect(a.agent.snapshot().calls[0]?.after).toHaveLength(1);
    await answer();
    expect(a.agent.snapshot().calls[0]).toMatchObject({ after: [{ digits: '45', when: 'ask' }], sentDigits: '' });
    a.agent.act(id, { verb: 'send-after' });
    await expect.poll(sounded, { timeout: 8_000 }).toEqual(['4', '5']);
    a.agent.act(id, { verb: 'send-after' });
    expect(a.agent.snapshot().calls[0]).toMatchObject({ after: [], sentDigits: '45' });
  }, 15_000);

  it('go on by themselves behind what the agent sent', async () => {
    const { a, id, answer, sounded } = await dialled('1002;ext=4,5');
    await answer();
    a.agent.act(id, { verb: 'send-after' });
    await expect.poll(sounded, { timeout: 8_000 }).toEqual(['4', '5']);
    expect(a.agent.snapshot().calls[0]).toMatchObject({ after: [] });
  }, 15_000);
});
