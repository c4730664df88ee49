import { describe, expect, it } from 'vitest';
import type { Call, CallFacts, EndCause } from '../../contracts/call/call';
import { fail } from '../../contracts/base/result';
import { NO_HEALTH, afterAudit, afterCalls, afterConnection, afterNote, type Health } from './health';

const facts: CallFacts = {
  id: 'c',
  direction: 'outgoing',
  peer: { uri: 'sip:1002@h', user: '1002', displayName: '' },
  profileId: 'p',
  startedAt: 1_000,
  muted: false,
  sentDigits: '',
  problem: null,
  can: [],
};
const dialing: Call = { ...facts, phase: 'dialing' };
const ringing: Call = { ...facts, phase: 'ringing', earlyMedia: false };
const active: Call = { ...facts, phase: 'active', answeredAt: 4_000 };
const ended = (cause: EndCause, answeredAt: number | null = null): Call => ({
  ...facts,
  phase: 'ended',
  answeredAt,
  endedAt: 9_000,
  cause,
  details: '',
});
const story = (...steps: readonly Call[]): Health =>
  steps.reduce(
    (health, step, index) => afterCalls(health, index === 0 ? [] : [steps[index - 1] ?? step], [step]),
    NO_HEALTH,
  );

describe('health', () => {
  it.each<[string, readonly Call[], Partial<Health>]>([
    [
      'a call that went well',
      [dialing, ringing, active, ended('hung-up', 4_000)],
      { placed: { rang: 1, notStarted: 0 }, answer: { count: 1, totalMs: 3_000 }, ended: { completed: 1, broken: 0 } },
    ],
    [
      'a call that was cut',
      [dialing, active, ended('connection-lost', 4_000)],
      { placed: { rang: 1, notStarted: 0 }, answer: { count: 1, totalMs: 3_000 }, ended: { completed: 0, broken: 1 } },
    ],
    [
      'a call that never started',
      [dialing, ended('unreachable')],
      { placed: { rang: 0, notStarted: 1 }, answer: NO_HEALTH.answer, ended: NO_HEALTH.ended },
    ],
    ['a busy number', [dialing, ended('busy')], { placed: { rang: 1, notStarted: 0 }, ended: NO_HEALTH.ended }],
    ['a change of mind', [dialing, ended('cancelled')], { placed: NO_HEALTH.placed, ended: NO_HEALTH.ended }],
    [
      'an incoming call',
      [
        { ...ringing, direction: 'incoming' },
        { ...active, direction: 'incoming' },
      ],
      { placed: NO_HEALTH.placed, answer: NO_HEALTH.answer },
    ],
  ])('counts %s', (_, steps, wanted) => {
    expect(story(...steps)).toMatchObject(wanted);
  });
  it('does not count a call twice when something else about it changes', () => {
    expect(afterCalls(NO_HEALTH, [active], [{ ...active, muted: true }])).toBe(NO_HEALTH);
    expect(
      story(
        dialing,
        active,
        { ...facts, phase: 'held', answeredAt: 4_000, hold: { byUs: true, byPeer: false, since: 1 } },
        active,
      ).answer.count,
    ).toBe(1);
  });
  it('counts what becomes of the channel', () => {
    const notes = [
      { kind: 'joined', fingerprint: '5f3a91c2', again: false, response: null },
      { kind: 'lost', why: 'closed' },
      { kind: 'unreachable', fingerprint: '5f3a91c2' },
      { kind: 'mint-failed', failure: fail('key-absent', 'S.').failure },
      { kind: 'malformed' },
      { kind: 'joined', fingerprint: '5f3a91c2', again: true, response: null },
    ] as const;
    expect(notes.reduce<Health>(afterNote, NO_HEALTH).events).toEqual({ lost: 1, back: 1, refused: 1, unreadable: 1 });
  });
  it('counts tokens, refusals and what was taken back', () => {
    const at = '2026-11-21T10:00:00Z';
    const about = { at, profileId: 'p', purpose: 'sip', fingerprint: '5f3a91c2' } as const;
    const health = [
      { what: 'mint', ...about, lifeS: 300, cause: 'asked' },
      { what: 'refusal', at, profileId: 'p', purpose: 'events', reason: 'provider-unreachable' },
      { what: 'refusal', at, profileId: 'p', purpose: 'ipc', reason: 'invalid-input' },
      { what: 'revoke', ...about, outcome: 'ended' },
      { what: 'revoke', ...about, outcome: 'provider-unreachable' },
    ] as const;
    expect(health.reduce<Health>(afterAudit, NO_HEALTH)).toMatchObject({
      mints: { sip: 1, sipFailed: 0, events: 0, eventsFailed: 1 },
      revoked: { done: 1, failed: 1 },
    });
  });
  it('counts a connection as back only after it was lost', () => {
    expect(
      ['registered', 'connection-lost', 'registered', 'registered'].reduce(afterConnection, NO_HEALTH).connection,
    ).toEqual({ lost: 1, back: 1 });
  });
});
