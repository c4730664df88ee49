/** The far end's name and address as they arrive from the network: hostile until proven otherwise. */
import type { Party } from '../../../contracts/call/call';
import { plainText } from '../../../contracts/base/plain-text';

export { plainText };

/** A party from its URI's parts, of which the network may leave out some; the name is empty when it says nothing new. */
export function partyOf(user: string | null | undefined, host: string, displayName: string | null | undefined): Party {
  // RFC 3261 section 19.1.1 lets a user part have parameters (RFC 3966): they are no part of a number.
  const plainUser = plainText((user ?? '').replace(/;.*$/, ''));
  const plainHost = plainText(host);
  const name = plainText(displayName ?? '');
  return {
    uri: plainUser === '' ? `sip:${plainHost}` : `sip:${plainUser}@${plainHost}`,
    user: plainUser,
    displayName: name === plainUser ? '' : name,
  };
}

/** What to call the party: its name, else its number, else the host that it is at. */
export function partyLabel(party: Party): string {
  return [party.displayName, party.user, party.uri.replace(/^sips?:/, '')].find((text) => text !== '') ?? '';
}
