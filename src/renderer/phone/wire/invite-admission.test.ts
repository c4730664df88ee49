import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../../test/support/fake-clock';
import { ADMISSION_ANSWERS, createInviteAdmission, INVITES_A_SECOND, MOST_RINGING } from './invite-admission';

function setUp({ ringing = 0, calls = 0, most = 8 } = {}) {
  const clock = createFakeClock();
  const now = { ringing, calls };
  const admission = createInviteAdmission({
    clock,
    ringing: () => now.ringing,
    calls: () => now.calls,
    mostCalls: () => most,
  });
  /** An INVITE comes, and rings unless it is refused. */
  const invite = () => {
    const why = admission.look() ?? admission.ring();
    if (why === null) {
      now.ringing += 1;
      now.calls += 1;
    }
    return why;
  };
  return { admission, clock, now, invite };
}

describe('the gate for INVITEs', () => {
  it(`lets ${MOST_RINGING} ring, and no more until one of them rings no longer`, () => {
    const { invite, now } = setUp();
    expect(Array.from({ length: 6 }, invite)).toEqual([null, null, null, null, 'ringing', 'ringing']);
    now.ringing = 3;
    expect(invite()).toBe(null);
  });
  it.each([
    [8, 7, null],
    [8, 8, 'calls'],
    [1, 1, 'calls'],
    [16, 15, null],
    [16, 16, 'calls'],
  ])('with %i calls at a time and %i there: refused for %s', (most, calls, why) => {
    expect(setUp({ most, calls }).invite()).toBe(why);
  });
  it.each([
    [8, 0, null],
    [9, MOST_RINGING - 1, null],
    [8, MOST_RINGING, 'ringing'],
  ])('one that takes the place of one of %i calls, while %i ring: refused for %s', (calls, ringing, why) => {
    expect(setUp({ most: 8, calls, ringing }).admission.replace()).toBe(why);
  });
  it(`looks at ${INVITES_A_SECOND} a second`, async () => {
    const { invite, clock, now } = setUp();
    const said = Array.from({ length: 300 }, invite);
    expect(said.filter((why) => why === null)).toHaveLength(MOST_RINGING);
    expect(said.filter((why) => why === 'ringing')).toHaveLength(INVITES_A_SECOND - MOST_RINGING);
    expect(said.filter((why) => why === 'rate')).toHaveLength(300 - INVITES_A_SECOND);
    await clock.advance(1_000);
    now.ringing = 0;
    expect(invite()).toBe(null);
  });
  it('a clock that was set back does not close it', () => {
    let time = 10_000;
    const clock = { ...createFakeClock(), now: () => time };
    const admission = createInviteAdmission({ clock, ringing: () => 0, calls: () => 0, mostCalls: () => 8 });
    for (let count = 0; count < INVITES_A_SECOND; count += 1) admission.look();
    expect(admission.look()).toBe('rate');
    time = 0;
    expect(admission.look()).toBe(null);
  });
  it('answers as RFC 3261 says, and says when to try again', () => {
    expect(Object.values(ADMISSION_ANSWERS).map(({ status }) => status)).toEqual([486, 486, 503]);
    expect(ADMISSION_ANSWERS.rate.headers?.[0]).toMatch(/^Retry-After: [1-9]\d*$/);
  });
});
