/** What a 200 to REGISTER grants to our own binding, read as tolerantly as what registrars write (RFC 3261 section 10.2.4). */
import type { WireMessage } from './sip-wire';

/** How our binding is known in a list that may hold those of other phones. */
export interface OwnBinding {
  /** RFC 5626 section 4.1, without `urn:uuid:`. */
  readonly instanceId: string;
  /** The URI of the Contact that was sent. */
  readonly contactUri: string;
}

/** The text cut at each `separator` that stands in no quotes and no angle brackets; a quote that nobody closes is none. */
function cut(text: string, separator: ',' | ';'): string[] {
  const parts = [''];
  const hasQuotes = (text.match(/"/g)?.length ?? 0) % 2 === 0;
  let quoted = false;
  let bracketed = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quoted && character === '\\') {
      parts.push(`${parts.pop() ?? ''}${text.slice(at, at + 2)}`);
      at += 1;
      continue;
    }
    if (character === '"') quoted = hasQuotes && !quoted;
    else if (!quoted && character === '<') bracketed = true;
    else if (!quoted && character === '>') bracketed = false;
    if (character === separator && !quoted && !bracketed) parts.push('');
    else parts.push(`${parts.pop() ?? ''}${character}`);
  }
  return parts;
}

/** The number at the front of a parameter's value, in quotes or not; null when there is none. */
function numberIn(value: string | undefined): number | null {
  const digits = /^\s*"?\s*([+-]?\d+)(?![\da-z])/i.exec(value ?? '')?.[1];
  return digits === undefined ? null : Number(digits);
}

/** The parameters behind a URI in brackets, or behind the first semicolon of one without. */
function parameterOf(contact: string, name: string): string | undefined {
  const behind = contact.includes('<') ? contact.slice(contact.lastIndexOf('>') + 1) : contact;
  for (const part of cut(behind, ';').slice(1)) {
    const equals = part.indexOf('=');
    if (equals !== -1 && part.slice(0, equals).trim().toLowerCase() === name) return part.slice(equals + 1);
  }
  return undefined;
}

const addressIn = (text: string): string => /sips?:([^;>?\s"]+)/i.exec(text)?.[1]?.toLowerCase() ?? '';
const userIn = (text: string): string => /^([^@]+)@/.exec(addressIn(text))?.[1] ?? '';

/** The entry of our own binding: by URI, by instance-id, by user; the only one there is may be ours, rewritten. */
function ownEntry(contacts: readonly string[], { instanceId, contactUri }: OwnBinding): string | null {
  const [address, user, instance] = [addressIn(contactUri), userIn(contactUri), instanceId.toLowerCase()];
  const last = (is: (contact: string) => boolean): string | undefined => contacts.findLast(is);
  return (
    last((contact) => address !== '' && addressIn(contact) === address) ??
    last((contact) => instance !== '' && contact.toLowerCase().includes(instance)) ??
    last((contact) => user !== '' && userIn(contact) === user) ??
    (contacts.length === 1 ? contacts[0] : undefined) ??
    null
  );
}

/**
 * Seconds that the registrar grants to our binding as it wrote them, however absurd; null when it names none. What
 * other bindings stand in the list, and whether those can be read, does not matter.
 */
export function grantedExpires(response: WireMessage, own: OwnBinding): number | null {
  const contacts = response
    .headers('contact')
    .flatMap((value) => cut(value, ','))
    .filter((contact) => contact.trim() !== '');
  const entry = ownEntry(contacts, own);
  const stated = entry === null ? null : numberIn(parameterOf(entry, 'expires'));
  return stated ?? numberIn(response.headers('expires')[0]);
}

/** Min-Expires of a 423 in seconds as it was written (RFC 3261 section 20.23); null when there is none. */
export function minExpiresIn(response: WireMessage): number | null {
  return response.status === 423 ? numberIn(response.headers('min-expires')[0]) : null;
}
