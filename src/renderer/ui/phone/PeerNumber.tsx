import type { Party } from '../../../contracts/call/call';
import { partyName, partyNumber } from '../kit/format';
import { CONFIRMED_CALLER } from '../kit/messages';

interface PeerNumberProps {
  readonly party: Party;
  /** What follows it, behind a dot. */
  readonly after?: string;
}

/** The far end's number, unless the name says it already. */
export function PeerNumber({ party, after = '' }: PeerNumberProps) {
  const number = partyName(party) === partyNumber(party) ? '' : partyNumber(party);
  const confirmed = party.confirmed === true ? CONFIRMED_CALLER : '';
  return [number, confirmed, after].filter((text) => text !== '').join(' · ');
}
