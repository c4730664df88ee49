/** Why a call ended: one table from what is known of an end to a distinct cause in words. */
import type { CallDirection, EndCause } from '../../../contracts/call/call';
import {
  causeOfQ850,
  causeOfStatus,
  isGeneric,
  namedByStatus,
  NETWORK_BROKE,
  RELEASE_BROKE,
  SIP_BROKE,
} from './cause-codes';
import { UNUSABLE_ANSWER } from '../wire/repair/asked';
import { reasonsIn, type Reason } from './reason';

/** What broke, when neither side wished the end. */
export type Trouble =
  /** The sound of a call that was agreed. */
  | 'media'
  /** The descriptions of the sound don't fit: a far end without WebRTC, or one that sends none. */
  | 'sound'
  | 'timeout'
  | 'transport'
  /** The browser could not even begin with the sound. */
  | 'setup'
  /** A redirect that the line's rules forbid; `reason` has the sentence. */
  | 'rule';

/** What the stack knows about an end. */
export interface EndFacts {
  readonly direction: CallDirection;
  /** An outgoing call: the far end was found, and rings or has rung. */
  readonly rang: boolean;
  readonly answered: boolean;
  /** An incoming call that the agent took, and that is not answered for the far end yet. */
  readonly answering?: boolean;
  /** An outgoing call to the number of this line itself. */
  readonly own?: boolean;
  readonly by: 'us' | 'peer' | 'system';
  /** Final response to our INVITE, or null. */
  readonly status: number | null;
  readonly phrase: string;
  /** Values of the Reason header (RFC 3326; of responses: RFC 6432) of the CANCEL, BYE or response, separated by commas, or null. */
  readonly reason: string | null;
  readonly trouble: Trouble | null;
}

export interface CallEnd {
  readonly cause: EndCause;
  /** For example "486 Busy Here". */
  readonly details: string;
}

/** The facts with the Reason header read. */
interface Known extends EndFacts {
  readonly reasons: readonly Reason[];
  readonly has: (protocol: string, causes: ReadonlySet<number>) => boolean;
  readonly says: (words: RegExp) => boolean;
}

/** One row: the first whose `when` gives a cause is the one. */
interface Row {
  /** What it is about, as the tests name it. */
  readonly name: string;
  readonly when: (end: Known) => EndCause | false | null;
}

const is = (cause: EndCause, when: (end: Known) => boolean): Row['when'] => {
  return (end) => when(end) && cause;
};

const NOT_SOUND: ReadonlySet<number> = new Set([406, 415, 488, 606]);
const TAKEN: ReadonlySet<number> = new Set([200]);
/** Q.850's 26 "non-selected user clearing"; 502 and 605 are no causes of Q.850: FreeSWITCH writes its own there (LOSE_RACE, PICKED_OFF). */
const TAKEN_Q850: ReadonlySet<number> = new Set([26, 502, 605]);
const DECLINED: ReadonlySet<number> = new Set([486, 600, 603, 604, 606, 607, 608]);
const DECLINED_Q850: ReadonlySet<number> = new Set([17, 21]);
/** Refusals of a call to one's own number: the gateway finds nobody else there, or finds this phone in a call. */
const OWN: ReadonlySet<number> = new Set([403, 404, 408, 480, 481, 482, 483, 484, 486, 487, 491, 600, 603, 604]);

const ELSEWHERE = /\b(?:completed|answered|picked[ _]?up|accepted) elsewhere\b|\bLOSE_RACE\b|\bPICKED_OFF\b/i;

/** Once both sides had agreed. */
const ANSWERED: readonly Row[] = [
  { name: 'the sound never fitted', when: is('not-acceptable', ({ trouble }) => trouble === 'sound') },
  { name: 'something broke during the call', when: is('connection-lost', ({ trouble }) => trouble !== null) },
  { name: 'we hung up', when: is('hung-up', ({ by }) => by === 'us') },
  {
    // The gateway ends both sides of a call whose token limits it (`max_call_s`).
    name: 'the time that the token allows is up',
    when: is('time-limit', ({ says }) => says(/^call time is up/i)),
  },
  { name: 'a BYE that takes no sound', when: is('not-acceptable', ({ has }) => has('SIP', NOT_SOUND)) },
  {
    // RFC 3326 section 3.1: two phones answered, and the other one has the call.
    name: 'a BYE of a call that another phone has',
    when: is(
      'answered-elsewhere',
      ({ direction, has, says }) => direction === 'incoming' && (has('Q.850', TAKEN_Q850) || says(ELSEWHERE)),
    ),
  },
  { name: 'the telephone network broke', when: is('connection-lost', ({ has }) => has('Q.850', NETWORK_BROKE)) },
  {
    name: 'the far end lost the call',
    when: is(
      'connection-lost',
      ({ has, says }) =>
        has('SIP', SIP_BROKE) ||
        has('RELEASE_CAUSE', RELEASE_BROKE) ||
        says(/\b(?:rtp|rtcp|media)\b.*\btime-?d? ?-?out\b/i),
    ),
  },
  { name: 'they hung up', when: is('hung-up-by-peer', () => true) },
];

