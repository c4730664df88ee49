import { describe, expect, it } from 'vitest';
import { endCause } from '../../../contracts/call/call';
import { causeInWords, causeOfStatus, endOf, type EndFacts } from './cause';

const facts: EndFacts = {
  direction: 'outgoing',
  rang: false,
  answered: false,
  by: 'peer',
  status: null,
  phrase: '',
  reason: null,
  trouble: null,
};

describe('causeOfStatus', () => {
  it.each([
    [301, 'failed'],
    [302, 'failed'],
    [380, 'failed'],
    [400, 'failed'],
    [401, 'refused'],
    [402, 'refused'],
    [403, 'refused'],
    [404, 'not-found'],
    [405, 'refused'],
    [406, 'not-acceptable'],
    [407, 'refused'],
    [408, 'no-answer'],
    [410, 'not-found'],
    [413, 'failed'],
    [415, 'not-acceptable'],
    [416, 'not-found'],
    [420, 'failed'],
    [421, 'failed'],
    [423, 'failed'],
    [428, 'refused'],
    [429, 'refused'],
    [430, 'unreachable'],
    [433, 'refused'],
    [480, 'no-answer'],
    [481, 'failed'],
    [482, 'failed'],
    [483, 'unreachable'],
    [484, 'not-found'],
    [485, 'not-found'],
    [486, 'busy'],
    [487, 'no-answer'],
    [488, 'not-acceptable'],
    [491, 'failed'],
    [493, 'failed'],
    [500, 'unreachable'],
    [501, 'unreachable'],
    [502, 'unreachable'],
    [503, 'unreachable'],
    [504, 'unreachable'],
    [513, 'unreachable'],
    [580, 'unreachable'],
    [600, 'busy'],
    [603, 'declined-by-peer'],
    [604, 'not-found'],
    [606, 'not-acceptable'],
    [607, 'declined-by-peer'],
    [608, 'refused'],
    [699, 'failed'],
  ] as const)('%i is %s', (status, cause) => {
    expect(causeOfStatus(status)).toBe(cause);
  });
  it('has a cause for every final status there can be', () => {
    for (let status = 300; status < 700; status += 1) expect(endCause.options).toContain(causeOfStatus(status));
  });
});

