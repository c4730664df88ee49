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

/** All members of the Contact headers. */
export function contactsOf(message: SipMessage): ContactEntry[] {
  return joinNames(splitLists(valuesOf(message, 'contact'))).map((text) => {
    const address = readNameAddr(text);
    return { text, address, scheme: address === null ? '' : (readUri(address.uri)?.scheme ?? '') };
  });
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
