/** What the window's title says: it is all that the taskbar shows of a phone that lies behind other windows. */
import type { Call } from '../../../contracts/call/call';
import { plainText } from '../../../contracts/base/plain-text';
import type { PhoneSnapshot } from '../../phone/port/user-agent';
import { canAnswer, isLive, layoutOf, missedIn } from '../../state/call-views';
import { partyName, timer } from './format';
import { phaseWords } from './messages';

/** A taskbar shows no more; names come from strangers. */
const LONGEST_NAME = 40;

const nameIn = ({ peer }: Call): string => plainText(partyName(peer), LONGEST_NAME);

/** A call that rings, else the call that is up with its time, else how many calls were missed, else the name of the app. */
export function windowTitle(snapshot: Pick<PhoneSnapshot, 'calls' | 'activeCallId'>, now: number): string {
  const { calls } = snapshot;
  const ringing = calls.find(canAnswer);
  const { main } = layoutOf(snapshot);
  if (ringing !== undefined) return `Incoming call: ${nameIn(ringing)}`;
  if (main !== null && isLive(main) && 'answeredAt' in main) return `${timer(now - main.answeredAt)} ${nameIn(main)}`;
  if (main !== null && isLive(main)) return `${phaseWords(main)}: ${nameIn(main)}`;
  const missed = missedIn(calls);
  return missed === 0 ? 'Ringfence' : `${missed} missed`;
}
