/** Where a Contact leads to (RFC 3261 sections 8.1.1.8 and 20.10). */
import { joinNames, readNameAddr, readUri, userOf, type NameAddr } from './address';
import { valuesOf, type SipMessage } from './sip-text';
import { parameterOf, readParameters, splitLists } from './values';

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

/** A number (RFC 3966) as an address of `domain`; null: it is one of another place, or no number. */
export function numberAsUri(tel: string, domain: string): string | null {
  const uri = readUri(tel);
  const number = uri === null ? '' : userOf(uri).replace(/[-.()\s]/g, '');
  const place = parameterOf(readParameters(/;.*$/.exec(uri?.rest ?? '')?.[0] ?? ''), 'phone-context');
  const isGlobal = /^\+\d+$/.test(number);
  const isLocal = /^[\d*#]+$/.test(number) && place?.toLowerCase() === domain.toLowerCase();
  return isGlobal || isLocal ? `sip:${number.replaceAll('#', '%23')}@${domain}` : null;
}
