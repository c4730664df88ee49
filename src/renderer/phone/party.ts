/** The far end's name and address as they arrive from the network: hostile until proven otherwise. */
import type { Party } from '../../contracts/call';

const LONGEST = 120;
// C0 and C1 controls, zero-width and bidirectional marks, overrides and isolates: they can disguise one name as another.
const INVISIBLE = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** One visible line of at most 120 characters. It is text, never HTML. */
export function plainText(text: string): string {
  const line = text.replace(INVISIBLE, ' ').replace(/\s+/g, ' ').trim();
  return Array.from(line).slice(0, LONGEST).join('');
}

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
