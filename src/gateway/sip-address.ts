/** The parts of SIP headers that routing reads: URIs, name-addr, parameters, Via (RFC 3261 sections 19.1, 20, 25.1). */
import type { SipMessage } from './sip-message';
import { headerOf } from './sip-message';

/** Parameters by lower-case name; one without a value has the empty text. */
export type Parameters = ReadonlyMap<string, string>;

export interface SipUri {
  /** Lower case: `sip`, `sips`, `tel` ... */
  readonly scheme: string;
  /** As on the wire; null when there is none. */
  readonly user: string | null;
  /** Lower case, with brackets for IPv6. */
  readonly host: string;
  readonly port: number | null;
  readonly parameters: Parameters;
}

export interface Address {
  readonly displayName: string;
  /** The URI as it came. */
  readonly uri: string;
  /** Parameters of the header, not of the URI. */
  readonly parameters: Parameters;
}

export interface Via {
  readonly transport: string;
  readonly sentBy: string;
  readonly branch: string;
}

const unquote = (text: string): string => (/^".*"$/s.test(text) ? text.slice(1, -1).replace(/\\(.)/gs, '$1') : text);

/** Reads `;a=b;c;d="x;y"`. */
export function parseParameters(text: string): Parameters {
  const found = new Map<string, string>();
  for (const match of text.matchAll(/;\s*([^\s=;"]{1,64})\s*(?:=\s*("(?:[^"\\]|\\.)*"|[^;]*))?/g)) {
    const name = (match[1] ?? '').toLowerCase();
    if (!found.has(name)) found.set(name, unquote((match[2] ?? '').trim()));
  }
  return found;
}

/** Reads a SIP URI; null for anything without `scheme:host`. */
export function parseUri(text: string): SipUri | null {
  const match =
    /^([A-Za-z][A-Za-z0-9+.-]{0,15}):(?:([^@\s<>"]{1,512})@)?(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9.+-]{1,255})(?::(\d{1,5}))?((?:[;?][^\s<>"]*)?)$/.exec(
      text,
    );
  if (match === null) return null;
  const [, scheme = '', user, host = '', port, rest = ''] = match;
  return {
    scheme: scheme.toLowerCase(),
    // The password part (section 19.1.1, deprecated) is no part of an identity.
    user: user === undefined ? null : user.replace(/:.*$/s, ''),
    host: host.toLowerCase(),
    port: port === undefined ? null : Number(port),
    parameters: parseParameters(rest.replace(/\?.*$/s, '')),
  };
}

/** Reads `"Name" <uri>;params`, `<uri>;params` or `uri;params`; null when there is no URI. */
export function parseAddress(value: string): Address | null {
  const bracketed = /^("(?:[^"\\]|\\.)*"\s*|[^<"]*)<([^<>\s]{1,2048})>\s*(;.*)?$/s.exec(value.trim());
  if (bracketed !== null) {
    const [, name = '', uri = '', rest = ''] = bracketed;
    return { displayName: unquote(name.trim()), uri, parameters: parseParameters(rest) };
  }
  // Without brackets all parameters belong to the header (section 20).
  const bare = /^\s*([^\s<>";]{1,2048})\s*(;.*)?$/s.exec(value);
  return bare === null ? null : { displayName: '', uri: bare[1] ?? '', parameters: parseParameters(bare[2] ?? '') };
}

/** Reads a Via value; null without a branch. */
export function parseVia(value: string): Via | null {
  const match = /^SIP\s*\/\s*2\.0\s*\/\s*([A-Za-z0-9-]{1,16})\s+([^\s;,]{1,255})\s*(;.*)?$/is.exec(value);
  const branch = parseParameters(match?.[3] ?? '').get('branch');
  if (match === null || branch === undefined || branch === '') return null;
  return { transport: (match[1] ?? '').toUpperCase(), sentBy: (match[2] ?? '').toLowerCase(), branch };
}

/** User and host of a From or To header, with its tag. */
export interface Party {
  readonly uri: string;
  readonly user: string | null;
  readonly host: string;
  readonly tag: string | null;
}

/** Reads the From or To of a message; null when unreadable. */
export function partyOf(message: SipMessage, header: 'From' | 'To'): Party | null {
  const address = parseAddress(headerOf(message, header) ?? '');
  const uri = address === null ? null : parseUri(address.uri);
  if (address === null || uri === null) return null;
  const tag = address.parameters.get('tag');
  return { uri: address.uri, user: uri.user, host: uri.host, tag: tag === undefined || tag === '' ? null : tag };
}
