import { describe, expect, it } from 'vitest';
import type { Call } from '../../contracts/call/call';
import { isSameNumber, remoteCallOf } from './match-call';
import type { RemoteCall } from './remote-calls';

const at = 1_800_000_000_000;
const call = (user: string, direction: Call['direction'] = 'outgoing'): Call => ({
  id: 'c',
  direction,
  peer: { uri: `sip:${user}@h`, user, displayName: '' },
  profileId: 'p',
  startedAt: at,
  muted: false,
  sentDigits: '',
  problem: null,
  can: [],
  phase: 'active',
  answeredAt: at,
});
const remote = (
  callUuid: string,
  toNumber: string,
  startedAt: number | null = at,
  more: Partial<RemoteCall> = {},
): RemoteCall => ({
  callUuid,
  status: 'answered',
  fromNumber: '+254700000000',
  toNumber,
  startedAt,
  endedAt: null,
  participants: [],
  transcript: [],
  told: [],
  eventIds: [],
  ...more,
});

describe('the call on the card', () => {
  it.each([
    ['+254722000001', '0722 000 001', true],
    ['+254722000001', '00254722000001', true],
    ['sip:asha@pbx.example.com', 'Asha', true],
    ['1002', '9991002', false],
    ['722000001', '722000002', false],
    ['', '', false],
    ['anonymous', '', false],
  ])('%j and %j: %s', (one, other, same) => {
    expect(isSameNumber(one, other)).toBe(same);
  });
  it('is found by the far end and the time, in the direction it has', () => {
    const calls = [
      remote('a', '+254722000001', at + 3_000),
      remote('b', '+254722000001', at + 60_000),
      remote('c', '+254722000002'),
    ];
    expect(remoteCallOf(call('0722000001'), calls)?.callUuid).toBe('a');
    expect(remoteCallOf(call('0722000001', 'incoming'), calls)).toBeNull();
    expect(remoteCallOf(call('+254700000000', 'incoming'), calls.slice(0, 1))?.callUuid).toBe('a');
  });
  it('is none that began at another time, is over, or may as well be another one', () => {
    expect(remoteCallOf(call('1002'), [remote('a', '1002', at - 300_000)])).toBeNull();
    expect(remoteCallOf(call('1002'), [remote('a', '1002', at, { status: 'completed' })])).toBeNull();
    expect(remoteCallOf(call('1002'), [remote('a', '1002'), remote('b', '1002')])).toBeNull();
    expect(remoteCallOf(call('1002'), [remote('a', '1002', null)])?.callUuid).toBe('a');
  });
  it('may have waited there before it rang here, as long as it was not over by then', () => {
    const waited = (more: Partial<RemoteCall> = {}) => remote('a', '', at - 600_000, { fromNumber: '1002', ...more });
    expect(remoteCallOf(call('1002', 'incoming'), [waited()])?.callUuid).toBe('a');
    expect(
      remoteCallOf(call('1002', 'incoming'), [waited(), remote('b', '', at - 1_000, { fromNumber: '1002' })])?.callUuid,
    ).toBe('b');
    const ended: Call = {
      ...call('1002', 'incoming'),
      phase: 'ended',
      endedAt: at + 60_000,
      cause: 'hung-up',
      details: '',
      answeredAt: at,
    };
    expect(remoteCallOf(ended, [waited({ status: 'completed', endedAt: at + 60_000 })])?.callUuid).toBe('a');
    expect(remoteCallOf(ended, [waited({ status: 'completed', endedAt: at - 300_000 })])).toBeNull();
    expect(remoteCallOf(call('1002', 'incoming'), [waited({ startedAt: at - 7_200_000 })])).toBeNull();
  });
});
