/** What the room between the socket and JsSIP did, in words for the live column. */
import { plainText } from '../../../contracts/base/plain-text';
import type { ReferralDeclined, RepairEvent } from '../wire/repair/repair-event';
import type { EngineEvent } from './user-agent';

const DOT = '\u00b7';

/** A message that was repaired, refused or dropped: what it was, the answer's status, why, and how often. */
export function repairInWords({ kind, what, status, why }: RepairEvent, times = 1): EngineEvent {
  const detail = [
    what,
    ...(status === 0 ? [] : [String(status)]),
    why,
    ...(times === 1 ? [] : [`${times} times`]),
  ].join(` ${DOT} `);
  return kind === 'repaired'
    ? { category: 'line', kind: 'message-repaired', title: 'Message repaired', detail }
    : {
        category: 'errors',
        kind: 'message-refused',
        title: kind === 'refused' ? 'Message refused' : 'Message ignored',
        detail,
      };
}

/** Who wanted to send the call where; the phone did not follow. */
export function referralDeclined({ by, to }: ReferralDeclined): EngineEvent {
  const who = plainText(by) || 'The other side';
  return {
    category: 'calls',
    kind: 'transfer-declined',
    title: 'Transfer declined',
    detail: `${who} wanted to send this call to ${plainText(to) || 'somebody else'}`,
  };
}
