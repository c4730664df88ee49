/**
 * The room between our socket and JsSIP. Whatever arrives reaches JsSIP in a form that it understands, or is answered here as RFC 3261 says;
 * what JsSIP sends leaves with the far end's own words in it. No request but an ACK stays without an answer, and no exception gets out.
 *
 *   socket --> receive --> refusalOf --> rewritten --> pass --> JsSIP
 *                 |            | answer                           |
 *   socket <-- send <----------+<-- onTheWire <-- Repair.send <---+
 */
import type { Clock } from '../../../base/clock';
import { readNameAddr, readUri, shownUser } from './address';
import { restored } from './alias';
import { answerTo, type Refusal } from './answer';
import { createAskedRequests, endWithoutTarget, madeUpResponse, UNUSABLE_ANSWER, type Asked } from './asked';
import { MOST_BYTES, readBody, type Body } from './body';
import { createOwnTags } from './own-tags';
import { requestOnTheWire, responseOnTheWire } from './outgoing';
import { badForm, refusalOf, type OwnLine } from './refuse';
import type { ReferralDeclined, RepairEvent } from './repair-event';
import { rewritten } from './rewrite';
import { createServedRequests, type Served } from './served';
import { byteLength, isToken, readSip, valueOf, type SipMessage } from './sip-text';
import { tagOf, topVia } from './transaction';

export interface RepairPorts {
  /** A message for JsSIP; it may throw. */
  readonly pass: (text: string) => void;
  /** A message for the wire. */
  readonly send: (text: string) => void;
  readonly tell: (event: RepairEvent) => void;
  readonly onReferral: (referral: ReferralDeclined) => void;
  /**
   * An INVITE outside a dialog came: before anything of it is judged, and once it is one that the phone can take; `replace`: to take another call's
   * place. Null: it goes on.
   */
  readonly admit: (step: 'look' | 'ring' | 'replace') => Refusal | null;
  readonly clock: Clock;
  readonly line: Pick<OwnLine, 'users' | 'isSecure' | 'knowsCall'> & {
    /** Value of our Contact, in brackets. */
    readonly contact: () => string;
    readonly instanceId: string;
  };
}

export interface Repair {
  /** A message came. */
  readonly receive: (text: string) => void;
  /** JsSIP sends one. */
  readonly send: (text: string) => void;
  /** Nothing is passed or sent any more. */
  readonly stop: () => void;
}

/** How long JsSIP may take for the final answer before this room gives one, ms; the first INVITE rings until JsSIP's own clock ends it. */
const ANSWER_WITHIN_MS = 20_000;
const RINGS_AT_MOST_MS = 200_000;
/** So much of a message that is too large is looked through for what its answer needs, characters. */
const HEAD_OF_LARGE = 1024 * 1024;