describe('endOf', () => {
  it.each<[string, Partial<EndFacts>, string, string]>([
    ['our cancel, though the 487 carries a status', { by: 'us' }, 'cancelled', ''],
    ['busy', { status: 486, phrase: 'Busy Here' }, 'busy', '486 Busy Here'],
    ['declined', { status: 603, phrase: 'Decline' }, 'declined-by-peer', '603 Decline'],
    [
      'nobody answers where it rings',
      { status: 480, phrase: 'Temporarily Unavailable', rang: true },
      'no-answer',
      '480 Temporarily Unavailable',
    ],
    [
      'nobody is there to ring',
      { status: 480, phrase: 'Temporarily Unavailable' },
      'unreachable',
      '480 Temporarily Unavailable',
    ],
    ['a phone that is off', { status: 408, phrase: 'Request Timeout' }, 'unreachable', '408 Request Timeout'],
    [
      'busy, as the telephone network says it',
      { status: 480, phrase: 'X', reason: 'Q.850;cause=17;text="User busy"' },
      'busy',
      '480 X - Q.850;cause=17;text="User busy"',
    ],
    [
      'no such number, behind a gateway that says 503',
      { status: 503, phrase: 'X', reason: 'SIP;cause=503, Q.850 ;cause=1' },
      'not-found',
      '503 X - SIP;cause=503, Q.850 ;cause=1',
    ],
    [
      'a cause that says nothing more',
      { status: 503, phrase: 'X', reason: 'Q.850;cause=127' },
      'unreachable',
      '503 X - Q.850;cause=127',
    ],
    [
      'a status that says enough',
      { status: 486, phrase: 'X', reason: 'Q.850;cause=21' },
      'busy',
      '486 X - Q.850;cause=21',
    ],
    [
      'the network breaks the call',
      { answered: true, reason: 'Q.850;cause=41;text="Temporary failure"' },
      'connection-lost',
      'Q.850;cause=41;text="Temporary failure"',
    ],
    [
      'they hang up, with an ordinary reason',
      { answered: true, reason: 'Q.850;cause=16' },
      'hung-up-by-peer',
      'Q.850;cause=16',
    ],
    ['lost before an answer', { by: 'system', trouble: 'transport' }, 'unreachable', ''],
    ['nobody answers our INVITE at all', { by: 'system', trouble: 'timeout' }, 'unreachable', ''],
    [
      'sent on to where the line may not call',
      { status: 302, phrase: 'Moved', reason: 'This line may not.', trouble: 'rule' },
      'redirect-forbidden',
      '302 Moved - This line may not.',
    ],
    ['the browser makes no peer connection', { by: 'system', trouble: 'setup' }, 'media-failed', ''],
    ['the same for a call that came', { direction: 'incoming', by: 'system', trouble: 'setup' }, 'media-failed', ''],
    ['we hang up', { answered: true, by: 'us' }, 'hung-up', ''],
    ['they hang up', { answered: true }, 'hung-up-by-peer', ''],
    [
      'the gateway ends it: the time that the token allows is up',
      { answered: true, reason: 'SIP;cause=408;text="Call time is up"' },
      'time-limit',
      'SIP;cause=408;text="Call time is up"',
    ],
    ['media lost', { answered: true, by: 'us', trouble: 'media' }, 'connection-lost', ''],
    ['missed', { direction: 'incoming' }, 'cancelled-by-caller', ''],
    [
      'answered elsewhere',
      { direction: 'incoming', reason: 'SIP;cause=200;text="Call completed elsewhere"' },
      'answered-elsewhere',
      'SIP;cause=200;text="Call completed elsewhere"',
    ],
    [
      'answered elsewhere, as ISUP says it',
      { direction: 'incoming', reason: 'Q.850 ;cause=26' },
      'answered-elsewhere',
      'Q.850 ;cause=26',
    ],
    [
      'answered elsewhere, said second',
      { direction: 'incoming', reason: 'Q.850;cause=16;text="a, b;cause=3", SIP;cause=200' },
      'answered-elsewhere',
      'Q.850;cause=16;text="a, b;cause=3", SIP;cause=200',
    ],
    [
      'missed, whatever the text says',
      { direction: 'incoming', reason: 'Q.850;cause=16;text="x, SIP;cause=200"' },
      'cancelled-by-caller',
      'Q.850;cause=16;text="x, SIP;cause=200"',
    ],
    [
      'declined elsewhere',
      { direction: 'incoming', reason: 'SIP ;cause=603 ;text="Declined"' },
      'declined-elsewhere',
      'SIP ;cause=603 ;text="Declined"',
    ],
    [
      'missed, with an ordinary reason',
      { direction: 'incoming', reason: 'Q.850;cause=16' },
      'cancelled-by-caller',
      'Q.850;cause=16',
    ],
    ['we decline', { direction: 'incoming', by: 'us' }, 'declined', ''],
    [
      'the flow goes while it rings',
      { direction: 'incoming', by: 'system', trouble: 'transport' },
      'connection-lost',
      '',
    ],
  ])('%s', (_, over, cause, details) => {
    expect(endOf({ ...facts, ...over })).toEqual({ cause, details });
  });
  it('keeps a hostile reason short', () => {
    expect(endOf({ ...facts, reason: 'x'.repeat(5000) }).details).toHaveLength(200);
  });
});

describe('causeInWords', () => {
  it('is different for every cause', () => {
    expect(new Set(endCause.options.map(causeInWords)).size).toBe(endCause.options.length);
  });
});
