import { describe, expect, it } from 'vitest';
import type { Call, CallFacts } from '../../contracts/call/call';
import { changedMutes, changedPhases, inOrder, isDrownedOut, layoutOf, missedIn, soundFor } from './call-views';

const facts = (id: string, direction: CallFacts['direction'] = 'outgoing'): CallFacts => ({
  id,
  direction,
  peer: { uri: `sip:${id}@h`, user: id, displayName: '' },
  profileId: 'p',
  startedAt: 0,
  muted: false,
  sentDigits: '',
  problem: null,
  can: [],
});
const active = (id: string): Call => ({ ...facts(id), phase: 'active', answeredAt: 1 });
const held = (id: string): Call => ({
  ...facts(id),
  phase: 'held',
  answeredAt: 1,
  hold: { byUs: true, byPeer: false, since: 1 },
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
const hungUp = (id: string): Call => ({ ...ended(id), answeredAt: 1, cause: 'hung-up' }) as Call;
const ids = (calls: readonly Call[]): string[] => calls.map((call) => call.id);

describe('the layout', () => {
  it('ringing ones come first, the active call is large, held and ended ones are lines', () => {
    const layout = layoutOf({
      calls: [held('a'), active('b'), ended('c'), incoming('d'), incoming('e')],
      activeCallId: 'b',
    });
    expect(ids(layout.incoming)).toEqual(['d', 'e']);
    expect(layout.main?.id).toBe('b');
    expect(ids(layout.lines)).toEqual(['a', 'c']);
    expect(ids(inOrder(layout))).toEqual(['d', 'e', 'b', 'a', 'c']);
  });
  it('ringing ones come first without a call, too', () => {
    expect(ids(inOrder(layoutOf({ calls: [ended('a'), incoming('b')], activeCallId: null })))).toEqual(['b', 'a']);
  });
  it('without an active call the one being placed is large, then the one that somebody just ended, then a held one', () => {
    expect(layoutOf({ calls: [held('a'), ringing('b'), hungUp('c')], activeCallId: null }).main?.id).toBe('b');
    expect(layoutOf({ calls: [held('a'), held('b'), hungUp('c')], activeCallId: null }).main?.id).toBe('c');
    expect(layoutOf({ calls: [held('a'), held('b')], activeCallId: null }).main?.id).toBe('b');
    expect(layoutOf({ calls: [ended('a'), ended('b')], activeCallId: null }).main?.id).toBe('b');
    expect(layoutOf({ calls: [incoming('a')], activeCallId: null }).main).toBeNull();
  });
  it('a call that waits to be put away does not push a held one off its card', () => {
    expect(layoutOf({ calls: [held('a'), ended('b')], activeCallId: null }).main?.id).toBe('a');
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
    expect(missedIn([held('a'), missed, ended('b')])).toBe(1);
  });
});

describe('the sound', () => {
  it('rings for an incoming call', () => expect(soundFor([incoming('a')], false)).toBe('ring'));
  it('is silent with do not disturb', () => expect(soundFor([incoming('a')], true)).toBe('silent'));
  it('is silent in a conversation', () => expect(soundFor([active('b'), incoming('a')], false)).toBe('silent'));
  it('plays no ringback over a conversation: another call is being placed while one is up', () =>
    expect(soundFor([active('b'), ringing('a')], false)).toBe('silent'));
  it('of a far end that rings is not heard over a conversation, either', () => {
    expect(isDrownedOut('a', [active('b'), ringing('a', true)])).toBe(true);
    expect(isDrownedOut('a', [held('b'), ringing('a', true)])).toBe(false);
    expect(isDrownedOut('b', [active('b'), ringing('a', true)])).toBe(false);
  });
  it('rings while another call is on hold', () => expect(soundFor([held('b'), incoming('a')], false)).toBe('ring'));
  it('plays ringback, with do not disturb too, unless the far end sends its own', () => {
    expect(soundFor([ringing('a')], true)).toBe('ringback');
    expect(soundFor([ringing('a', true)], false)).toBe('silent');
  });
  it('is silent without calls', () => expect(soundFor([ended('a')], false)).toBe('silent'));
});

describe('changes', () => {
  it('of mute are told once, and of live calls alone', () => {
    const muted: Call = { ...active('a'), muted: true };
    expect(ids(changedMutes([active('a')], [muted]))).toEqual(['a']);
    expect(changedMutes([muted], [muted, active('b')])).toEqual([]);
    expect(ids(changedMutes([muted], [active('a')]))).toEqual(['a']);
    expect(changedMutes([], [{ ...ended('c'), muted: true }])).toEqual([]);
  });
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
