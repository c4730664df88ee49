/** Why a call ended: from SIP's status codes and Reason headers to a distinct cause in words. */
import type { CallDirection, EndCause } from '../../../contracts/call/call';

/** What the stack knows about an end. */
export interface EndFacts {
  readonly direction: CallDirection;
  /** An outgoing call: the far end was found, and rings or has rung. */
  readonly rang: boolean;
  readonly answered: boolean;
  readonly by: 'us' | 'peer' | 'system';
  /** Final response to our INVITE, or null. */
  readonly status: number | null;
  readonly phrase: string;
  /** Values of the Reason header (RFC 3326; of responses: RFC 6432) of the CANCEL, BYE or response, separated by commas, or null. */
  readonly reason: string | null;
  /** What broke, when neither side wished the end; `setup`: the browser could not even begin with the sound; `rule`: a redirect that the line's rules forbid, `reason` has the sentence. */
  readonly trouble: 'media' | 'timeout' | 'transport' | 'setup' | 'rule' | null;
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

/** What the telephone network says (Q.850 section 2.2.7), where the SIP status that a gateway made of it says less. */
const BY_Q850: ReadonlyMap<number, EndCause> = new Map<number, EndCause>([
  [1, 'not-found'],
  [17, 'busy'],
  [18, 'no-answer'],
  [19, 'no-answer'],
  [20, 'unreachable'],
  [21, 'declined-by-peer'],
  [22, 'not-found'],
  [27, 'unreachable'],
  [28, 'not-found'],
  [55, 'refused'],
  [57, 'refused'],
  [88, 'not-acceptable'],
]);

/** Q.850: it was the network that ended the call, and nobody. */
const NETWORK_BROKE: ReadonlySet<number> = new Set([27, 38, 41, 42, 44, 47, 102]);

/** `SIP;cause=200;text="..."` -> SIP: [200]; what can't be read is left out. */
function reasonsIn(reason: string | null): { readonly sip: readonly number[]; readonly q850: readonly number[] } {
  const values = [
    ...(reason ?? '').slice(0, 1_000).matchAll(/(?:^|,)\s*(SIP|Q\.850)\s*;((?:"(?:[^"\\]|\\.)*"|[^",])*)/gi),
  ].flatMap(([, protocol = '', parameters = '']) => {
    const cause = /(?:^|;)\s*cause\s*=\s*(\d{1,3})/i.exec(parameters.replace(/"(?:[^"\\]|\\.)*"/g, ''))?.[1];
    return cause === undefined ? [] : [{ isSip: protocol.toUpperCase() === 'SIP', cause: Number(cause) }];
  });
  const causes = (isSip: boolean): number[] => values.filter((one) => one.isSip === isSip).map(({ cause }) => cause);
  return { sip: causes(true), q850: causes(false) };
}

/** Why an incoming call stopped ringing: RFC 3326 section 3.1, and Q.850's 26 "non-selected user clearing". */
function causeOfCancel(reason: string | null): EndCause {
  const { sip, q850 } = reasonsIn(reason);
  if (sip.includes(200) || q850.includes(26)) return 'answered-elsewhere';
  return [600, 603, 486].some((status) => sip.includes(status)) ? 'declined-elsewhere' : 'cancelled-by-caller';
}

/** Why our INVITE was refused. 480 and 5xx say little: a Q.850 cause says more, and nobody "did not answer" whose phone never rang. */
function causeOfRefusal(status: number, { rang, reason }: EndFacts): EndCause {
  const named = causeOfStatus(status);
  if (status !== 408 && status !== 480 && named !== 'unreachable') return named;
  const [told] = reasonsIn(reason).q850.flatMap((cause) => BY_Q850.get(cause) ?? []);
  return told ?? (rang ? named : 'unreachable');
}

function causeOf(facts: EndFacts): EndCause {
  if (facts.answered) {
    if (facts.trouble !== null) return 'connection-lost';
    if (facts.by === 'us') return 'hung-up';
    // The gateway ends both sides of a call whose token limits it (`max_call_s`).
    if (/\btext="?call time is up/i.test(facts.reason ?? '')) return 'time-limit';
    return reasonsIn(facts.reason).q850.some((cause) => NETWORK_BROKE.has(cause))
      ? 'connection-lost'
      : 'hung-up-by-peer';
  }
  if (facts.trouble === 'setup') return 'media-failed';
  if (facts.trouble === 'rule') return 'redirect-forbidden';
  if (facts.direction === 'incoming') {
    if (facts.by === 'us') return 'declined';
    if (facts.trouble === 'transport' || facts.trouble === 'media') return 'connection-lost';
    if (facts.trouble === 'timeout') return 'no-answer';
    return causeOfCancel(facts.reason);
  }
  if (facts.by === 'us') return 'cancelled';
  if (facts.status !== null) return causeOfRefusal(facts.status, facts);
  if (facts.trouble === 'timeout') return 'unreachable';
  return facts.trouble === 'transport' ? 'unreachable' : 'failed';
}

/** The cause of an end, and its code for Details. */
export function endOf(facts: EndFacts): CallEnd {
  const code = facts.status === null ? '' : `${facts.status} ${facts.phrase}`.trim();
  return {
    cause: causeOf(facts),
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
  busy: 'Busy',
  'no-answer': 'No answer',
  'not-found': 'No such number',
  refused: 'The gateway refused the call',
  'not-acceptable': 'No sound format in common',
  'redirect-forbidden': 'Redirected to a number that this line may not call',
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
