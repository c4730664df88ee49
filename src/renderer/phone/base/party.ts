/** The far end's name and address as they arrive from the network: hostile until proven otherwise. */
import type { Party } from '../../../contracts/call/call';
import { plainText } from '../../../contracts/base/plain-text';

export { plainText };

/** A party from its URI's parts, of which the network may leave out some; the name is empty when it says nothing new. */
export function partyOf(user: string | null | undefined, host: string, displayName: string | null | undefined): Party {
  const plainUser = plainText(user ?? '');
  const name = plainText(displayName ?? '');
  return { uri: `sip:${plainUser}@${plainText(host)}`, user: plainUser, displayName: name === plainUser ? '' : name };
}

/** What to call the party: its name, else its number. */
export function partyLabel(party: Party): string {
  return party.displayName === '' ? party.user : party.displayName;
}
