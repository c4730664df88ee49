import { describe, expect, it } from 'vitest';
import { endCause, type Call, type CallFacts, type EndCause } from '../../../contracts/call/call';
import { environment } from '../../../contracts/profile/profile';
import { failureActions } from '../../../contracts/base/result';
import {
  ACTION_MESSAGES,
  END_ACTIONS,
  END_MESSAGES,
  announcement,
  endInWords,
  environmentNote,
  failureDetails,
  phaseWords,
  registrationWords,
} from './messages';

const facts: CallFacts = {
  id: 'c1',
  direction: 'outgoing',
  peer: { uri: 'sip:1002@pbx.example.com', user: '1002', displayName: 'Asha' },
  profileId: 'p',
  startedAt: 0,
  muted: false,
  sentDigits: '',
  problem: null,
  can: [],
};

describe('end causes', () => {
  it.each(endCause.options)('%s has a title and one sentence', (cause: EndCause) => {
    const words = END_MESSAGES[cause];
    expect(words.title).not.toBe('');
    expect(words.sentence).toMatch(/^[A-Z][^.]*\.$/);
    expect(words.sentence).not.toMatch(/\d{3}/);
  });
  it.each(endCause.options)('%s has one action, in one sentence, where something went wrong', (cause: EndCause) => {
    const { action, tone } = END_MESSAGES[cause];
    expect(END_ACTIONS[action] !== '').toBe(tone === 'bad');
    expect(END_ACTIONS[action]).toMatch(/^(?:[A-Z][^.]*\.)?$/);
    // The code itself lives behind Details.
    expect(endInWords(cause)).not.toMatch(/\d{3}/);
  });
  it('says what happened, then what to do', () => {
    expect(endInWords('own-number')).toBe('This is your own number. Check the number.');
    expect(endInWords('hung-up')).toBe('You ended the call.');
  });
  it('no two causes read the same', () => {
    const sentences = endCause.options.map((cause) => END_MESSAGES[cause].sentence);
    expect(new Set(sentences).size).toBe(sentences.length);
  });
  it('there are no words for causes that do not exist', () => {
    expect(Object.keys(END_MESSAGES).sort()).toEqual([...endCause.options].sort());
  });
});

describe('failures', () => {
  it.each(failureActions)('the action %s has a button or none on purpose', (action) => {
    expect(action === 'none').toBe(ACTION_MESSAGES[action] === null);
  });
  it('details carry the code', () => {
    expect(failureDetails({ reason: 'key-absent', sentence: 's', action: 'none' })).toBe('key-absent');
    expect(failureDetails({ reason: 'key-absent', sentence: 's', action: 'none', details: 'x' })).toBe('key-absent: x');
  });
});

describe('registration', () => {
  it('says in two words that there is no connection, and why in a sentence', () => {
    const waiting = {
      phase: 'waiting',
      retryAt: 10_000,
      attempt: 1,
      problem: 'gateway-unreachable',
      sentence: 'S.',
    } as const;
    expect(registrationWords(waiting)).toEqual({ word: 'Not connected', sentence: 'S.', tone: 'bad' });
  });
  it('is amber for a key that the gateway does not know yet, with an older token and without', () => {
    const sentence = 'The gateway does not know key e07c1b95 yet.';
    expect(
      registrationWords({ phase: 'registered', since: 0, expiresAt: 1, tookMs: 1, unknownKey: 'e07c1b95' }),
    ).toEqual({ word: 'Key unknown', sentence, tone: 'warn' });
    expect(
      registrationWords({
        phase: 'waiting',
        retryAt: 5_000,
        attempt: 1,
        problem: 'key-unknown',
        sentence,
        unknownKey: 'e07c1b95',
      }),
    ).toEqual({ word: 'Key unknown', sentence, tone: 'warn' });
  });
  it('says Registered when it is', () => {
    expect(registrationWords({ phase: 'registered', since: 0, expiresAt: 1, tookMs: 1 })).toMatchObject({
      word: 'Registered',
      tone: 'good',
    });
  });
});

describe('announcements', () => {
  const active: Call = { ...facts, phase: 'active', answeredAt: 1 };
  it('tells being answered from being resumed and being back', () => {
    expect(announcement(active, 'ringing')).toBe('Connected to Asha');
    expect(announcement(active, 'held')).toBe('Call with Asha resumed');
    expect(announcement(active, 'recovering')).toBe('Connection to Asha is back');
    expect(
      announcement({ ...active, phase: 'held', hold: { byUs: true, byPeer: false, since: 1 } }, 'recovering'),
    ).toBe('Connection to Asha is back');
  });
  it('tells who holds', () => {
    expect(
      announcement({ ...facts, phase: 'held', answeredAt: 1, hold: { byUs: true, byPeer: false, since: 1 } }, 'active'),
    ).toBe('Asha is on hold');
    expect(
      announcement({ ...facts, phase: 'held', answeredAt: 1, hold: { byUs: false, byPeer: true, since: 1 } }, 'active'),
    ).toBe('Asha put you on hold');
  });
  it('says the cause of an end', () => {
    const ended: Call = {
      ...facts,
      phase: 'ended',
      answeredAt: null,
      endedAt: 2,
      cause: 'busy',
      details: '486 Busy Here',
    };
    expect(announcement(ended, 'ringing')).toBe('Call with Asha: They are in another call.');
    expect(phaseWords(ended)).toBe('Busy');
  });
});

describe('the environment on a call card', () => {
  it('is said of every line that is none of production', () => {
    expect(environment.options.filter((each) => environmentNote(each) === null)).toEqual(['production']);
    expect(environmentNote('staging')).toBe('Staging line: this is not a production call.');
  });
});