/** Creates the room. */
export function createRepair(ports: RepairPorts): Repair {
  const { clock } = ports;
  const served = createServedRequests(clock);
  const asked = createAskedRequests();
  /** Call-IDs of dialogs in which we sent a REFER. */
  const subscribed = new Set<string>();
  const watches = new Map<Served, () => void>();
  let stopped = false;
  const ownTags = createOwnTags(ports.line.knowsCall);
  const line: OwnLine = {
    users: ports.line.users,
    isSecure: ports.line.isSecure,
    knowsCall: ports.line.knowsCall,
    knowsDialog: ownTags.knows,
    isSubscribed: (callId) => subscribed.has(callId),
  };

  const tell = (kind: RepairEvent['kind'], message: SipMessage, why: string, status = 0): void => {
    const method = isToken(message.method) ? message.method.slice(0, 20) : 'request';
    ports.tell({ kind, what: message.kind === 'request' ? method : `${message.status} to ${method}`, status, why });
  };
  const answer = (one: Served, refusal: Omit<Refusal, 'why'>): void => {
    one.final = answerTo(one.request, refusal);
    ports.send(one.final);
  };
  const giveUp = (one: Served, why: string): void => {
    stopWatching(one);
    one.isGivenUp = true;
    if (one.final !== null) return;
    tell('refused', one.request, why, 500);
    answer(one, { status: 500 });
  };
  const stopWatching = (one: Served): void => {
    watches.get(one)?.();
    watches.delete(one);
  };
  const context = (request: Asked | null) => ({
    users: line.users(),
    instanceId: ports.line.instanceId,
    asked: request,
  });
  /** False: JsSIP threw. */
  const passOn = (message: SipMessage, text: string, request: Asked | null, body: Body): boolean => {
    const { text: passed, repairs } = rewritten(message, text, context(request), body);
    if (repairs.length > 0) tell('repaired', message, repairs.join(', '));
    return passSafely(message, passed);
  };
  const passSafely = (message: SipMessage, text: string): boolean => {
    try {
      ports.pass(text);
      return true;
    } catch {
      // Whatever it was, the page and its calls go on.
      tell('dropped', message, 'the phone could not work with it');
      return false;
    }
  };

  function refuse(message: SipMessage, refusal: Refusal): void {
    const one = served.add(message, false);
    if (refusal.status === 603 && message.method === 'REFER') ports.onReferral(referralOf(message));
    tell('refused', message, refusal.why, refusal.status);
    answer(one, refusal);
  }

  function acknowledge(message: SipMessage, text: string): void {
    const invite = served.inviteOf(message);
    if (invite !== undefined && (!invite.isWithStack || invite.isGivenUp)) return;
    const form = badForm(message);
    if (form === null) passOn(message, text, null, readBody(message));
    else tell('dropped', message, form.why);
  }

  function request(message: SipMessage, text: string): void {
    if (message.method === 'ACK') {
      acknowledge(message, text);
      return;
    }
    const before = served.find(message);
    if (before !== undefined) {
      // Repeated (section 17.2): the same answer again. JsSIP repeats a 2xx by itself (section 13.3.1.4).
      const again = before.final ?? before.provisional;
      if (again !== null && !(message.method === 'INVITE' && /^SIP\/2\.0 2/.test(again))) ports.send(again);
      return;
    }
    const isCall = message.method === 'INVITE' && tagOf(message, 'to') === null;
    const unseen = isCall ? ports.admit('look') : null;
    const refusal = unseen === null ? refusalOf(message, line) : null;
    if (refusal !== null) {
      refuse(message, refusal);
      return;
    }
    const ring = valueOf(message, 'replaces') === '' ? 'ring' : 'replace';
    const tooMany = unseen ?? (isCall ? ports.admit(ring) : null);
    if (tooMany !== null) {
      answer(served.add(message, false), tooMany);
      return;
    }
    const invite = message.method === 'CANCEL' ? served.inviteOf(message) : undefined;
    if (invite !== undefined && (!invite.isWithStack || invite.isGivenUp)) {
      answer(served.add(message, false), { status: 200 });
      return;
    }
    take(message, text);
  }

  function take(message: SipMessage, text: string): void {
    const one = served.add(message, true);
    const isInvite = message.method === 'INVITE';
    const mayBeLate = isInvite || message.method === 'UPDATE';
    if (mayBeLate) {
      const ms = isInvite && tagOf(message, 'to') === null ? RINGS_AT_MOST_MS : ANSWER_WITHIN_MS;
      watches.set(
        one,
        clock.after(ms, () => giveUp(one, 'the phone found no answer to it')),
      );
    }
    const body = readBody(message);
    const taken = passOn(message, text, null, body);
    // JsSIP answers at once what has nothing to negotiate.
    const mayWait = message.method === 'UPDATE' && body.kind !== 'none';
    if (!taken) giveUp(one, 'the phone could not work with it');
    else if (one.final === null && one.provisional === null && !mayWait) giveUp(one, 'the phone did not take it');
  }

  function response(message: SipMessage, text: string): void {
    if (message.version !== '2.0' || message.status < 100 || message.status > 999) {
      tell('dropped', message, 'its first line is none that SIP knows');
      return;
    }
    const to = asked.answeredBy(message);
    const known = to !== undefined && message.method !== to.method ? { ...message, method: to.method } : message;
    const isAccepted = message.status >= 200 && message.status < 300;
    const wasAnswered = to?.isAnswered === true;
    if (to !== undefined && message.status >= 200) to.isAnswered = true;
    const body: Body = message.status >= 300 ? { kind: 'none' } : readBody(known);
    const taken = passOn(known, text, to ?? null, body);
    if (to?.method !== 'INVITE' || message.status < 200 || wasAnswered || stopped) return;
    const isMissing = message.status >= 300 && !to.isAcknowledged;
    if (taken && !isMissing) return;
    // JsSIP acknowledges at once whatever it takes.
    const status = message.status >= 300 && message.status < 700 ? message.status : 500;
    if (isAccepted) endAccepted(known, to);
    else passSafely(known, madeUpResponse(to, status, 'Unreadable Answer'));
  }

  /** A call was accepted and JsSIP failed at it: the far end is told, and JsSIP hears of a failure. */
  function endAccepted(message: SipMessage, to: Asked): void {
    const [ack, bye] = endWithoutTarget(to, message);
    ports.send(ack);
    if (to.swallowsAck) return;
    to.swallowsAck = true;
    ports.send(bye);
    passSafely(message, madeUpResponse(to, 500, UNUSABLE_ANSWER));
  }

  function tooLarge(text: string): void {
    const message = readSip(text.slice(0, HEAD_OF_LARGE));
    if (message === null) return;
    const whole: SipMessage = {
      ...message,
      body: '',
      // It is written anew, whatever else is in it.
      oddLines: new Set(['folded']),
      headers: message.headers.filter(({ name }) => name !== 'content-length'),
    };
    const why = 'it is larger than 256 kB';
    if (message.kind === 'request' && message.method !== 'ACK') refuse(whole, { status: 413, why });
    else tell('dropped', whole, why);
    // Without its body: the call that it answers ends.
    if (message.kind === 'response' && message.status >= 200) response(whole, '');
  }

  return {
    receive: (text) => {
      if (stopped) return;
      if (text.length * 3 > MOST_BYTES && byteLength(text) > MOST_BYTES) {
        tooLarge(text);
        return;
      }
      const message = readSip(text);
      if (message === null) ports.tell({ kind: 'dropped', what: 'message', status: 0, why: 'it is no message of SIP' });
      else if (message.kind === 'request') request(message, text);
      else response(message, text);
    },
    send: (text) => {
      const message = readSip(text);
      if (message === null) return;
      if (message.kind === 'response') {
        const one = served.answeredBy(message);
        if (one?.isGivenUp === true) return;
        const out = responseOnTheWire(text, message, one?.request ?? null);
        if (one !== undefined) {
          if (message.method === 'INVITE') ownTags.note(valueOf(one.request, 'call-id'), tagOf(message, 'to'));
          if (message.status < 200) one.provisional = out;
          else {
            one.final = out;
            stopWatching(one);
          }
        }
        ports.send(out);
        return;
      }
      if (message.method === 'ACK') {
        const to = asked.byBranch(topVia(message)?.branch ?? '');
        if (to !== undefined) to.isAcknowledged = true;
        if (to?.swallowsAck === true) return;
      } else if (message.method !== 'CANCEL') asked.add(message);
      if (message.method === 'INVITE') ownTags.note(restored(valueOf(message, 'call-id')), tagOf(message, 'from'));
      const out = requestOnTheWire(text, ports.line.contact());
      if (message.method === 'REFER') subscribed.add(valueOf(readSip(out) ?? message, 'call-id'));
      ports.send(out);
    },
    stop: () => {
      stopped = true;
      for (const one of [...watches.keys()]) stopWatching(one);
      served.clear();
      asked.clear();
      ownTags.clear();
      subscribed.clear();
    },
  };
}

/** Who asked, and for what, as people read it. */
function referralOf(message: SipMessage): ReferralDeclined {
  const shown = (value: string): string => {
    const uri = readUri(readNameAddr(value)?.uri ?? '');
    return uri === null ? '' : shownUser(uri) || uri.host;
  };
  return { by: shown(valueOf(message, 'from')), to: shown(valueOf(message, 'refer-to')) };
}
