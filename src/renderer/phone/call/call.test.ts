import { describe, expect, it } from 'vitest';
import type { Call } from '../../../contracts/call/call';
import type { CallVerb } from '../../../contracts/call/call-command';
import {
  canAnswer,
  canEnd,
  canHold,
  canMute,
  canResume,
  canSendDigits,
  incomingCall,
  needsRingback,
  outgoingCall,
  transition,
  type CallEvent,
} from './call';

const start = {
  id: 'c1',
  peer: { uri: 'sip:1002@h', user: '1002', displayName: '' },
  profileId: 'practice',
  startedAt: 1000,
};
const dialing = outgoingCall(start);
const rings = incomingCall(start);
const step = (call: Call, ...events: CallEvent[]): Call => events.reduce(transition, call);
const answered: CallEvent = { type: 'answered', at: 2000 };
const hold = (side: 'us' | 'peer', on: boolean, at = 4000): CallEvent => ({ type: 'hold', at, side, on });
const lost: CallEvent = { type: 'interrupted', at: 3000 };
const ended: CallEvent = { type: 'ended', at: 9000, cause: 'hung-up', details: 'x' };

/** Every phase in each of its kinds. */
const states = {
  dialing,
  'ringing out': step(dialing, { type: 'progress', earlyMedia: false }),
  'ringing out, early media': step(dialing, { type: 'progress', earlyMedia: true }),
  'ringing in': rings,
  connecting: step(rings, { type: 'answering' }),
  active: step(dialing, answered),
  'held by us': step(dialing, answered, hold('us', true)),
  'held by peer': step(dialing, answered, hold('peer', true)),
  'held by both': step(dialing, answered, hold('us', true), hold('peer', true)),
  recovering: step(dialing, answered, lost),
  'recovering, held': step(dialing, answered, hold('us', true), lost),
  ended: step(dialing, answered, ended),
} satisfies Record<string, Call>;
type StateName = keyof typeof states;
const names = Object.keys(states) as StateName[];

const events = {
  ring: { type: 'progress', earlyMedia: false },
  'ring with sound': { type: 'progress', earlyMedia: true },
  'sound over': { type: 'early-media-over' },
  answering: { type: 'answering' },
  answered,
  'we hold': hold('us', true),
  'we resume': hold('us', false),
  'peer holds': hold('peer', true),
  'peer resumes': hold('peer', false),
  lost,
  restored: { type: 'restored' },
  mute: { type: 'muted', on: true },
  unmute: { type: 'muted', on: false },
  digits: { type: 'digits', digits: '5' },
  'no digits': { type: 'digits', digits: '' },
  problem: { type: 'problem', problem: 'hold-failed' },
  'no problem': { type: 'problem', problem: null },
  end: ended,
} satisfies Record<string, CallEvent>;
type EventName = keyof typeof events;

/** Where each event leads; what is not named must return the same object. */
const table: Record<StateName, Partial<Record<EventName, string>>> = {
  dialing: { ring: 'ringing', 'ring with sound': 'ringing', answered: 'active' },
  'ringing out': { 'ring with sound': 'ringing', answered: 'active' },
  'ringing out, early media': { answered: 'active', 'sound over': 'ringing' },
  'ringing in': { answering: 'connecting', answered: 'active' },
  connecting: { answered: 'active' },
  active: { 'we hold': 'held', 'peer holds': 'held', lost: 'recovering' },
  'held by us': { 'we resume': 'active', 'peer holds': 'held', lost: 'recovering' },
  'held by peer': { 'we hold': 'held', 'peer resumes': 'active', lost: 'recovering' },
  'held by both': { 'we resume': 'held', 'peer resumes': 'held', lost: 'recovering' },
  recovering: { 'we hold': 'recovering', 'peer holds': 'recovering', restored: 'active' },
  'recovering, held': { 'we resume': 'recovering', 'peer holds': 'recovering', restored: 'held' },
  ended: {},
};
const whileLive: Partial<Record<EventName, true>> = { mute: true, digits: true, problem: true };

