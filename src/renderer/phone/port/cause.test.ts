import { describe, expect, it } from 'vitest';
import { endCause, type EndCause } from '../../../contracts/call/call';
import { CAUSE_TABLE, causeInWords, endOf, rowOf, type EndFacts } from './cause';

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

/** What happens, the facts, its row of the table, the cause. */
type Case = readonly [string, Partial<EndFacts>, string, EndCause];
const refused = (status: number, phrase: string, reason: string | null = null, over: Partial<EndFacts> = {}) => ({
  status,
  phrase,
  reason,
  ...over,
});
const ANALYTICS = 'v=analytics1;url=https://redress.example.com;tel=+12155550112;id=7f2c';

const OUTGOING: readonly Case[] = [
  ['our cancel, though the 487 carries a status', { by: 'us' }, 'we gave up', 'cancelled'],
  [
    'a 200 in RTP/AVP, without rtcp-mux or a fingerprint',
    { status: 200, phrase: 'OK', trouble: 'sound' },
    'an answer without a sound that this phone has',
    'not-acceptable',
  ],
  [
    'a 200 that the browser does not take',
    { by: 'system', status: 200, phrase: 'OK', trouble: 'media' },
    'the browser did not take the answer',
    'not-acceptable',
  ],
  ['no offer could be made', { by: 'system', trouble: 'media' }, 'the browser made no offer', 'media-failed'],
  ['no peer connection', { by: 'system', trouble: 'setup' }, 'the browser made no peer connection', 'media-failed'],
  [
    'a 200 without a Contact',
    { status: 200, phrase: 'OK', trouble: 'setup' },
    'a 200 that makes no dialog',
    'answer-unusable',
  ],
  [
    'a 200 with which JsSIP could not work',
    { status: 500, phrase: 'Unusable Answer' },
    'a 200 that the phone could not work with',
    'answer-unusable',
  ],
  ['a 500 of the gateway', { status: 500, phrase: 'Server Internal Error' }, 'what the status says', 'unreachable'],
  ['lost before an answer', { by: 'system', trouble: 'transport' }, 'no answer to our INVITE', 'unreachable'],
  ['nobody answers at all', { by: 'system', trouble: 'timeout' }, 'no answer to our INVITE', 'unreachable'],
  ['an end without any word', { by: 'system' }, 'an end that nobody explains', 'failed'],
  [
    'sent on to where the line may not call',
    refused(302, 'Moved', 'This line may not.', { trouble: 'rule' }),
    'a redirect that the rules forbid',
    'redirect-forbidden',
  ],
  ['sent on to nowhere', refused(302, 'Moved Temporarily'), 'what the status says', 'redirect-failed'],
  ['an alternative service', refused(380, 'Alternative Service'), 'what the status says', 'redirect-failed'],
  [
    'blocked, ATIS 603+',
    refused(603, 'Network Blocked', `Q.850;cause=21;text="${ANALYTICS}";location=LN`),
    'a network on the way blocked it',
    'blocked',
  ],
  [
    'blocked, as parameters of the value',
    refused(603, 'Decline', `SIP;cause=603;${ANALYTICS}`),
    'a network on the way blocked it',
    'blocked',
  ],
  ['blocked, by its phrase alone', refused(603, 'network blocked'), 'a network on the way blocked it', 'blocked'],
  [
    'blocked, with another status',
    refused(403, 'Forbidden', `Q.850;cause=21;text="${ANALYTICS}"`),
    'a network on the way blocked it',
    'blocked',
  ],
  ['blocked, RFC 8688', refused(608, 'Rejected'), 'a network on the way blocked it', 'blocked'],
  ['unwanted, RFC 8197', refused(607, 'Unwanted'), 'what the status says', 'unwanted'],
  ['declined', refused(603, 'Decline'), 'what the status says', 'declined-by-peer'],
  [
    'declined, as Asterisk says it',
    refused(403, 'Forbidden', 'Q.850;cause=21'),
    'a Q.850 cause that says more than the status',
    'declined-by-peer',
  ],
  [
    'more calls than the token allows',
    refused(403, 'Too Many Calls', 'SIP;cause=403;text="too many calls"'),
    'the token allows no more calls',
    'too-many-calls',
  ],
  [
    'more calls in a second than anybody places',
    refused(503, 'Service Unavailable', 'SIP;cause=503;text="too many calls a second"'),
    'the token allows no more calls',
    'too-many-calls',
  ],
  [
    'outside of the hours of the token',
    refused(403, 'Forbidden', 'SIP;cause=403;text="outside hours"'),
    'the token begins no calls now',
    'outside-hours',
  ],
  ['a busy switch that says something alike', refused(503, 'Too many calls'), 'what the status says', 'unreachable'],
  ['not allowed, as Asterisk says it', refused(403, 'Forbidden'), 'what the status says', 'refused'],
  [
    'not allowed, with its cause',
    refused(403, 'Forbidden', 'Q.850;cause=57'),
    'a Q.850 cause that says more than the status',
    'refused',
  ],
  [
    'busy, behind a gateway that says 603',
    refused(603, 'Decline', 'Q.850;cause=17;text="User busy"'),
    'a Q.850 cause that says more than the status',
    'busy',
  ],
  [
    'declined, with a cause that says nothing',
    refused(603, 'Decline', 'Q.850;cause=16;text="Normal call clearing"'),
    'what the status says',
    'declined-by-peer',
  ],
  ['busy', refused(486, 'Busy Here'), 'what the status says', 'busy'],
  ['a status that says enough', refused(486, 'Busy Here', 'Q.850;cause=21'), 'what the status says', 'busy'],
  ['no sound in common, Asterisk', refused(488, 'X', 'Q.850;cause=58'), 'what the status says', 'not-acceptable'],
  [
    'nobody answers where it rings',
    refused(480, 'Temporarily Unavailable', null, { rang: true }),
    'what the status says',
    'no-answer',
  ],
  ['nobody is there to ring', refused(480, 'X'), 'nobody was there to ring', 'unreachable'],
  ['a phone that is off', refused(408, 'Request Timeout'), 'nobody was there to ring', 'unreachable'],
  [
    'it rang, as the telephone network says it',
    refused(480, 'X', 'Q.850;cause=19'),
    'a Q.850 cause that says more than the status',
    'no-answer',
  ],
  [
    'the subscriber is absent, though it rang',
    refused(480, 'X', 'Q.850;cause=20', { rang: true }),
    'a Q.850 cause that says more than the status',
    'unreachable',
  ],
  [
    'no such number, behind a gateway that says 503',
    refused(503, 'X', 'SIP;cause=503, Q.850 ;cause=1'),
    'a Q.850 cause that says more than the status',
    'not-found',
  ],
  ['a cause that says nothing more', refused(503, 'X', 'Q.850;cause=127'), 'what the status says', 'unreachable'],
  [
    'the first cause that says something',
    refused(480, 'X', 'Q.850;cause=31, Q.850;cause=17'),
    'a Q.850 cause that says more than the status',
    'busy',
  ],
  [
    'busy, as a SIP cause',
    refused(500, 'X', 'SIP;cause=486;text="Busy Here"'),
    'a SIP cause that says more than the status',
    'busy',
  ],
  ['a SIP cause that says no more', refused(503, 'X', 'SIP;cause=480'), 'what the status says', 'unreachable'],
  [
    'a caller who could not be verified',
    refused(403, 'X', 'STIR;cause=436;text="Bad Identity Info"'),
    'they could not verify who calls',
    'unverified',
  ],
  ['an unverified caller to a busy phone', refused(486, 'X', 'STIR;cause=437'), 'what the status says', 'busy'],
  ['no hidden numbers', refused(433, 'Anonymity Disallowed'), 'what the status says', 'anonymous-refused'],
  ['our own number', refused(482, 'Loop Detected', null, { own: true }), 'our own number', 'own-number'],
  [
    'our own number, of a phone in a call',
    refused(486, 'Busy Here', null, { own: true }),
    'our own number',
    'own-number',
  ],
  [
    'our own number, while the gateway is broken',
    refused(503, 'X', null, { own: true }),
    'what the status says',
    'unreachable',
  ],
  ['our own number, with a stale token', refused(407, 'X', null, { own: true }), 'what the status says', 'refused'],
  ['a loop', refused(482, 'Loop Detected'), 'what the status says', 'loop'],
  ['too many hops', refused(483, 'Too Many Hops'), 'what the status says', 'loop'],
];