const UNANSWERED: readonly Row[] = [
  {
    name: 'a 200 that makes no dialog',
    when: is('answer-unusable', ({ trouble, status }) => trouble === 'setup' && status !== null && status < 300),
  },
  { name: 'the browser made no peer connection', when: is('media-failed', ({ trouble }) => trouble === 'setup') },
  { name: 'a redirect that the rules forbid', when: is('redirect-forbidden', ({ trouble }) => trouble === 'rule') },
];

/** What the first value of `protocol` that says something says. */
function told(
  reasons: readonly Reason[],
  protocol: string,
  causeOf: (code: number) => EndCause | null,
): EndCause | null {
  for (const reason of reasons) {
    const cause = reason.protocol === protocol && reason.cause !== null ? causeOf(reason.cause) : null;
    if (cause !== null) return cause;
  }
  return null;
}

/** A call that rang here. */
const INCOMING: readonly Row[] = [
  { name: 'we declined', when: is('declined', ({ by }) => by === 'us') },
  {
    name: 'an offer without a sound that this phone has',
    when: is('not-acceptable', ({ trouble }) => trouble === 'sound' || trouble === 'media'),
  },
  { name: 'the flow went while it rang', when: is('connection-lost', ({ trouble }) => trouble === 'transport') },
  {
    name: 'we answered, and the far end never heard it',
    when: is('connection-lost', ({ trouble, answering }) => trouble === 'timeout' && answering === true),
  },
  { name: 'it rang too long', when: is('no-answer', ({ trouble }) => trouble === 'timeout') },
  {
    // RFC 3326 section 3.1.
    name: 'another phone took it',
    when: is('answered-elsewhere', ({ has, says }) => has('SIP', TAKEN) || has('Q.850', TAKEN_Q850) || says(ELSEWHERE)),
  },
  {
    name: 'another phone declined it',
    when: is('declined-elsewhere', ({ has }) => has('SIP', DECLINED) || has('Q.850', DECLINED_Q850)),
  },
  { name: 'the caller gave up', when: is('cancelled-by-caller', () => true) },
];

