/** The engine's events in words, one function for each shape, so that the live column reads the same everywhere. */
import type { Call, EndCause, Party } from '../../../contracts/call/call';
import type { LiveCallFacts } from '../../../contracts/call/event';
import type { Grant } from '../../../contracts/profile/grant';
import { causeInWords } from './cause';
import type { FlowEnd } from '../wire/flow';
import { INVITES_A_SECOND, MOST_RINGING, type WhyRefused } from '../wire/invite-admission';
import { partyLabel } from '../base/party';
import type { EngineEvent } from './user-agent';

const DOT = '\u00b7';
const ARROW = '\u2192';

const REFUSED: Readonly<Record<WhyRefused, string>> = {
  ringing: `${MOST_RINGING} calls rang already`,
  calls: 'as many calls as this line may have',
  rate: `more than ${INVITES_A_SECOND} calls a second`,
};
/** Calls that came while there were too many; events with the same `merge` are one line of the live column. */
export function callsRefused(count: number, reasons: readonly WhyRefused[], merge: string): EngineEvent {
  return {
    category: 'calls',
    kind: 'call-failed',
    title: count === 1 ? 'Call refused' : `${count} calls refused`,
    detail: reasons.map((why) => REFUSED[why]).join(` ${DOT} `),
    merge,
  };
}

/** Milliseconds as `4:07` or `1:02:03`. */
export function clockTime(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, '0');
  return s >= 3600
    ? `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`
    : `${Math.floor(s / 60)}:${two(s % 60)}`;
}

const seconds = (ms: number): string => (ms < 10_000 ? (ms / 1000).toFixed(1) : String(Math.round(ms / 1000)));
/** The number is what the agent matches with the CRM; a name alone would not do. */
const who = (party: Party): string => (party.user === '' ? partyLabel(party) : party.user);

/** What of the ICE servers in the provider's answer is not used, in words; '' where all of it is. */
export function iceLeftOutInWords({ iceLeftOut }: Pick<Grant, 'iceLeftOut'>): string {
  if (iceLeftOut === undefined) return '';
  const { unreadable, withoutCredential, tooMany } = iceLeftOut;
  const why = [
    [unreadable, 'no browser takes'],
    [withoutCredential, 'without a user or a credential'],
    [tooMany, 'more than are used'],
  ] as const;
  const parts = why.filter(([count]) => count > 0).map(([count, words]) => `${count} ${words}`);
  return `ICE addresses left out: ${parts.join(', ')}`;
}

export function tokenMinted(grant: Grant): EngineEvent {
  const leftOut = iceLeftOutInWords(grant);
  return {
    category: 'tokens',
    kind: 'token-minted',
    title: 'Token minted',
    detail: `lives ${clockTime(grant.expiresAt - grant.issuedAt)} ${DOT} ${grant.fingerprint} ${DOT} for calls${leftOut === '' ? '' : ` ${DOT} ${leftOut}`}`,
  };
}
/** Tokens of a key that the gateway does not know; all with the same `merge` are one line of the live column. */
export function keyUnknown(key: string, count: number, newest: string, merge: string): EngineEvent {
  return {
    category: 'errors',
    kind: 'token-refused',
    title: 'Key not known yet',
    detail: `${key} ${DOT} ${count === 1 ? 'a token was refused' : `${count} tokens were refused`} ${DOT} ${newest}`,
    merge,
  };
}
export function registered(identity: string, tookMs: number): EngineEvent {
  return {
    category: 'registration',
    kind: 'registered',
    title: 'Registered',
    detail: `sip:${identity} ${DOT} ${Math.round(tookMs)} ms`,
  };
}
export function unregistered(identity: string): EngineEvent {
  return { category: 'registration', kind: 'unregistered', title: 'Unregistered', detail: `sip:${identity}` };
}
export function connectionLost(end: FlowEnd): EngineEvent {
  const detail =
    end.how === 'probe'
      ? `the gateway gave no answer for ${Math.round(end.afterMs / 1000)} s`
      : 'closed by the gateway or the network';
  return { category: 'registration', kind: 'connection-lost', title: 'Connection lost', detail };
}
export function problem(title: string, sentence: string, kind: 'problem' | 'token-refused' = 'problem'): EngineEvent {
  return { category: 'errors', kind, title, detail: sentence };
}
/** Whom an event is about. What was dialled is left out: digits behind the number may be somebody's PIN. */
const about = (peer: Party, cause: EndCause | null = null, code = ''): LiveCallFacts => ({ peer, cause, code });