const INCOMING: readonly Case[] = (
  [
    ['we decline', { by: 'us' }, 'we declined', 'declined'],
    [
      'an offer in RTP/AVP that the browser does not take',
      { by: 'system', trouble: 'media' },
      'an offer without a sound that this phone has',
      'not-acceptable',
    ],
    [
      'an ACK whose answer fits nothing',
      { by: 'system', trouble: 'sound' },
      'an offer without a sound that this phone has',
      'not-acceptable',
    ],
    ['no peer connection', { by: 'system', trouble: 'setup' }, 'the browser made no peer connection', 'media-failed'],
    [
      'the flow goes while it rings',
      { by: 'system', trouble: 'transport' },
      'the flow went while it rang',
      'connection-lost',
    ],
    [
      'no ACK to our answer',
      { by: 'system', trouble: 'timeout', answering: true },
      'we answered, and the far end never heard it',
      'connection-lost',
    ],
    ['nobody answers', { by: 'system', trouble: 'timeout' }, 'it rang too long', 'no-answer'],
    ['missed', {}, 'the caller gave up', 'cancelled-by-caller'],
    ['missed, with an ordinary reason', { reason: 'Q.850;cause=16' }, 'the caller gave up', 'cancelled-by-caller'],
    [
      'missed, as FreeSWITCH says it',
      { reason: 'SIP;cause=487;text="ORIGINATOR_CANCEL"' },
      'the caller gave up',
      'cancelled-by-caller',
    ],
    ['missed, by a timer', { reason: 'SIP;cause=408, Q.850;cause=102' }, 'the caller gave up', 'cancelled-by-caller'],
    [
      'missed, whatever is inside the text',
      { reason: 'Q.850;cause=16;text="x, SIP;cause=200"' },
      'the caller gave up',
      'cancelled-by-caller',
    ],
    [
      'answered elsewhere, RFC 3326',
      { reason: 'SIP;cause=200;text="Call completed elsewhere"' },
      'another phone took it',
      'answered-elsewhere',
    ],
    [
      'answered elsewhere, as ISUP says it',
      { reason: 'Q.850 ;cause=26' },
      'another phone took it',
      'answered-elsewhere',
    ],
    [
      'answered elsewhere, said second',
      { reason: 'Q.850;cause=16;text="a, b;cause=3", SIP;cause=200' },
      'another phone took it',
      'answered-elsewhere',
    ],
    [
      'answered elsewhere, as FreeSWITCH says it',
      { reason: 'Q.850;cause=502;text="LOSE_RACE"' },
      'another phone took it',
      'answered-elsewhere',
    ],
    [
      'answered elsewhere, by its words alone',
      { reason: 'X.PBX;cause=1;text="Answered elsewhere"' },
      'another phone took it',
      'answered-elsewhere',
    ],
    [
      'declined elsewhere',
      { reason: 'SIP ;cause=603 ;text="Declined"' },
      'another phone declined it',
      'declined-elsewhere',
    ],
    [
      'busy everywhere, RFC 3326',
      { reason: 'SIP;cause=600;text="Busy Everywhere"' },
      'another phone declined it',
      'declined-elsewhere',
    ],
    [
      'declined elsewhere, as ISUP says it',
      { reason: 'Q.850;cause=21' },
      'another phone declined it',
      'declined-elsewhere',
    ],
  ] as const satisfies readonly Case[]
).map(([name, over, row, cause]) => [`incoming: ${name}`, { ...over, direction: 'incoming' }, row, cause]);

