/** Where a Contact leads to (RFC 3261 sections 8.1.1.8 and 20.10). */
import { joinNames, readNameAddr, readUri, type NameAddr } from './address';
import { valuesOf, type SipMessage } from './sip-text';
import { splitLists } from './values';

/** One member of a Contact list; `address` is null where there is no URI in it. */
export interface ContactEntry {
  readonly text: string;
  readonly address: NameAddr | null;
  /** `sip` and `sips` only where it can be called. */
  readonly scheme: string;
}

/** So many Contacts are looked at; nobody has as many phones, and a list of 256 kB would hold the page up. */
export const MOST_CONTACTS = 64;

/** The members of the Contact headers, the first 64 of them. */
export function contactsOf(message: SipMessage): ContactEntry[] {
  return joinNames(splitLists(valuesOf(message, 'contact'), MOST_CONTACTS)).map((text) => {
    const address = readNameAddr(text);
    return { text, address, scheme: address === null ? '' : (readUri(address.uri)?.scheme ?? '') };
  });
}

/** A list of bindings that is no longer than 64: the first ones, and of the others the last that are `ours`. Null: it is short enough. */
export function shortened(lines: readonly string[], ours: (text: string) => boolean): string[] | null {
  // Without `most` at once, which is cheap: nothing in the members is read.
  const members = splitLists(lines);
  if (members.length <= MOST_CONTACTS) return null;
  const own = members.filter(ours).slice(-MOST_CONTACTS / 2);
  const others = members.filter((text) => !own.includes(text)).slice(0, MOST_CONTACTS - own.length);
  return [...others, ...own];
}

/** True for where a request can be sent to. */
export function isCallable({ scheme }: ContactEntry): boolean {
  return scheme === 'sip' || scheme === 'sips';
}

/** The remote target that a message names, or null. */
export function targetOf(message: SipMessage): (ContactEntry & { readonly address: NameAddr }) | null {
  for (const entry of contactsOf(message))
    if (isCallable(entry) && entry.address !== null) return { ...entry, address: entry.address };
  return null;
}
