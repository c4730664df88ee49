/** What a token lets its bearer begin, now: whom it may call, in which hours, how many calls at a time, and how fast. */
import { parseTarget } from '../contracts/call/dial-target';
import { decideDial, isEmergency } from '../contracts/policy/dial-rules';
import type { Clock } from './clock';
import type { Endpoint } from './endpoint';
import { parseAddress, partyOf } from './sip-address';
import { headersOf, type SipRequest } from './sip-message';
import type { ReplyOptions } from './sip-reply';

/** A request that goes no further. */
export interface Refusal extends Pick<ReplyOptions, 'phrase' | 'headers'> {
  readonly status: number;
}

export interface CallAdmissionOptions {
  readonly domain: string;
  readonly clock: Clock;
  /** How many calls a user has placed that ring or run. */
  readonly placedBy: (user: string) => number;
}

const INVITES_A_SECOND = 10;

const refusalOf = (status: number, phrase: string, text = phrase.toLowerCase()): Refusal => ({
  status,
  phrase,
  headers: [{ name: 'Reason', value: `SIP;cause=${status};text="${text}"` }],
});
const DENIED = refusalOf(403, 'Dial rule');
const OUTSIDE_HOURS = refusalOf(403, 'Outside hours');
const TOO_MANY = refusalOf(403, 'Too many calls');
const fast = refusalOf(503, 'Too many calls a second');
const TOO_FAST: Refusal = { ...fast, headers: [...(fast.headers ?? []), { name: 'Retry-After', value: '1' }] };
/** Another target, or one that can't be read, would be nobody's rule. */
const UNREADABLE: Refusal = { status: 400, phrase: 'Bad Refer-To' };

export class CallAdmission {
  readonly #options: CallAdmissionOptions;
  /** When each user began its last calls, ms since the epoch. */
  readonly #begun = new Map<string, readonly number[]>();

  constructor(options: CallAdmissionOptions) {
    this.#options = options;
  }

  /**
   * Why this INVITE, MESSAGE or REFER may not go on; null where it may. An INVITE is counted. Emergency calls may always begin: their
   * numbers are those of everywhere, and those that the token names, since where its bearer is, is not known here.
   */
  refusal({ user, constraints }: Endpoint, request: SipRequest): Refusal | null {
    const begins = partyOf(request, 'To')?.tag === null;
    if (constraints === undefined || !(request.method === 'REFER' || (begins && isCallLike(request)))) return null;
    const { domain, clock, placedBy } = this.#options;
    const line = { domain, country: '', emergency: constraints.emergency };
    const referred = request.method === 'REFER' ? headersOf(request, 'Refer-To') : [];
    const meant = referred.map((value) => sipUri(parseAddress(value)?.uri ?? '', domain));
    if (meant.length > 1 || meant.includes('')) return UNREADABLE;
    const targets = [...(begins ? [sipUri(request.uri, domain)] : []), ...meant];
    if (!targets.every((uri) => decideDial(constraints.dial, uri, line).allowed)) return DENIED;
    if (isEmergency(targets.at(-1) ?? '', line)) return null;
    if (constraints.callsUntil !== null && constraints.callsUntil <= clock.now()) return OUTSIDE_HOURS;
    if (request.method !== 'INVITE') return null;
    if (!this.#isSlow(user)) return TOO_FAST;
    return placedBy(user) >= constraints.maxCalls ? TOO_MANY : null;
  }

  /** Counts one more INVITE. */
  #isSlow(user: string): boolean {
    const since = this.#options.clock.now() - 1_000;
    for (const [one, times] of this.#begun) if ((times.at(-1) ?? 0) <= since) this.#begun.delete(one);
    const lately = (this.#begun.get(user) ?? []).filter((at) => at > since);
    if (lately.length >= INVITES_A_SECOND) return false;
    this.#begun.set(user, [...lately, this.#options.clock.now()]);
    return true;
  }
}

const isCallLike = ({ method }: SipRequest): boolean => method === 'INVITE' || method === 'MESSAGE';

/** A `tel:` URI as one of this domain; '' when it can't be read. */
function sipUri(uri: string, domain: string): string {
  const read = /^tel:/i.test(uri) ? parseTarget(uri, domain) : { uri };
  return 'uri' in read ? read.uri : '';
}
