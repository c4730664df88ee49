import { describe, expect, it } from 'vitest';
import type { Call, CallFacts } from '../../contracts/call/call';
import { changedPhases, inOrder, layoutOf, soundFor } from './call-views';

const facts = (id: string, direction: CallFacts['direction'] = 'outgoing'): CallFacts => ({
  id,
  direction,
  peer: { uri: `sip:${id}@h`, user: id, displayName: '' },
  profileId: 'p',
  startedAt: 0,
  muted: false,
  sentDigits: '',
  problem: null,
});
const active = (id: string): Call => ({ ...facts(id), phase: 'active', answeredAt: 1 });
const held = (id: string): Call => ({
  ...facts(id),
  phase: 'held',
  answeredAt: 1,
  hold: { byUs: true, byPeer: false },
});
const incoming = (id: string): Call => ({ ...facts(id, 'incoming'), phase: 'ringing', earlyMedia: false });
const ringing = (id: string, earlyMedia = false): Call => ({ ...facts(id), phase: 'ringing', earlyMedia });
const ended = (id: string): Call => ({
  ...facts(id),
  phase: 'ended',
  answeredAt: null,
  endedAt: 2,
  cause: 'busy',
  details: '',
});
const ids = (calls: readonly Call[]): string[] => calls.map((call) => call.id);

describe('the layout', () => {
  it('the active call is large, held and ended ones are lines, incoming ones come last', () => {
    const layout = layoutOf({
      calls: [held('a'), active('b'), ended('c'), incoming('d'), incoming('e')],
      activeCallId: 'b',
    });
    expect(ids(layout.incoming)).toEqual(['d', 'e']);
    expect(layout.main?.id).toBe('b');
    expect(ids(layout.lines)).toEqual(['a', 'c']);
    expect(ids(inOrder(layout))).toEqual(['b', 'a', 'c', 'd', 'e']);
  });
  it('outside of a call incoming ones stand on top', () => {
    expect(ids(inOrder(layoutOf({ calls: [ended('a'), incoming('b')], activeCallId: null })))).toEqual(['b', 'a']);
  });
  it('without an active call the one being placed is large, then the one that just ended, then a held one', () => {
    expect(layoutOf({ calls: [held('a'), ringing('b'), ended('c')], activeCallId: null }).main?.id).toBe('b');
    expect(layoutOf({ calls: [held('a'), held('b'), ended('c')], activeCallId: null }).main?.id).toBe('c');
    expect(layoutOf({ calls: [held('a'), held('b')], activeCallId: null }).main?.id).toBe('b');
    expect(layoutOf({ calls: [ended('a'), ended('b')], activeCallId: null }).main?.id).toBe('b');
    expect(layoutOf({ calls: [incoming('a')], activeCallId: null }).main).toBeNull();
  });
  it('a missed call does not push a held one off its card', () => {
    const missed: Call = {
      ...facts('m', 'incoming'),
      phase: 'ended',
      answeredAt: null,
      endedAt: 2,
      cause: 'cancelled-by-caller',
      details: '',
    };
    expect(layoutOf({ calls: [held('a'), missed], activeCallId: null }).main?.id).toBe('a');
    expect(layoutOf({ calls: [missed], activeCallId: null }).main?.id).toBe('m');
  });
});

describe('the sound', () => {
  it('rings for an incoming call', () => expect(soundFor([incoming('a')], false)).toBe('ring'));
  it('is silent with do not disturb', () => expect(soundFor([incoming('a')], true)).toBe('silent'));
  it('is silent in a conversation', () => expect(soundFor([active('b'), incoming('a')], false)).toBe('silent'));
  it('rings while another call is on hold', () => expect(soundFor([held('b'), incoming('a')], false)).toBe('ring'));
  it('plays ringback, with do not disturb too, unless the far end sends its own', () => {
    expect(soundFor([ringing('a')], true)).toBe('ringback');
    expect(soundFor([ringing('a', true)], false)).toBe('silent');
  });
  it('is silent without calls', () => expect(soundFor([ended('a')], false)).toBe('silent'));
});

describe('changes', () => {
  it('are told once, with where they came from', () => {
    expect(
      changedPhases([ringing('a'), held('b')], [active('a'), held('b'), incoming('c')]).map(({ call, from }) => [
        call.id,
        from,
        call.phase,
      ]),
    ).toEqual([
      ['a', 'ringing', 'active'],
      ['c', null, 'ringing'],
    ]);
  });
});
