import { describe, expect, it } from 'vitest';
import { seeded } from '../../../test/support/seeded';
import { readEvent, type RemoteEvent } from './remote-event';
import { createRemoteCalls, type RemoteCall } from './remote-calls';

const event = (name: string, payload: Record<string, unknown>): RemoteEvent => {
  const read = readEvent(name, { callUuid: 'a', ...payload });
  if (read === null) throw new Error(`${name} is not read`);
  return read;
};
const laid = (events: readonly RemoteEvent[]): RemoteCall => {
  const calls = createRemoteCalls();
  for (const each of events) calls.lay(each);
  const [call] = calls.newestFirst();
  if (call === undefined) throw new Error('no call');
  return call;
};
/** What an agent sees of it. */
const seen = (call: RemoteCall) => ({
  status: call.status,
  from: call.fromNumber,
  to: call.toNumber,
  endedAt: call.endedAt,
  present: call.participants
    .filter(({ present }) => present)
    .map(({ name }) => name)
    .sort(),
  transcript: call.transcript.map(({ itemId, text }) => `${itemId} ${text}`).sort(),
});

const SCRIPT: readonly RemoteEvent[] = [
  event('incoming_call', { fromNumber: '+254722000001', toNumber: '+254700000000', startedAt: '2026-11-21T10:00:00Z' }),
  event('call_answered', { call_uuid: 'a' }),
  event('call_participant_joined', { participant: { id: 'p1', name: 'Asha' }, at: 1 }),
  event('call_participant_joined', { participant: { id: 'p2', name: 'Ben' }, at: 2 }),
  event('call_participant_left', { participant: { id: 'p2' }, at: 5 }),
  event('call_transcript_delta', { itemId: 'i1', speaker: 'caller', delta: 'Hello', index: 0 }),
  event('call_transcript_delta', { itemId: 'i1', speaker: 'caller', delta: ' there', index: 1 }),
  event('call_transcript_delta', { itemId: 'i2', speaker: 'agent', delta: 'Goo', index: 0 }),
  event('call_transcript_completed', { itemId: 'i2', speaker: 'agent', transcript: 'Good morning' }),
  event('call_ended', { endedAt: '2026-11-21T10:01:00Z' }),
];

describe('remote calls', () => {
  it('are the same in whatever order their events come, and however often', () => {
    const wanted = {
      status: 'completed',
      from: '+254722000001',
      to: '+254700000000',
      endedAt: Date.UTC(2026, 10, 21, 10, 1),
      present: ['Asha'],
      transcript: ['i1 Hello there', 'i2 Good morning'],
    };
    expect(seen(laid(SCRIPT))).toEqual(wanted);
    const random = seeded(7);
    for (let round = 0; round < 200; round += 1) {
      const shuffled = [...SCRIPT, ...SCRIPT]
        .map((each) => ({ each, key: random() }))
        .sort((a, b) => a.key - b.key)
        .map(({ each }) => each);
      expect(seen(laid(shuffled))).toEqual(wanted);
    }
  });

  it('say of a duplicate that nothing changed', () => {
    const calls = createRemoteCalls();
    for (const each of SCRIPT) expect(calls.lay(each).changed).toBe(true);
    for (const each of SCRIPT) expect(calls.lay(each).changed).toBe(false);
  });

  it('tell of an answer that came after the end, and do not go back', () => {
    const calls = createRemoteCalls();
    calls.lay(event('call_ended', {}));
    expect(calls.lay(event('call_answered', {})).changed).toBe(true);
    expect(calls.newestFirst()[0]?.status).toBe('completed');
  });

  it('count an event that names itself once', () => {
    const piece = event('call_transcript_delta', { eventId: 'e1', speaker: 'caller', delta: 'ha ' });
    const again = event('call_transcript_delta', { eventId: 'e2', speaker: 'caller', delta: 'ha ' });
    expect(laid([piece, piece, again, again]).transcript[0]?.text).toBe('ha ha');
    const audit = event('call_ai_audit_event', { eventId: 'e3', summary: 'looked up an order' });
    const calls = createRemoteCalls();
    calls.lay(SCRIPT[0] ?? audit);
    expect([calls.lay(audit).changed, calls.lay(audit).changed]).toEqual([true, false]);
  });

  it("keep a speaker's utterances apart where they have no names", () => {
    const said = (name: string, more: Record<string, unknown>): RemoteEvent =>
      event(name, { speaker: 'caller', ...more });
    const call = laid([
      said('call_transcript_delta', { delta: 'One' }),
      said('call_transcript_completed', { text: 'One.' }),
      said('call_transcript_delta', { delta: 'Two' }),
    ]);
    expect(call.transcript.map(({ text, completed }) => [text, completed])).toEqual([
      ['One.', true],
      ['Two', false],
    ]);
  });

  it('let who left come back only at a later time', () => {
    const joined = (at?: number) =>
      event('call_participant_joined', { participant: 'Asha', ...(at === undefined ? {} : { at }) });
    const left = (at?: number) =>
      event('call_participant_left', { participant: 'Asha', ...(at === undefined ? {} : { at }) });
    const present = (...events: RemoteEvent[]): boolean => laid(events).participants[0]?.present ?? false;
    expect(present(joined(1), left(2), joined(3))).toBe(true);
    expect(present(joined(3), joined(1), left(2))).toBe(true);
    expect(present(joined(), left(), joined())).toBe(false);
    expect(present(left(), joined())).toBe(false);
    // A clock of whole seconds: both at once, in either order.
    expect([present(joined(1), left(1)), present(left(1), joined(1))]).toEqual([false, false]);
  });

  it('come from a snapshot too, which never takes them back', () => {
    const calls = createRemoteCalls();
    calls.lay(event('call_ended', {}));
    const row = {
      callUuid: 'a',
      status: 'answered',
      fromNumber: '+1',
      toNumber: '+2',
      startedAt: 1,
      endedAt: null,
    } as const;
    calls.layRows([row, { ...row, callUuid: 'b' }], true);
    expect(calls.newestFirst().map(({ callUuid, status, fromNumber }) => [callUuid, status, fromNumber])).toEqual([
      ['b', 'answered', '+1'],
      ['a', 'completed', '+1'],
    ]);
    expect(calls.underWay().map(({ callUuid }) => callUuid)).toEqual(['b']);
  });

  it('are not under way any more when two snapshots in a row do not name them, until an event does', () => {
    const calls = createRemoteCalls();
    calls.lay(event('call_answered', {}));
    const underWay = (): number => calls.underWay().length;
    calls.layRows([], false);
    calls.layRows([], true);
    expect(underWay()).toBe(1);
    calls.layRows([], true);
    expect(underWay()).toBe(0);
    calls.lay(event('call_transcript_delta', { speaker: 'x', delta: 'I am here' }));
    expect(underWay()).toBe(1);
  });

  it('are kept in a bounded number, those under way longest', () => {
    const calls = createRemoteCalls(3);
    const of = (callUuid: string, name: string): void => void calls.lay(event(name, { callUuid }));
    of('a', 'call_answered');
    of('b', 'call_ended');
    of('c', 'call_answered');
    of('d', 'call_answered');
    expect(calls.newestFirst().map(({ callUuid }) => callUuid)).toEqual(['d', 'c', 'a']);
    of('e', 'incoming_call');
    expect(calls.newestFirst().map(({ callUuid }) => callUuid)).toEqual(['e', 'd', 'c']);
  });
});
