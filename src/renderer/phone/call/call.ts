/**
 * A call's life as one pure function over the Call union (drawn in contracts/call.ts). JsSIP is the state machine of the
 * protocol; this is a projection of it. An event that does not apply returns the same object; `ended` absorbs.
 */
import type { AfterDigits } from '../../../contracts/call/after-digits';
import type { CallVerb } from '../../../contracts/call/call-command';
import type { Call, CallFacts, CallProblem, EndCause, HoldState } from '../../../contracts/call/call';

export type CallEvent =
  /** 180, or 183 with SDP: sound from the far end. */
  | { readonly type: 'progress'; readonly earlyMedia: boolean }
  /** The far end took our offer: sound and signalling are on their way (a voice line; SIP tells no such thing). */
  | { readonly type: 'accepted' }
  /** An outgoing call goes on ringing without sound from the far end: another target is being called. */
  | { readonly type: 'early-media-over' }
  /** The agent answered and has a microphone. */
  | { readonly type: 'answering' }
  /** Both sides agreed. */
  | { readonly type: 'answered'; readonly at: number }
  /** One side's hold changed. */
  | { readonly type: 'hold'; readonly at: number; readonly side: 'us' | 'peer'; readonly on: boolean }
  /** The flow or the path of the sound is gone; `restored`: both are there again. */
  | { readonly type: 'interrupted'; readonly at: number }
  | { readonly type: 'restored' }
  | { readonly type: 'muted'; readonly on: boolean }
  | { readonly type: 'digits'; readonly digits: string }
  /** What remains to be sent of the digits behind the number. */
  | { readonly type: 'after'; readonly after: readonly AfterDigits[] }
  | { readonly type: 'problem'; readonly problem: CallProblem | null }
  | { readonly type: 'ended'; readonly at: number; readonly cause: EndCause; readonly details: string };

/** A call that the agent places. */
export function outgoingCall(
  facts: Pick<CallFacts, 'id' | 'peer' | 'profileId' | 'startedAt' | 'dialled' | 'after'>,
): Call {
  return withVerbs({
    ...facts,
    direction: 'outgoing',
    muted: false,
    sentDigits: '',
    problem: null,
    can: [],
    phase: 'dialing',
  });
}

/** A call that arrives. */
export function incomingCall(facts: Pick<CallFacts, 'id' | 'peer' | 'profileId' | 'startedAt' | 'sipCallId'>): Call {
  return withVerbs({
    ...facts,
    direction: 'incoming',
    muted: false,
    sentDigits: '',
    problem: null,
    can: [],
    phase: 'ringing',
    earlyMedia: false,
  });
}

const factsOf = (call: Call): CallFacts => ({
  id: call.id,
  direction: call.direction,
  peer: call.peer,
  profileId: call.profileId,
  startedAt: call.startedAt,
  muted: call.muted,
  sentDigits: call.sentDigits,
  problem: call.problem,
  can: call.can,
  ...(call.dialled === undefined ? {} : { dialled: call.dialled }),
  ...(call.after === undefined ? {} : { after: call.after }),
  ...(call.assistant === undefined ? {} : { assistant: call.assistant }),
});

const NO_HOLD: HoldState = { byUs: false, byPeer: false, since: 0 };

const holdOf = (call: Call): HoldState => (call.phase === 'held' || call.phase === 'recovering' ? call.hold : NO_HOLD);

const activeOrHeld = (call: Call, answeredAt: number, hold: HoldState): Call =>
  hold.byUs || hold.byPeer
    ? { ...factsOf(call), phase: 'held', answeredAt, hold }
    : { ...factsOf(call), phase: 'active', answeredAt };

function progress(call: Call, earlyMedia: boolean): Call {
  if (call.direction !== 'outgoing') return call;
  if (call.phase === 'dialing') return { ...factsOf(call), phase: 'ringing', earlyMedia };
  // A 180 after a 183 does not take the sound away.
  if (call.phase === 'ringing' && earlyMedia && !call.earlyMedia) return { ...call, earlyMedia: true };
  return call;
}

function hold(call: Call, { at, side, on }: Extract<CallEvent, { readonly type: 'hold' }>): Call {
  if (call.phase !== 'active' && call.phase !== 'held' && call.phase !== 'recovering') return call;
  const before = holdOf(call);
  const sides = side === 'us' ? { ...before, byUs: on } : { ...before, byPeer: on };
  const isHeld = sides.byUs || sides.byPeer;
  const after: HoldState = { ...sides, since: isHeld ? (before.since > 0 ? before.since : at) : 0 };
  if (after.byUs === before.byUs && after.byPeer === before.byPeer) return call;
  return call.phase === 'recovering' ? { ...call, hold: after } : activeOrHeld(call, call.answeredAt, after);
}

/** The call after the event; the same object when the event does not apply. */
export function transition(call: Call, event: CallEvent): Call {
  const after = step(call, event);
  return after === call ? call : withVerbs(after);
}

