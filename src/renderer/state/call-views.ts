/** What the screen derives from the calls: pure functions, so that every state can be shown in a test. */
import type { Call, CallId } from '../../contracts/call/call';
import { canAnswer, needsRingback, staysWhenEnded, wasMissed } from '../phone/call/call';
import { isLive, type PhoneSnapshot } from '../phone/port/user-agent';

// The screen asks the engine's own questions; it reaches them through here.
export { canAnswer, staysWhenEnded, wasMissed } from '../phone/call/call';
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
}

/** A call that had the large card until it ended; a call that was only missed never had it. */
const leftTheCard = (call: Call): boolean =>
  call.phase === 'ended' && (call.answeredAt !== null || call.direction === 'outgoing');

/**
 * The active call is large; without one the call being placed is, then the one that somebody just ended, then a held one. A call that was just
 * ended comes before a held one so that a second click on End does not find the End of the held call in the same place. One that waits to be
 * put away comes behind all that live.
 */
export function layoutOf({ calls, activeCallId }: Pick<PhoneSnapshot, 'calls' | 'activeCallId'>): CallLayout {
  const incoming = calls.filter(canAnswer);
  const others = calls.filter((call) => !canAnswer(call));
  const live = others.filter(isLive);
  const main =
    live.find((call) => call.id === activeCallId) ??
    live.findLast((call) => call.phase !== 'held') ??
    others.findLast((call) => leftTheCard(call) && !staysWhenEnded(call)) ??
    live.at(-1) ??
    others.at(-1) ??
    null;
  return { incoming, main, lines: others.filter((call) => call !== main) };
}

/** The calls in the order in which the screen shows them; Ctrl+1 chooses the first. */
export function inOrder(layout: CallLayout): readonly Call[] {
  return [...layout.incoming, ...(layout.main === null ? [] : [layout.main]), ...layout.lines];
}

/** Milliseconds of conversation of a call that ended, or null when nobody answered. */
export function talkedMs(call: Call): number | null {
  return call.phase === 'ended' && call.answeredAt !== null ? Math.max(0, call.endedAt - call.answeredAt) : null;
}

/** Which of the phone's own sounds belongs to these calls. */
export function soundFor(calls: readonly Call[], doNotDisturb: boolean): 'silent' | 'ring' | 'ringback' {
  // In a conversation the card and the small window are enough; a tone in the ear would drown the customer.
  if (calls.some((call) => call.phase === 'active' || call.phase === 'recovering')) return 'silent';
  if (calls.some(needsRingback)) return 'ringback';
  return !doNotDisturb && calls.some(canAnswer) ? 'ring' : 'silent';
}

/** Sound from a far end that only rings is no conversation: it is not heard while another call is one. */
export function isDrownedOut(callId: CallId, calls: readonly Call[]): boolean {
  const rings = calls.some((call) => call.id === callId && call.phase === 'ringing');
  return rings && calls.some((call) => call.phase === 'active');
}

/** The calls whose mute changed from one list to the next. */
export function changedMutes(before: readonly Call[], after: readonly Call[]): readonly Call[] {
  const muted = new Map<CallId, boolean>(before.map((call) => [call.id, call.muted]));
  return after.filter((call) => isLive(call) && call.muted !== (muted.get(call.id) ?? false));
}

/** How many calls were missed and not put away yet. */
export function missedIn(calls: readonly Call[]): number {
  return calls.filter(wasMissed).length;
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
