import { describe, expect, it } from 'vitest';
import type { Call, CallFacts } from '../../../contracts/call/call';
import { windowTitle } from './window-title';

const facts = (id: string, direction: CallFacts['direction'] = 'outgoing', displayName = ''): CallFacts => ({
  id,
  direction,
  peer: { uri: `sip:${id}@h`, user: id, displayName },
  profileId: 'p',
  startedAt: 0,
  muted: false,
  sentDigits: '',
  problem: null,
  can: [],
});
const active: Call = { ...facts('1002'), phase: 'active', answeredAt: 1000 };
const held: Call = {
  ...facts('1003'),
  phase: 'held',
  answeredAt: 1000,
  hold: { byUs: true, byPeer: false, since: 2000 },
};
const dialing: Call = { ...facts('1004'), phase: 'dialing' };
const ringing: Call = { ...facts('1005', 'incoming'), phase: 'ringing', earlyMedia: false };
const missed = (id: string): Call => ({
  ...facts(id, 'incoming'),
  phase: 'ended',
  answeredAt: null,
  endedAt: 5000,
  cause: 'cancelled-by-caller',
  details: '',
});

describe('the title of the window', () => {
  it.each<[string, readonly Call[], string]>([
    ['no call', [], 'Ringfence'],
    ['two missed calls', [missed('a'), missed('b')], '2 missed'],
    ['a call and a missed one', [missed('a'), active], '00:42 1002'],
    ['a call on hold', [held], '00:42 1003'],
    ['a call that is placed', [dialing], 'Calling: 1004'],
    ['a call that rings during another one', [active, ringing], 'Incoming call: 1005'],
  ])('%s', (_what, calls, title) => {
    expect(windowTitle({ calls, activeCallId: null }, 43_000)).toBe(title);
  });
  it('holds one short line of a stranger, without marks that turn it around', () => {
    const peer = { ...active.peer, displayName: `\u202eAsha\n${'x'.repeat(200)}` };
    expect(windowTitle({ calls: [{ ...active, peer }], activeCallId: null }, 43_000)).toMatch(/^00:42 Asha x{35}$/);
  });
});
