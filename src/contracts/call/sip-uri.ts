/** SIP addresses as people type them and as the wire has them (RFC 3261 section 19.1, RFC 3966). */

/** `user@host` part of a SIP identity; no display name, no parameters. */
export interface SipAddress {
  readonly user: string;
  readonly host: string;
}

const USER = /^[A-Za-z0-9\-_.!~*'()&=+$,;?/%#]{1,64}$/;
const HOST =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*(?::[0-9]{1,5})?$/;

/** Parses `sip:user@host` or `sips:user@host` (parameters dropped). Returns null when it is no such URI. */
export function parseSipUri(text: string): SipAddress | null {
  const match = /^sips?:([^@]+)@([^;?>\s]+)(?:[;?>]\S*)?$/i.exec(text.trim());
  const user = match?.[1];
  const host = match?.[2];
  if (user === undefined || host === undefined || !USER.test(user) || !HOST.test(host)) return null;
  return { user, host };
}

/** Prints an address as a SIP URI. */
export function formatSipUri(address: SipAddress): string {
  return `sip:${address.user}@${address.host}`;
}

/** Why a typed target can't be called. */
export type TargetProblem = 'empty' | 'too-long' | 'malformed-uri' | 'malformed-number';

/**
 * Turns what an agent typed into the SIP URI to call within `domain`: `echo`, `1002`, `+254 722 000 001`, `tel:+1-201-555-0123`,
 * `sip:bob@example.com`. Visual separators (RFC 3966 section 5.1.1) are dropped from numbers.
 */
export function parseTarget(
  typed: string,
  domain: string,
): { readonly uri: string } | { readonly problem: TargetProblem } {
  const text = typed.trim();
  if (text === '') return { problem: 'empty' };
  if (text.length > 256) return { problem: 'too-long' };
  if (/^sips?:/i.test(text)) {
    const address = parseSipUri(text);
    return address === null ? { problem: 'malformed-uri' } : { uri: formatSipUri(address) };
  }
  const withoutScheme = text.replace(/^tel:/i, '');
  if (/^[+\d*#(]/.test(withoutScheme)) {
    const number = withoutScheme.replace(/;.*$/, '').replace(/[\s().\-/]/g, '');
    if (!/^(?:\+\d{3,15}|[\d*#]{1,32})$/.test(number)) return { problem: 'malformed-number' };
    return { uri: formatSipUri({ user: number.replaceAll('#', '%23'), host: domain }) };
  }
  if (text.includes('@')) {
    const address = parseSipUri(`sip:${text}`);
    return address === null ? { problem: 'malformed-uri' } : { uri: formatSipUri(address) };
  }
  if (/^[A-Za-z][A-Za-z0-9._-]{0,63}$/.test(text)) return { uri: formatSipUri({ user: text, host: domain }) };
  return { problem: 'malformed-uri' };
}