const ANSWERED: readonly Case[] = (
  [
    ['we hang up', { by: 'us' }, 'we hung up', 'hung-up'],
    ['they hang up', {}, 'they hung up', 'hung-up-by-peer'],
    ['they hang up, with an ordinary reason', { reason: 'Q.850;cause=16' }, 'they hung up', 'hung-up-by-peer'],
    ['they hang up, unspecified', { reason: 'Q.850;cause=31' }, 'they hung up', 'hung-up-by-peer'],
    [
      'they hang up, 3GPP',
      { reason: 'RELEASE_CAUSE;cause=1;text="User ends call"' },
      'they hung up',
      'hung-up-by-peer',
    ],
    ['they hang up, as SIP', { reason: 'SIP;cause=200;text="User Triggered"' }, 'they hung up', 'hung-up-by-peer'],
    [
      'the time that the token allows is up',
      { reason: 'SIP;cause=408;text="Call time is up"' },
      'the time that the token allows is up',
      'time-limit',
    ],
    ['media lost', { by: 'us', trouble: 'media' }, 'something broke during the call', 'connection-lost'],
    [
      'a session timer ran out',
      { by: 'system', trouble: 'timeout' },
      'something broke during the call',
      'connection-lost',
    ],
    ['the sound never fitted', { by: 'system', trouble: 'sound' }, 'the sound never fitted', 'not-acceptable'],
    [
      'they take no sound of ours',
      { reason: 'SIP;cause=488;text="Not Acceptable Here"' },
      'a BYE that takes no sound',
      'not-acceptable',
    ],
    [
      'the network breaks the call',
      { reason: 'Q.850;cause=41;text="Temporary failure"' },
      'the telephone network broke',
      'connection-lost',
    ],
    ['they lost us', { reason: 'SIP;cause=408;text="RTP Timeout"' }, 'the far end lost the call', 'connection-lost'],
    [
      'no sound arrives there',
      { reason: 'SIP;cause=487;text="RTP time-out"' },
      'the far end lost the call',
      'connection-lost',
    ],
    [
      'the path of the sound is gone, 3GPP',
      { reason: 'RELEASE_CAUSE;cause=3' },
      'the far end lost the call',
      'connection-lost',
    ],
    [
      'another phone answered first',
      { direction: 'incoming', reason: 'SIP;cause=200;text="Call completed elsewhere"' },
      'a BYE of a call that another phone has',
      'answered-elsewhere',
    ],
  ] as const satisfies readonly Case[]
).map(([name, over, row, cause]) => [`answered: ${name}`, { ...over, answered: true }, row, cause]);

