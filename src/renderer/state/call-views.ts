/** What the screen derives from the calls: pure functions, so that every state can be shown in a test. */
import type { Call, CallId } from '../../contracts/call/call';
import { canAnswer, needsRingback } from '../phone/call/call';
import { isLive, type PhoneSnapshot } from '../phone/port/user-agent';

// The screen asks the engine's own questions; it reaches them through here.
export { canAnswer, canHold, canMute, canResume, canSendDigits } from '../phone/call/call';
export { isLive } from '../phone/port/user-agent';
export { remoteCallOf as remoteCallOnCard } from '../events/match-call';

/** Where each call stands on the phone screen. */
export interface CallLayout {
  /** Ringing for the agent, oldest first: answered in the order of arrival. */
  readonly incoming: readonly Call[];
  /** The large card, or null. */
  readonly main: Call | null;
  /** One line each. */
  readonly lines: readonly Call[];
  /** During a call the incoming ones come last and small: the buttons under the agent's hand stay where they are. */
  readonly inCall: boolean;
}

/** A call that had the large card until it ended; a call that was only missed never had it. */
const leftTheCard = (call: Call): boolean =>
  call.phase === 'ended' && (call.answeredAt !== null || call.direction === 'outgoing');

/**
 * The active call is large; without one the call being placed is, then the one that just ended, then a held one. An ended
 * call comes before a held one so that a second click on End does not find the End of the held call in the same place.
 */
export function layoutOf({ calls, activeCallId }: Pick<PhoneSnapshot, 'calls' | 'activeCallId'>): CallLayout {
  const incoming = calls.filter(canAnswer);
  const others = calls.filter((call) => !canAnswer(call));
  const live = others.filter(isLive);
  const main =
    live.find((call) => call.id === activeCallId) ??
    live.findLast((call) => call.phase !== 'held') ??
    others.findLast(leftTheCard) ??
    live.at(-1) ??
    others.at(-1) ??
    null;
  return { incoming, main, lines: others.filter((call) => call !== main), inCall: live.length > 0 };
}

/** The calls in the order in which the screen shows them; Ctrl+1 chooses the first. */
export function inOrder(layout: CallLayout): readonly Call[] {
  const rest = [...(layout.main === null ? [] : [layout.main]), ...layout.lines];
  return layout.inCall ? [...rest, ...layout.incoming] : [...layout.incoming, ...rest];
}

/** Milliseconds of conversation of a call that ended, or null when nobody answered. */
export function talkedMs(call: Call): number | null {
  return call.phase === 'ended' && call.answeredAt !== null ? Math.max(0, call.endedAt - call.answeredAt) : null;
}

/** Which of the phone's own sounds belongs to these calls. */
export function soundFor(calls: readonly Call[], doNotDisturb: boolean): 'silent' | 'ring' | 'ringback' {
  if (calls.some(needsRingback)) return 'ringback';
  // In a conversation the card and the small window are enough; a ring in the ear would drown the customer.
  const talking = calls.some((call) => call.phase === 'active' || call.phase === 'recovering');
  return !doNotDisturb && !talking && calls.some(canAnswer) ? 'ring' : 'silent';
}

/** What changed from one list of calls to the next, call by call. */
export function changedPhases(
  before: readonly Call[],
  after: readonly Call[],
): readonly { readonly call: Call; readonly from: Call['phase'] | null }[] {
  const known = new Map<CallId, Call['phase']>(before.map((call) => [call.id, call.phase]));
  return after
    .filter((call) => known.get(call.id) !== call.phase)
    .map((call) => ({ call, from: known.get(call.id) ?? null }));
}