describe('transition', () => {
  describe.each(names)('%s', (name) => {
    it.each(Object.keys(events) as EventName[])('on %s', (eventName) => {
      const before = states[name];
      const after = transition(before, events[eventName]);
      if (eventName === 'end') {
        if (before.phase === 'ended') expect(after).toBe(before);
        else expect(after).toMatchObject({ phase: 'ended', endedAt: 9000, cause: 'hung-up', details: 'x' });
        return;
      }
      if (before.phase !== 'ended' && whileLive[eventName] === true) {
        expect(after).not.toBe(before);
        expect(after.phase).toBe(before.phase);
        return;
      }
      const phase = table[name][eventName];
      if (phase === undefined) expect(after).toBe(before);
      else {
        expect(after).not.toBe(before);
        expect(after.phase).toBe(phase);
      }
    });
  });
  it('never changes the facts on the way', () => {
    const muted = step(dialing, events.mute, events.digits, answered, events['we hold'], lost, events.restored, ended);
    expect(muted).toMatchObject({ ...start, direction: 'outgoing', muted: true, sentDigits: '5', answeredAt: 2000 });
  });
  it('remembers who holds through a loss', () => {
    expect(step(dialing, answered, hold('us', true), lost, hold('peer', true), { type: 'restored' })).toMatchObject({
      phase: 'held',
      hold: { byUs: true, byPeer: true, since: 4000 },
      answeredAt: 2000,
    });
  });
  it('knows since when somebody holds, until nobody does', () => {
    const both = [answered, hold('us', true, 5000), hold('peer', true, 6000), hold('us', false, 7000)];
    expect(step(dialing, ...both)).toMatchObject({ hold: { byUs: false, byPeer: true, since: 5000 } });
    expect(step(dialing, ...both, lost, { type: 'restored' })).toMatchObject({ hold: { since: 5000 } });
    const again = [hold('peer', false, 8000), hold('us', true, 9000)];
    expect(step(dialing, ...both, ...again)).toMatchObject({ hold: { byUs: true, byPeer: false, since: 9000 } });
  });
  it('knows when nobody ever answered', () => {
    expect(step(dialing, ended)).toMatchObject({ answeredAt: null });
    expect(step(rings, ended)).toMatchObject({ answeredAt: null });
  });
  it('forgets the microphone problem when the second try to answer works', () => {
    expect(step(rings, { type: 'problem', problem: 'microphone-refused' }, { type: 'answering' }).problem).toBeNull();
  });
  it('needs ringback again when early media is over', () => {
    expect(needsRingback(step(states['ringing out, early media'], events['sound over']))).toBe(true);
  });
  it('keeps early media after a later 180', () => {
    expect(step(states['ringing out, early media'], events.ring)).toMatchObject({ earlyMedia: true });
  });
});

describe('the questions', () => {
  it('offers no hold when the far end can not be told, but the way back to the microphone', () => {
    const lost: CallEvent = { type: 'problem', problem: 'signalling-lost' };
    expect([
      canHold(step(states.active, lost)),
      canResume(step(states['held by us'], lost)),
      canEnd(step(states.active, lost)),
    ]).toEqual([false, true, true]);
  });
  const yes = (question: (call: Call) => boolean): string[] => names.filter((name) => question(states[name]));
  it.each<[string, (call: Call) => boolean, StateName[]]>([
    ['canAnswer', canAnswer, ['ringing in']],
    ['canEnd', canEnd, names.filter((name) => name !== 'ended')],
    ['canHold', canHold, ['active', 'held by peer']],
    ['canResume', canResume, ['held by us', 'held by both']],
    ['canMute', canMute, names.filter((name) => name !== 'ended' && name !== 'ringing in')],
    ['canSendDigits', canSendDigits, ['ringing out, early media', 'active', 'held by peer', 'recovering']],
    ['needsRingback', needsRingback, ['ringing out']],
  ])('%s', (_, question, expected) => {
    expect(yes(question)).toEqual(expected);
  });

  const live = names.filter((name) => name !== 'ended');
  it.each<[CallVerb, StateName[]]>([
    ['answer', ['ringing in']],
    ['end', live],
    ['mute', live.filter((name) => name !== 'ringing in')],
    ['hold', ['active', 'held by peer']],
    ['resume', ['held by us', 'held by both']],
    ['send-digits', ['ringing out, early media', 'active', 'held by peer', 'recovering']],
    ['send-after', []],
    ['dismiss', ['ended']],
  ])('a call says itself when it can %s', (verb, expected) => {
    expect(names.filter((name) => states[name].can.includes(verb))).toEqual(expected);
  });
  it('a call with digits behind its number can send them, until they are sent', () => {
    const after = step(states.active, { type: 'after', after: [{ when: 'ask', waitS: 0, digits: '45' }] });
    expect(after.can).toContain('send-after');
    expect(step(after, { type: 'after', after: [] }).can).not.toContain('send-after');
  });
  it('an assistant takes no digits', () => {
    const assistant = step({ ...dialing, assistant: true }, answered);
    expect(assistant.can).not.toContain('send-digits');
    expect(assistant.can).toContain('hold');
  });
});