/** A call that we placed. */
const OUTGOING: readonly Row[] = [
  { name: 'we gave up', when: is('cancelled', ({ by }) => by === 'us') },
  {
    // What the repair room says in place of a 200 that the stack could not work with.
    name: 'a 200 that the phone could not work with',
    when: is('answer-unusable', ({ status, phrase }) => status === 500 && phrase === UNUSABLE_ANSWER),
  },
  {
    name: 'an answer without a sound that this phone has',
    when: is('not-acceptable', ({ trouble }) => trouble === 'sound'),
  },
  {
    name: 'the browser did not take the answer',
    when: is('not-acceptable', ({ trouble, status }) => trouble === 'media' && status !== null && status < 300),
  },
  {
    name: 'the browser made no offer',
    when: is('media-failed', ({ trouble, status }) => trouble === 'media' && status === null),
  },
  {
    name: 'no answer to our INVITE',
    when: is(
      'unreachable',
      ({ status, trouble }) => status === null && (trouble === 'timeout' || trouble === 'transport'),
    ),
  },
  { name: 'an end that nobody explains', when: is('failed', ({ status }) => status === null) },
  {
    // ATIS-1000099 "603+", RFC 8688: a network's analytics blocked it. The Q.850 cause beside it is 21, as if they had declined.
    name: 'a network on the way blocked it',
    when: is(
      'blocked',
      ({ status, phrase, reasons }) =>
        status === 608 ||
        /^network blocked\b/i.test(phrase.trim()) ||
        reasons.some(({ written }) => /\bv\s*=\s*"?analytics\d/i.test(written)),
    ),
  },
  { name: 'our own number', when: is('own-number', ({ own, status }) => own === true && OWN.has(status ?? 0)) },
  {
    // What the token allows (`max_calls`, `calls_until`; docs/operators.md).
    name: 'the token allows no more calls',
    when: is('too-many-calls', ({ status, says }) => (status === 403 || status === 503) && says(/^too many calls\b/i)),
  },
  {
    name: 'the token begins no calls now',
    when: is('outside-hours', ({ status, says }) => status === 403 && says(/^outside hours$/i)),
  },
  {
    // RFC 9366: what is wrong with the caller's identity.
    name: 'they could not verify who calls',
    when: ({ status, reasons }) => (isGeneric(status ?? 0) ? told(reasons, 'STIR', namedByStatus) : null),
  },
  {
    name: 'a Q.850 cause that says more than the status',
    when: ({ status, reasons }) => (isGeneric(status ?? 0) ? told(reasons, 'Q.850', causeOfQ850) : null),
  },
  {
    name: 'a SIP cause that says more than the status',
    when: ({ status, reasons }) =>
      isGeneric(status ?? 0) ? told(reasons, 'SIP', (code) => (isGeneric(code) ? null : namedByStatus(code))) : null,
  },
  {
    // Nobody "did not answer" whose phone never rang.
    name: 'nobody was there to ring',
    when: is('unreachable', ({ status, rang }) => (status === 408 || status === 480) && !rang),
  },
  { name: 'what the status says', when: ({ status }) => causeOfStatus(status ?? 0) },
];

/** The whole table, in the order in which its rows are asked. */
export const CAUSE_TABLE: readonly Row[] = [
  ...ANSWERED.map((row): Row => ({ ...row, when: (end) => end.answered && row.when(end) })),
  ...UNANSWERED,
  ...INCOMING.map((row): Row => ({ ...row, when: (end) => end.direction === 'incoming' && row.when(end) })),
  ...OUTGOING,
];

/** The row of the table that an end falls under, and its cause. */
export function rowOf(facts: EndFacts): { readonly row: string; readonly cause: EndCause } {
  const reasons = reasonsIn(facts.reason);
  const known: Known = {
    ...facts,
    reasons,
    has: (protocol, causes) =>
      reasons.some((one) => one.protocol === protocol.toUpperCase() && one.cause !== null && causes.has(one.cause)),
    says: (words) => reasons.some(({ text }) => words.test(text)),
  };
  for (const { name, when } of CAUSE_TABLE) {
    const cause = when(known);
    if (cause !== null && cause !== false) return { row: name, cause };
  }
  return { row: '', cause: 'failed' };
}

/** The cause of an end, and its code for Details. */
export function endOf(facts: EndFacts): CallEnd {
  const code = facts.status === null ? '' : `${facts.status} ${facts.phrase}`.trim();
  return {
    cause: rowOf(facts).cause,
    details: [code, facts.reason ?? '']
      .filter((part) => part !== '')
      .join(' - ')
      .slice(0, 200),
  };
}

const WORDS: Readonly<Record<EndCause, string>> = {
  'hung-up': 'You hung up',
  'hung-up-by-peer': 'They hung up',
  cancelled: 'Cancelled',
  'cancelled-by-caller': 'Missed',
  'answered-elsewhere': 'Answered elsewhere',
  'declined-elsewhere': 'Declined elsewhere',
  declined: 'Declined',
  'declined-by-peer': 'They declined',
  unwanted: 'Marked as unwanted by them',
  blocked: 'Blocked by a network on the way',
  'anonymous-refused': 'They take no hidden numbers',
  unverified: 'Your number could not be verified',
  busy: 'Busy',
  'no-answer': 'No answer',
  'not-found': 'No such number',
  incomplete: 'The number is not complete',
  'own-number': 'This is your own number',
  loop: 'The call came back to where it started',
  refused: 'The gateway refused the call',
  'too-many-calls': 'Too many calls at a time',
  'outside-hours': 'Outside of the hours of this line',
  'not-acceptable': 'No common sound',
  'redirect-forbidden': 'Redirected to a number that this line may not call',
  'redirect-failed': 'Redirected to nowhere',
  unreachable: 'Could not be reached',
  'handed-over': 'Handed over to you',
  'time-limit': 'The longest call of this line',
  'connection-lost': 'The connection was lost',
  microphone: 'No microphone',
  'media-failed': 'The sound could not be set up',
  'answer-unusable': 'The answer could not be used',
  failed: 'The call failed',
};

/** The cause as the agent reads it. */
export function causeInWords(cause: EndCause): string {
  return WORDS[cause];
}