const CASES: readonly Case[] = [...OUTGOING, ...INCOMING, ...ANSWERED];

describe('the table of causes', () => {
  it.each(CASES)('%s', (_, over, row, cause) => {
    expect(rowOf({ ...facts, ...over })).toEqual({ row, cause });
  });
  it('has a case above for each of its rows', () => {
    const named = new Set(CASES.map(([, , row]) => row));
    expect(CAUSE_TABLE.map(({ name }) => name).filter((name) => !named.has(name))).toEqual([]);
    expect(new Set(CAUSE_TABLE.map(({ name }) => name)).size).toBe(CAUSE_TABLE.length);
  });
  it('gives every end a cause, whatever its facts', () => {
    const reasons = [null, 'Q.850;cause=16', 'SIP;cause=200', 'garbage;;;', '"'];
    for (const direction of ['incoming', 'outgoing'] as const)
      for (const answered of [true, false])
        for (const by of ['us', 'peer', 'system'] as const)
          for (const trouble of ['media', 'sound', 'timeout', 'transport', 'setup', 'rule', null] as const)
            for (const status of [null, 200, 302, 404, 480, 500, 603])
              for (const reason of reasons)
                expect(rowOf({ ...facts, direction, answered, by, trouble, status, reason }).row).not.toBe('');
  });
});

describe('endOf', () => {
  it.each<[Partial<EndFacts>, string]>([
    [refused(486, 'Busy Here'), '486 Busy Here'],
    [refused(480, 'X', 'Q.850;cause=17;text="User busy"'), '480 X - Q.850;cause=17;text="User busy"'],
    [{ direction: 'incoming', reason: 'SIP;cause=200' }, 'SIP;cause=200'],
    [{ by: 'us' }, ''],
  ])('keeps the code for Details: %j', (over, details) => {
    expect(endOf({ ...facts, ...over }).details).toBe(details);
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
