import { describe, expect, it } from 'vitest';
import type { Call } from '../../contracts/call/call';
import { createLongestCall, durationInWords } from './longest-call';

const call = (id: string, answeredAt: number, more: Partial<Call> = {}): Call =>
  ({
    id,
    direction: 'outgoing',
    peer: { uri: 'sip:echo@h', user: 'echo', displayName: '' },
    profileId: 'a',
    startedAt: 0,
    muted: false,
    sentDigits: '',
    problem: null,
    phase: 'active',
    answeredAt,
    ...more,
  }) as Call;

function setUp() {
  let now = 0;
  let timers: { at: number; run: () => void }[] = [];
  const told: string[] = [];
  const limit = createLongestCall({
    now: () => now,
    after: (ms, run) => {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
    end: (id) => told.push(`end ${id}`),
    say: (sentence) => told.push(sentence),
    warn: (sentence) => {
      told.push(`ahead: ${sentence}`);
      return () => void told.push('taken back');
    },
  });
  const passTo = (at: number): void => {
    now = at;
    const ripe = timers.filter((each) => each.at <= at);
    timers = timers.filter((each) => each.at > at);
    for (const { run } of ripe) run();
  };
  return { limit, told, passTo, waiting: () => timers.length };
}

describe('the longest call', () => {
  it('is counted from the answer and said when it ends', () => {
    const { limit, told, passTo } = setUp();
    passTo(5_000);
    limit.follow([call('c', 4_000)], () => 600);
    limit.follow([call('c', 4_000, { phase: 'held' })], () => 600);
    passTo(543_999);
    expect(told).toEqual([]);
    passTo(544_000);
    passTo(603_999);
    expect(told.splice(0)).toEqual(['ahead: This call ends in 1 minute: the longest call on this line is 10 minutes.']);
    passTo(604_000);
    limit.follow(
      [{ ...call('c', 4_000), phase: 'ended', endedAt: 604_000, cause: 'time-limit', details: '' } as Call],
      () => 600,
    );
    expect(told).toEqual(['The longest call on this line is 10 minutes.', 'end c', 'taken back']);
  });

  it.each([
    [180, 120_000, '1 minute'],
    [45, 35_000, '10 seconds'],
  ])('of %i s is announced after %i ms, and that is taken back when it ends before', (limitS, at, left) => {
    const { limit, told, passTo, waiting } = setUp();
    limit.follow([call('c', 0)], () => limitS);
    passTo(at - 1);
    expect(told).toEqual([]);
    passTo(at);
    expect(told.splice(0)[0]).toMatch(`ahead: This call ends in ${left}:`);
    limit.follow(
      [{ ...call('c', 0), phase: 'ended', endedAt: at, cause: 'hung-up', details: '' } as Call],
      () => limitS,
    );
    expect([told, waiting()]).toEqual([['taken back'], 0]);
  });

  it('is not announced when the time that is left is shorter already', () => {
    const { limit, told, passTo } = setUp();
    passTo(590_000);
    limit.follow([call('c', 0)], () => 600);
    passTo(599_999);
    expect(told).toEqual([]);
  });

  it('follows a limit that changes, and lets calls be that have none', () => {
    const { limit, told, passTo, waiting } = setUp();
    limit.follow([call('c', 0), call('d', 0, { profileId: 'b' })], (id) => (id === 'a' ? 600 : null));
    expect(waiting()).toBe(1);
    limit.follow([call('c', 0)], () => 10);
    passTo(10_000);
    expect(told).toContain('end c');
    limit.follow([call('e', 10_000)], () => 10);
    limit.follow([call('e', 10_000)], () => null);
    expect(waiting()).toBe(0);
  });

  it('is said when the gateway ended the call a moment before, and not when they hung up', () => {
    const { limit, told } = setUp();
    const over = (id: string, endedAt: number): Call =>
      ({ ...call(id, 0), phase: 'ended', endedAt, cause: 'hung-up-by-peer', details: '' }) as Call;
    limit.follow([call('c', 0), call('d', 0)], () => 10);
    limit.follow([call('c', 0), over('d', 7_000)], () => 10);
    expect(told).toEqual([]);
    limit.follow([over('c', 9_900), over('d', 7_000)], () => 10);
    limit.follow([over('c', 9_900)], () => 10);
    expect(told).toEqual(['The longest call on this line is 10 seconds.']);
    limit.follow([call('e', 0)], () => 10);
    limit.follow([{ ...over('e', 5_000), cause: 'time-limit' } as Call], () => 10);
    expect(told).toHaveLength(2);
  });

  it('ends at once what is longer already, and nothing that is over or was never answered', () => {
    const { limit, told, passTo, waiting } = setUp();
    passTo(60_000);
    const ended = { ...call('x', 0), phase: 'ended', endedAt: 1, cause: 'hung-up', details: '' } as Call;
    const dialing = Object.fromEntries(
      Object.entries({ ...call('y', 0), phase: 'dialing' }).filter(([name]) => name !== 'answeredAt'),
    ) as unknown as Call;
    limit.follow([call('c', 0), ended, dialing], () => 10);
    expect(waiting()).toBe(1);
    passTo(60_000);
    expect(told).toEqual(['The longest call on this line is 10 seconds.', 'end c']);
    limit.follow([ended], () => 10);
    expect(waiting()).toBe(0);
  });

  it.each([
    [600, '10 minutes'],
    [90, '1 minute 30 seconds'],
    [3600, '1 hour'],
    [86_400, '24 hours'],
    [5430, '1 hour 30 minutes 30 seconds'],
  ])('%i s is %s', (seconds, words) => expect(durationInWords(seconds)).toBe(words));
});
