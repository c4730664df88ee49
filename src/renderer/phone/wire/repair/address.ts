/** URIs and name-addrs (RFC 3261 sections 19.1, 20.10 and 25.1, RFC 3966) as others write them. */
import { readParameters, unquote, type Parameter } from './values';

/** A header value that names somebody. */
export interface NameAddr {
  /** Without quotes; empty when there is none. */
  readonly name: string;
  /** As written, without brackets. */
  readonly uri: string;
  readonly isBracketed: boolean;
  /** Of the header, not of the URI. */
  readonly parameters: readonly Parameter[];
}

/** The parts of a URI; of any scheme but sip and sips only `scheme` and `rest` say something. */
export interface Uri {
  /** In lower case. */
  readonly scheme: string;
  /** What follows the scheme. */
  readonly rest: string;
  /** As written, password included; empty when there is none. */
  readonly user: string;
  /** As written; an IPv6 address has its brackets. */
  readonly host: string;
  readonly port: string;
  readonly parameters: readonly Parameter[];
}

const SCHEME = /^([a-z][a-z0-9+.-]*):(.*)$/is;
const HOST_AND_MORE = /^(\[[^\][]*\]|[^\s;?:@[\]<>"]+)(?::(\d*))?(?=[;?]|$)/;

/** Reads a URI; null when it has no scheme, or is a sip or sips URI without a host. Blanks in it are left out. */
export function readUri(text: string): Uri | null {
  const [, written = '', rest = ''] = SCHEME.exec(text.replace(/\s+/g, '')) ?? [];
  const scheme = written.toLowerCase();
  if (scheme === '' || rest === '') return null;
  if (scheme !== 'sip' && scheme !== 'sips') return { scheme, rest, user: '', host: '', port: '', parameters: [] };
  // The user part may hold "@", ";" and "?" that should have been escaped: the first "@" with a host after it counts.
  let at = rest.indexOf('@');
  while (at !== -1 && !HOST_AND_MORE.test(rest.slice(at + 1))) at = rest.indexOf('@', at + 1);
  const place = HOST_AND_MORE.exec(at === -1 ? rest : rest.slice(at + 1));
  if (place === null) return null;
  const [whole, host = '', port = ''] = place;
  const more = rest.slice((at === -1 ? 0 : at + 1) + whole.length);
  const query = more.indexOf('?');
  return {
    scheme,
    rest,
    user: at === -1 ? '' : rest.slice(0, at),
    host,
    port,
    parameters: readParameters(query === -1 ? more : more.slice(0, query)),
  };
}

/** The user part of a URI as people read it, unescaped where it can be: of `tel:` the number, of others what names somebody. */
export function userOf({ scheme, rest, user }: Uri): string {
  const written = scheme === 'sip' || scheme === 'sips' ? user : rest.replace(/[;?].*$/s, '');
  return written.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}

/** The user part without a password, and a number without its parameters (RFC 3261 section 19.1.6); where there is none, empty. */
export function shownUser(uri: Uri): string {
  return userOf(uri)
    .replace(/:.*$/s, '')
    .replace(/^([+\d*#().-]+);.*$/s, '$1');
}

/** Where the brackets of a name-addr begin: the first "<" outside of a quoted string that ends. */
function bracketIn(value: string): number {
  const quoted = /^\s*"(?:[^"\\]|\\.)*"/s.exec(value)?.[0].length ?? 0;
  const at = value.indexOf('<', quoted);
  return at === -1 ? value.indexOf('<') : at;
}

/** Reads a name-addr or an addr-spec; null when there is no URI in it. */
export function readNameAddr(value: string): NameAddr | null {
  const open = bracketIn(value);
  if (open !== -1) {
    const close = value.indexOf('>', open);
    const inside = close === -1 ? value.slice(open + 1).replace(/;.*$/s, '') : value.slice(open + 1, close);
    const after = close === -1 ? (/;.*$/s.exec(value.slice(open))?.[0] ?? '') : value.slice(close + 1);
    const before = value.slice(0, open).trim();
    // A quote that never ends is no part of the name.
    const name = /^".*"$/s.test(before) && before.length > 1 ? unquote(before) : before.replace(/^"|"$/g, '');
    const uri = inside.trim();
    return uri === '' ? null : { name, uri, isBracketed: true, parameters: readParameters(after) };
  }
  // Without brackets all parameters are the header's (RFC 3261 section 20.10).
  const [, name = '', uri = '', after = ''] = /^(.*?)([a-z][a-z0-9+.-]*:[^\s;]+)(.*)$/is.exec(value.trim()) ?? [];
  return uri === '' ? null : { name: unquote(name.trim()), uri, isBracketed: false, parameters: readParameters(after) };
}

/** Members of a list of name-addrs. A comma in a name without quotes does not end a member. */
export function joinNames(members: readonly string[]): string[] {
  const joined: string[] = [];
  let before = '';
  for (const member of members) {
    const whole = before === '' ? member : `${before}, ${member}`;
    if (/[<:*]/.test(member) || member === '*') {
      joined.push(whole);
      before = '';
    } else before = whole;
  }
  return before === '' ? joined : [...joined, before];
}
