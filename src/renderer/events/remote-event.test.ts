import { describe, expect, it } from 'vitest';
import { readRow, readRows, timeOf } from '../../contracts/call/remote-call';
import { readEvent } from './remote-event';

describe('an event of a line', () => {
  it('reads the same in camel and in snake case, with more fields or fewer', () => {
    const row = {
      callUuid: 'a',
      status: 'answered',
      fromNumber: '+1',
      toNumber: '+2',
      startedAt: 1_793_000_000_000,
      endedAt: null,
    };
    const camel = readEvent('call_answered', {
      callUuid: 'a',
      fromNumber: '+1',
      toNumber: '+2',
      startedAt: '2026-10-26T06:13:20Z',
      unknown: { deep: [] },
    });
    expect(camel).toMatchObject({
      kind: 'call',
      callUuid: 'a',
      row: { ...row, startedAt: Date.parse('2026-10-26T06:13:20Z') },
    });
    expect(
      readEvent('call_answered', { call_uuid: 'a', from_number: '+1', to_number: '+2', started_at: 1_793_000_000 }),
    ).toMatchObject({ row });
    expect(readEvent('call_answered', { call: { call_uuid: 'a', from_number: '+1' } })).toMatchObject({
      row: { callUuid: 'a', fromNumber: '+1', toNumber: '' },
    });
  });
  it.each([
    ['incoming_call', null],
    ['incoming_call', []],
    ['incoming_call', { fromNumber: '+1' }],
    ['incoming_call', { callUuid: { toString: 'a' } }],
    ['call_participant_joined', { callUuid: 'a' }],
    ['presence_diff', { callUuid: 'a' }],
    ['constructor', { callUuid: 'a' }],
  ])('%s %j is none', (event, payload) => {
    expect(readEvent(event, payload)).toBeNull();
  });
  it('has no text but one visible line', () => {
    const read = readEvent('incoming_call', { callUuid: 'a\u202eb', fromNumber: `+1\u0000\r\n${'9'.repeat(10_000)}` });
    expect(read).toMatchObject({ callUuid: 'a b', row: { callUuid: 'a b' } });
    expect(read?.kind === 'call' ? read.row.fromNumber : '').toHaveLength(120);
  });
  it('keeps the spaces between the pieces of a sentence', () => {
    expect(readEvent('call_transcript_delta', { call_uuid: 'a', item_id: 'i', delta: ' and\n' })).toMatchObject({
      completed: false,
      piece: { itemId: 'i', text: ' and ' },
    });
    expect(
      readEvent('call_transcript_completed', { call_uuid: 'a', speaker: 'caller', text: ' and so on. ' }),
    ).toMatchObject({ completed: true, piece: { itemId: 'caller', text: 'and so on.' } });
  });
  it.each([
    [0, null],
    [-5, null],
    [Number.NaN, null],
    [1e30, null],
    ['soon', null],
    [1_793_000_000, 1_793_000_000_000],
    [1_793_000_000_000, 1_793_000_000_000],
  ])('time %j is %j', (value, at) => {
    expect(timeOf(value)).toBe(at);
  });
  it('is a row in a list, of whichever shape; a status nobody knows is the first one', () => {
    const rows = [{ callUuid: 'a', status: 'parked' }, 'nonsense', null, { call_uuid: 'b', status: 'completed' }];
    for (const list of [rows, { calls: rows }, { results: rows }])
      expect(readRows(list).map(({ callUuid, status }) => [callUuid, status])).toEqual([
        ['a', 'ringing'],
        ['b', 'completed'],
      ]);
    expect(readRows('x')).toEqual([]);
    expect(readRow({ callUuid: 7 })).toMatchObject({ callUuid: '7' });
    expect(readRow({ callUuid: 'c', status: 'failed', endedAt: 1_793_000_000 })).toMatchObject({
      status: 'completed',
      endedAt: 1_793_000_000_000,
    });
  });
});
