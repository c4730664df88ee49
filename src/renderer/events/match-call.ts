/**
 * Which call of the line's own system is the one on the card. No public source says that the SIP side of a call carries its callUuid, so it is found by
 * what both sides know: the far end's number (as `to` of a call that we placed, as `from` of one that came in) and when it began.
 */
import type { Call } from '../../contracts/call/call';
import type { RemoteCall } from './remote-calls';

/** Two clocks, and the time until a call reaches the far side, ms. */
const BEGAN_WITHIN_MS = 120_000;
/** Who calls in may have talked to an assistant, or waited in a queue, before it rings here, ms. */
const WAITED_WITHIN_MS = 3_600_000;
/** Shorter numbers are extensions: they must be the same, not just end the same. */
const SHORTEST_NUMBER = 7;

/** A number or user name for comparing: without scheme, domain, spaces, and the zeros or the plus before a number. */
function key(text: string): string {
  const user = text
    .trim()
    .toLowerCase()
    .replace(/^sips?:/, '')
    .replace(/@.*$/, '');
  return /^[+\d\s().-]+$/.test(user) ? user.replace(/[^\d]/g, '').replace(/^0+/, '') : user;
}

/** True for two ways to write one number: `+254722000001`, `0722 000 001`; or one user name. */
export function isSameNumber(one: string, other: string): boolean {
  const [a, b] = [key(one), key(other)];
  if (a === '' || b === '') return false;
  return (
    a === b ||
    (/^\d+$/.test(a + b) && Math.min(a.length, b.length) >= SHORTEST_NUMBER && (a.endsWith(b) || b.endsWith(a)))
  );
}

/** How far from each other they may have begun, ms: a call that came in may have been under way there for long, if it still was when it rang here. */
function within(call: Call, { startedAt, endedAt, status }: RemoteCall): number {
  const wasUnderWay = status !== 'completed' || (endedAt !== null && endedAt >= call.startedAt);
  return call.direction === 'incoming' && startedAt !== null && startedAt < call.startedAt && wasUnderWay
    ? WAITED_WITHIN_MS
    : BEGAN_WITHIN_MS;
}

/** The one that fits best; null where none does, or two do equally. */
export function remoteCallOf(call: Call, remote: readonly RemoteCall[]): RemoteCall | null {
  const fitting = remote
    .filter((each) => isSameNumber(call.direction === 'outgoing' ? each.toNumber : each.fromNumber, call.peer.user))
    // One that was over before ours was is another one.
    .filter((each) => each.status !== 'completed' || call.phase === 'ended')
    .map((each) => ({
      each,
      apart: each.startedAt === null ? BEGAN_WITHIN_MS : Math.abs(each.startedAt - call.startedAt),
    }))
    .filter(({ each, apart }) => apart <= within(call, each))
    .sort((a, b) => a.apart - b.apart);
  const [best, second] = fitting;
  return best === undefined || best.apart === second?.apart ? null : best.each;
}
