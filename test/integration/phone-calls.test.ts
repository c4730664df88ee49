/** The practice line's services as the engine's real code meets them. Calls between users: test/contract. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { enterPracticeRoom, type PracticeRoom } from '../support/practice-room';
import type { TestPhone } from '../support/phone';
import { storyOf } from '../support/story';

let room: PracticeRoom;
beforeEach(async () => {
  room = await enterPracticeRoom();
});
afterEach(() => room.leave());

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
    const asha = room.phone('1001');
    asha.agent.start();
    await asha.registered();
    await place(asha, target);
    expect(await asha.call('ended')).toMatchObject({ cause, details });
    expect(asha.microphone.inUse()).toBe(0);
  });

  it('no-answer rings until she gives up', async () => {
    const asha = room.phone('1001');
    asha.agent.start();
    await asha.registered();
    const hers = await place(asha, 'no-answer');
    expect(await asha.call('ringing')).toMatchObject({ earlyMedia: false });
    asha.agent.end(hers);
    expect(await asha.call('ended')).toMatchObject({ cause: 'cancelled' });
    await expect.poll(() => storyOf(asha).at(-1)).toBe('> ACK');
  });
});