function step(call: Call, event: CallEvent): Call {
  if (call.phase === 'ended') return call;
  switch (event.type) {
    case 'progress':
      return progress(call, event.earlyMedia);
    case 'accepted':
      return call.phase === 'dialing' ? { ...factsOf(call), phase: 'connecting' } : call;
    case 'early-media-over':
      return call.phase === 'ringing' && call.earlyMedia ? { ...call, earlyMedia: false } : call;
    case 'answering':
      return call.phase === 'ringing' && call.direction === 'incoming'
        ? { ...factsOf(call), phase: 'connecting', problem: null }
        : call;
    case 'answered':
      return call.phase === 'dialing' || call.phase === 'ringing' || call.phase === 'connecting'
        ? { ...factsOf(call), phase: 'active', answeredAt: event.at }
        : call;
    case 'hold':
      return hold(call, event);
    case 'interrupted':
      return call.phase === 'active' || call.phase === 'held'
        ? { ...factsOf(call), phase: 'recovering', answeredAt: call.answeredAt, since: event.at, hold: holdOf(call) }
        : call;
    case 'restored':
      return call.phase === 'recovering' ? activeOrHeld(call, call.answeredAt, call.hold) : call;
    case 'muted':
      return call.muted === event.on ? call : { ...call, muted: event.on };
    case 'digits':
      return event.digits === '' ? call : { ...call, sentDigits: call.sentDigits + event.digits };
    case 'after':
      return { ...call, after: event.after };
    case 'problem':
      return call.problem === event.problem ? call : { ...call, problem: event.problem };
    case 'ended':
      return {
        ...factsOf(call),
        phase: 'ended',
        answeredAt: 'answeredAt' in call ? call.answeredAt : null,
        endedAt: event.at,
        cause: event.cause,
        details: event.details,
      };
  }
}

/** Ends that are no news to the agent: somebody wanted them, or another phone of the line took care of the call. */
const GOES_BY_ITSELF: ReadonlySet<EndCause> = new Set<EndCause>([
  'hung-up',
  'hung-up-by-peer',
  'cancelled',
  'declined',
  'answered-elsewhere',
  'declined-elsewhere',
  'time-limit',
]);

/** A call that was missed, that failed, or whose end has to be read: its card stays until the agent puts it away or calls back. */
export function staysWhenEnded(call: Call): boolean {
  return call.phase === 'ended' && !GOES_BY_ITSELF.has(call.cause);
}

/** The caller gave up before anybody answered. */
export function wasMissed(call: Call): boolean {
  return call.phase === 'ended' && call.cause === 'cancelled-by-caller';
}

/** An incoming call that rings. */
export function canAnswer(call: Call): boolean {
  return call.phase === 'ringing' && call.direction === 'incoming';
}

/** Anything but an ended call can be ended: declined, cancelled or hung up. */
export function canEnd(call: Call): boolean {
  return call.phase !== 'ended';
}

/** The far end can be told of a hold. */
const isHeard = (call: Call): boolean => call.problem !== 'signalling-lost';

/** Ours to hold: answered, the far end can be told, and not held by us already. */
export function canHold(call: Call): boolean {
  return isHeard(call) && (call.phase === 'active' || (call.phase === 'held' && !call.hold.byUs));
}

/** Held by us. Though the far end may not be told: a call that stepped aside for another one has to get its microphone back. */
export function canResume(call: Call): boolean {
  return call.phase === 'held' && call.hold.byUs;
}

/** The wish to be muted counts from the first ring to the end. */
export function canMute(call: Call): boolean {
  return call.phase !== 'ended' && !canAnswer(call);
}

/** There is sound to the far end that digits can travel in, or will be again: they wait for it. An assistant takes none. */
export function canSendDigits(call: Call): boolean {
  if (call.assistant === true) return false;
  if (call.phase === 'ringing') return call.direction === 'outgoing' && call.earlyMedia;
  return call.phase === 'active' || ((call.phase === 'held' || call.phase === 'recovering') && !call.hold.byUs);
}

const VERBS: readonly (readonly [verb: CallVerb, can: (call: Call) => boolean])[] = [
  ['answer', canAnswer],
  ['end', canEnd],
  ['mute', canMute],
  ['hold', canHold],
  ['resume', canResume],
  ['send-digits', canSendDigits],
  ['send-after', (call) => canSendDigits(call) && (call.after?.length ?? 0) > 0],
  ['dismiss', (call) => call.phase === 'ended'],
];

/** The call with what can be done with it in its state. */
export function withVerbs(call: Call): Call {
  const can = VERBS.flatMap(([verb, may]) => (may(call) ? [verb] : []));
  return can.join() === call.can.join() ? call : { ...call, can };
}

/** The phone itself must play the ringing tone: the far end rings and sends no sound. */
export function needsRingback(call: Call): boolean {
  return call.phase === 'ringing' && call.direction === 'outgoing' && !call.earlyMedia;
}
