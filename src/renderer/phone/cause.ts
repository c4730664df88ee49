/** Why a call ended: from SIP's status codes and Reason headers to a distinct cause in words. */
import type { CallDirection, EndCause } from '../../contracts/call';

/** What the stack knows about an end. */
export interface EndFacts {
  readonly direction: CallDirection;
  readonly answered: boolean;
  readonly by: 'us' | 'peer' | 'system';
  /** Final response to our INVITE, or null. */
  readonly status: number | null;
  readonly phrase: string;
  /** Value of the Reason header (RFC 3326) of the CANCEL, BYE or response, or null. */
  readonly reason: string | null;
  /** What broke, when neither side wished the end; `setup`: the browser could not even begin with the sound. */
  readonly trouble: 'media' | 'timeout' | 'transport' | 'setup' | null;
}

export interface CallEnd {
  readonly cause: EndCause;
  /** For example "486 Busy Here". */
  readonly details: string;
}

/** RFC 3261 section 21 and the IANA registry; what is not named here falls back on its class. */
const BY_STATUS: ReadonlyMap<number, EndCause> = new Map<number, EndCause>([
  [401, 'refused'],
  [402, 'refused'],
  [403, 'refused'],
  [404, 'not-found'],
  [405, 'refused'],
  [406, 'not-acceptable'],
  [407, 'refused'],
  [408, 'no-answer'],
  [410, 'not-found'],
  [415, 'not-acceptable'],
  [416, 'not-found'],
  [428, 'refused'],
  [429, 'refused'],
  [430, 'unreachable'],
  [433, 'refused'],
  [436, 'refused'],
  [437, 'refused'],
  [438, 'refused'],
  [480, 'no-answer'],
  [483, 'unreachable'],
  [484, 'not-found'],
  [485, 'not-found'],
  [486, 'busy'],
  [487, 'no-answer'],
  [488, 'not-acceptable'],
  [600, 'busy'],
  [603, 'declined-by-peer'],
  [604, 'not-found'],
  [606, 'not-acceptable'],
  [607, 'declined-by-peer'],
  [608, 'refused'],
]);

/** The cause of a final response to our INVITE. */
export function causeOfStatus(status: number): EndCause {
  const named = BY_STATUS.get(status);
  if (named !== undefined) return named;
  return status >= 500 && status < 600 ? 'unreachable' : 'failed';
}

/** `SIP;cause=200;text="..."` -> { protocol: 'SIP', cause: 200 }; null when there is no such value. */
function parseReason(reason: string | null): { readonly protocol: string; readonly cause: number } | null {
  const match = /^\s*(SIP|Q\.850)\s*;.*?\bcause\s*=\s*(\d{1,3})/i.exec(reason ?? '');
  return match?.[1] === undefined || match[2] === undefined ? null : { protocol: match[1].toUpperCase(), cause: Number(match[2]) };
}

/** Why an incoming call stopped ringing: RFC 3326 section 3.1, and Q.850's 26 "non-selected user clearing". */
function causeOfCancel(reason: string | null): EndCause {
  const parsed = parseReason(reason);
  if (parsed === null) return 'cancelled-by-caller';
  if (parsed.protocol === 'Q.850') return parsed.cause === 26 ? 'answered-elsewhere' : 'cancelled-by-caller';
  if (parsed.cause === 200) return 'answered-elsewhere';
  return parsed.cause === 600 || parsed.cause === 603 || parsed.cause === 486 ? 'declined-elsewhere' : 'cancelled-by-caller';
}

function causeOf(facts: EndFacts): EndCause {
  if (facts.answered) {
    if (facts.trouble !== null) return 'connection-lost';
    if (facts.by === 'us') return 'hung-up';
    // The gateway ends both sides of a call whose token limits it (`max_call_s`).
    return /\btext="?call time is up/i.test(facts.reason ?? '') ? 'time-limit' : 'hung-up-by-peer';
  }
  if (facts.trouble === 'setup') return 'media-failed';
  if (facts.direction === 'incoming') {
    if (facts.by === 'us') return 'declined';
    if (facts.trouble === 'transport' || facts.trouble === 'media') return 'connection-lost';
    if (facts.trouble === 'timeout') return 'no-answer';
    return causeOfCancel(facts.reason);
  }
  if (facts.by === 'us') return 'cancelled';
  if (facts.status !== null) return causeOfStatus(facts.status);
  if (facts.trouble === 'timeout') return 'unreachable';
  return facts.trouble === 'transport' ? 'unreachable' : 'failed';
}

/** The cause of an end, and its code for Details. */
export function endOf(facts: EndFacts): CallEnd {
  const code = facts.status === null ? '' : `${facts.status} ${facts.phrase}`.trim();
  return { cause: causeOf(facts), details: [code, facts.reason ?? ''].filter((part) => part !== '').join(' - ').slice(0, 200) };
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
  busy: 'Busy',
  'no-answer': 'No answer',
  'not-found': 'No such number',
  refused: 'The gateway refused the call',
  'not-acceptable': 'No sound format in common',
  unreachable: 'Could not be reached',
  'handed-over': 'Handed over to you',
  'time-limit': 'The longest call of this line',
  'connection-lost': 'The connection was lost',
  microphone: 'No microphone',
  'media-failed': 'The sound could not be set up',
  failed: 'The call failed',
};

/** The cause as the agent reads it. */
export function causeInWords(cause: EndCause): string {
  return WORDS[cause];
}
