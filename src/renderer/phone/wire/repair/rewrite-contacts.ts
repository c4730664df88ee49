/** The Contacts of a message in the form that JsSIP understands. */
import type { NameAddr } from './address';
import { contactsOf, isCallable, MOST_CONTACTS, shortened, targetOf, type ContactEntry } from './contact';
import type { Pen } from './pen';
import { isPlainRoute } from './plain';
import type { RewriteContext } from './rewrite-context';
import { isToken, valuesOf, type SipMessage } from './sip-text';
import { parameterOf, splitLists } from './values';
import { isProper, written } from './wording';

function contactEntry(entry: ContactEntry & { readonly address: NameAddr }, keep: readonly string[], pen: Pen): string {
  const parameters = entry.address.parameters.filter(({ name, value }) => {
    return keep.includes(name) && (value === null || /^"[^"\\]*"$/.test(value) || isToken(value));
  });
  return `<${pen.uri(entry.address.uri, 'Contact')}>${written(parameters)}`;
}

/** Writes the Contacts of a message. `hasNoDialog`: it is an early answer without a tag. */
export function writeContacts(message: SipMessage, context: RewriteContext, pen: Pen, hasNoDialog: boolean): void {
  const lines = valuesOf(message, 'contact');
  // Without a tag there is no early dialog.
  if (lines.length === 0 || hasNoDialog) return;
  const { method, status, kind } = message;
  if (method === 'REGISTER' && kind === 'response' && status >= 200) {
    bindings(lines, message, context, pen);
    return;
  }
  if (kind === 'response' && status >= 300) {
    alternatives(message, pen);
    return;
  }
  const [line = ''] = lines;
  if (lines.length === 1 && isPlainRoute(line)) {
    pen.out.push({ name: 'contact', value: line });
    return;
  }
  const target = targetOf(message);
  if (target === null) pen.drop('contact', 'there was no address of SIP in its');
  else {
    if (lines.length > 1 || contactsOf(message).length > 1) pen.repair('its Contact named more than one');
    pen.put('contact', contactEntry(target, [], pen), line);
  }
}

/** What the registrar has (section 10.2.4) is read behind this room, as it was written: JsSIP does not see it. */
function bindings(lines: readonly string[], message: SipMessage, context: RewriteContext, pen: Pen): void {
  const [, ownContact = ''] = context.users;
  const isOurs = (text: string): boolean =>
    text.toLowerCase().includes(context.instanceId.toLowerCase()) ||
    (ownContact !== '' && text.includes(`:${ownContact}@`));
  const shorter = shortened(lines, isOurs);
  if (shorter !== null) pen.repair('its Contact named very many phones');
  for (const value of shorter ?? lines) pen.put('contact', value, value);
  const odd = contactsOf(message).some(
    (entry) => !isOurs(entry.text) && (entry.address === null || !isProper(entry.address.uri)),
  );
  if (odd) pen.repairs.add("another phone's address could not be read in its Contact");
}

/** Where a call is sent on to (section 21.3). A number stays one: it is read like a number that is dialled. */
function alternatives(message: SipMessage, pen: Pen): void {
  const entries = contactsOf(message);
  const known = splitLists(valuesOf(message, 'contact'), MOST_CONTACTS + 1).length;
  if (known > MOST_CONTACTS) pen.repair('its Contact named very many addresses');
  for (const entry of entries) {
    const { address } = entry;
    const isNumber = entry.scheme === 'tel';
    if (address === null || (!isNumber && !isCallable(entry))) {
      pen.drop('contact', 'an address could not be called in its');
      continue;
    }
    if (isNumber) pen.repair('it names a number to call, and no address');
    // Without brackets the parameters are the header's by the letter; of a number they are its own by all sense (`ext`).
    const own = address.parameters.filter(({ name }) => name !== 'q' && name !== 'expires');
    const uri = isNumber && !address.isBracketed ? `${address.uri}${written(own)}` : address.uri;
    const q = parameterOf(address.parameters, 'q') ?? '';
    const weight = /^[01](?:\.\d{0,3})?$/.test(q) ? `;q=${q}` : '';
    const shown = isNumber ? pen.standIn(uri) : pen.uri(uri, 'Contact');
    pen.put('contact', `<${shown}>${weight}`, entry.text);
  }
}
