/** The practice line's services as the engine's real code meets them. Calls between users: test/contract. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPracticeFixture, type PracticeFixture } from '../support/servers/practice-fixture';
import type { TestPhone } from '../support/phones/phone';
import { wireScriptOf } from '../support/phones/wire-script';

let fixture: PracticeFixture;
beforeEach(async () => {
  fixture = await openPracticeFixture();
});
afterEach(() => fixture.leave());

const place = async (phone: TestPhone, target: string): Promise<string> => {
  const placed = await phone.agent.place(target);
  if (!placed.ok) throw new Error(placed.failure.sentence);
  return placed.value;
};

describe('a service', () => {
  it.each([
    ['busy', 'busy', '486 Busy Here'],
    ['decline', 'declined-by-peer', '603 Decline'],
  ])('%s', async (target, cause, details) => {
    const asha = fixture.phone('1001');
    asha.agent.start();
    await asha.registered();
    await place(asha, target);
    expect(await asha.call('ended')).toMatchObject({ cause, details });
    expect(asha.microphone.inUse()).toBe(0);
  });

  it('no-answer rings until she gives up', async () => {
    const asha = fixture.phone('1001');
    asha.agent.start();
    await asha.registered();
    const hers = await place(asha, 'no-answer');
    expect(await asha.call('ringing')).toMatchObject({ earlyMedia: false });
    asha.agent.act(hers, { verb: 'end' });
    expect(await asha.call('ended')).toMatchObject({ cause: 'cancelled' });
    await expect.poll(() => wireScriptOf(asha).at(-1)).toBe('> ACK');
  });
});
