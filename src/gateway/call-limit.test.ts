import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limitCall, TIME_IS_UP, type CallLimit } from './call-limit';
import { CallTable, type AnsweredCall } from './call-table';
import { systemClock } from './clock';
import type { Endpoint } from './endpoint';
import { headerOf, type SipRequest, type SipResponse } from './sip-message';

const phone = (user: string): Endpoint => ({
  id: user,
  user,
  instance: null,
  expiresAt: null,
  isOpen: () => true,
  send: () => undefined,
});
const [alice, bob] = [phone('alice'), phone('bob')];
const request = (method: string, cseq: number, contact: string): SipRequest => ({
  kind: 'request',
  method,
  uri: 'sip:bob@practice.test',
  headers: [
    { name: 'From', value: '"Alice" <sip:alice@practice.test>;tag=a' },
    { name: 'To', value: '<sip:bob@practice.test>' },
    { name: 'Call-ID', value: 'call' },
    { name: 'CSeq', value: `${cseq} ${method}` },
    { name: 'Contact', value: `<${contact}>` },
  ],
  body: '',
});
const answer: SipResponse = {
  kind: 'response',
  status: 200,
  reason: 'OK',
  headers: [
    { name: 'To', value: '<sip:bob@practice.test>;tag=b' },
    { name: 'Contact', value: '<sip:b@b.invalid>' },
  ],
  body: '',
};

let sent: { readonly to: string; readonly bye: SipRequest }[] = [];
const onEnd = vi.fn();
const onOver = vi.fn();
const limit = (limitMs = 10_000): CallLimit =>
  limitCall({
    invite: request('INVITE', 7, 'sip:a@a.invalid'),
    response: answer,
    caller: alice,
    callee: bob,
    limitMs,
    domain: 'practice.test',
    clock: systemClock,
    deliver: ({ user }, bye) => sent.push({ to: user, bye }),
    onEnd,
  });

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  onEnd.mockClear();
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('a call with a limit', () => {
  it('ends on time with a BYE to each side in the name of the other', () => {
    limit();
    vi.advanceTimersByTime(9_999);
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(1);
    const told = sent.map(({ to, bye }) => [
      to,
      bye.uri,
      headerOf(bye, 'From'),
      headerOf(bye, 'To'),
      headerOf(bye, 'CSeq'),
      headerOf(bye, 'Call-ID'),
      headerOf(bye, 'Reason'),
    ]);
    expect(told).toEqual([
      [
        'alice',
        'sip:a@a.invalid',
        '<sip:bob@practice.test>;tag=b',
        '"Alice" <sip:alice@practice.test>;tag=a',
        '1 BYE',
        'call',
        TIME_IS_UP,
      ],
      [
        'bob',
        'sip:b@b.invalid',
        '"Alice" <sip:alice@practice.test>;tag=a',
        '<sip:bob@practice.test>;tag=b',
        '8 BYE',
        'call',
        TIME_IS_UP,
      ],
    ]);
    expect(onEnd).toHaveBeenCalledOnce();
  });

  it('follows the numbers and the addresses of both sides', () => {
    const { note } = limit();
    note(request('UPDATE', 9, 'sip:a2@a.invalid'), true);
    note(request('INFO', 12, 'sip:not-a-target@a.invalid'), true);
    note(request('INVITE', 31, 'sip:b2@b.invalid'), false);
    vi.advanceTimersByTime(10_000);
    expect(sent.map(({ bye }) => [bye.uri, headerOf(bye, 'CSeq')])).toEqual([
      ['sip:a2@a.invalid', '32 BYE'],
      ['sip:b2@b.invalid', '13 BYE'],
    ]);
  });

  it('that ended, or that nobody can end any more, is let be', () => {
    const table = new CallTable();
    const add = (callId: string): AnsweredCall => {
      const tags = { callerTag: 'a', calleeTag: 'b', numbers: { caller: 7, callee: 0 } };
      const call: AnsweredCall = { callId, ...tags, parties: [alice, bob], limit: limit(), onOver };
      table.answered(call);
      return call;
    };
    table.ended(add('ended'));
    add('swept');
    table.sweep(() => false);
    add('cleared');
    table.clear();
    vi.advanceTimersByTime(20_000);
    expect([sent.length, table.size]).toEqual([0, 0]);
    expect(onOver).toHaveBeenCalledTimes(3);
  });
});