export function calling(call: Call, own: string): EngineEvent {
  const facts = { category: 'calls', ...(call.assistant === true ? {} : { call: about(call.peer) }) } as const;
  return call.direction === 'incoming'
    ? { ...facts, kind: 'call-incoming', title: 'Incoming call', detail: `${who(call.peer)} ${ARROW} ${own}` }
    : { ...facts, kind: 'call-dialing', title: 'Calling', detail: `${own} ${ARROW} ${who(call.peer)}` };
}
/** A call that came and was refused before it rang, since nobody would have heard anything. */
export function unplayableCall(peer: Party, problem: 'no-common-sound' | 'no-webrtc'): EngineEvent {
  const why = problem === 'no-webrtc' ? 'their phone has no encrypted sound (WebRTC)' : 'no common sound';
  return {
    category: 'calls',
    kind: 'call-failed',
    title: 'Call refused',
    detail: `${who(peer)} ${DOT} ${why}`,
    call: about(peer, 'not-acceptable', ''),
  };
}
export function digitsSent(call: Call, count: number): EngineEvent {
  return {
    category: 'calls',
    kind: 'call-digits',
    title: 'Keypad',
    detail: `${who(call.peer)} ${DOT} ${'*'.repeat(count)}`,
  };
}
export function callProblem(call: Call, sentence: string): EngineEvent {
  return problem('Call problem', `${who(call.peer)} ${DOT} ${sentence}`);
}

function endInEvent(call: Call & { readonly phase: 'ended' }): EngineEvent {
  const name = who(call.peer);
  if (call.cause === 'cancelled-by-caller') {
    return {
      category: 'calls',
      kind: 'call-missed',
      title: 'Missed call',
      detail: `${name} ${DOT} rang ${Math.round((call.endedAt - call.startedAt) / 1000)} s`,
    };
  }
  if (call.cause === 'connection-lost')
    return {
      category: 'errors',
      kind: 'call-failed',
      title: 'Call lost',
      detail: `${name} ${DOT} ${causeInWords(call.cause)}`,
    };
  if (call.answeredAt !== null)
    return {
      category: 'calls',
      kind: 'call-ended',
      title: 'Call ended',
      detail: `${name} ${DOT} ${clockTime(call.endedAt - call.answeredAt)}`,
    };
  const chosen =
    call.cause === 'cancelled' ||
    call.cause === 'declined' ||
    call.cause === 'answered-elsewhere' ||
    call.cause === 'declined-elsewhere';
  if (chosen)
    return {
      category: 'calls',
      kind: 'call-ended',
      title: 'Call ended',
      detail: `${name} ${DOT} ${causeInWords(call.cause).toLowerCase()}`,
    };
  return {
    category: 'calls',
    kind: 'call-failed',
    title: 'Call failed',
    detail: `${name} ${DOT} ${causeInWords(call.cause)}`,
  };
}

const byUs = (call: Call): boolean => (call.phase === 'held' || call.phase === 'recovering') && call.hold.byUs;
const byPeer = (call: Call): boolean => (call.phase === 'held' || call.phase === 'recovering') && call.hold.byPeer;

function ended(call: Call & { readonly phase: 'ended' }): EngineEvent {
  const event = endInEvent(call);
  return call.assistant === true ? event : { ...event, call: about(call.peer, call.cause, call.details) };
}

/** What a step from one state of a call to the next tells; null when it is no news. */
export function stepInWords(before: Call, after: Call): EngineEvent | null {
  const name = who(after.peer);
  const calls = 'calls' as const;
  if (after.phase === 'ended') return ended(after);
  if (after.phase === 'ringing' && before.phase === 'dialing')
    return { category: calls, kind: 'call-ringing', title: 'Ringing', detail: name };
  if ('answeredAt' in after && !('answeredAt' in before)) {
    return {
      category: calls,
      kind: 'call-answered',
      title: 'Answered',
      detail: `${name} ${DOT} after ${seconds(after.answeredAt - after.startedAt)} s`,
    };
  }
  if (byUs(after) !== byUs(before))
    return byUs(after)
      ? { category: calls, kind: 'call-held', title: 'On hold', detail: name }
      : { category: calls, kind: 'call-resumed', title: 'Resumed', detail: name };
  if (byPeer(after) !== byPeer(before)) {
    return byPeer(after)
      ? { category: calls, kind: 'call-held-by-peer', title: 'Put on hold by them', detail: name }
      : { category: calls, kind: 'call-resumed-by-peer', title: 'Resumed by them', detail: name };
  }
  return null;
}
