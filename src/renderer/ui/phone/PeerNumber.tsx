import type { Party } from '../../../contracts/call/call';
import { partyName, partyNumber } from '../kit/format';

interface PeerNumberProps {
  readonly party: Party;
  /** What follows it, behind a dot. */
  readonly after?: string;
}

/** The far end's number, unless the name says it already. */
export function PeerNumber({ party, after = '' }: PeerNumberProps) {
  const number = partyName(party) === partyNumber(party) ? '' : partyNumber(party);
  return [number, after].filter((text) => text !== '').join(' · ');
}
