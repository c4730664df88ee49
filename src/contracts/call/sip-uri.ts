/** SIP addresses as the wire has them (RFC 3261 section 19.1). What people type is read by `dial-target.ts`. */

/** `user@host` part of a SIP identity; no display name, no parameters. */
export interface SipAddress {
  readonly user: string;
  /** With its port, if there is one; an IPv6 address in brackets. */
  readonly host: string;
  /** Only where the URI says so: calls to it go over TLS alone (RFC 3261 section 19.1). */
  readonly secure?: true;
}

const USER = /^[A-Za-z0-9\-_.!~*'()&=+$,;?/%#]{1,64}$/;
const NAME = /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;
const IPV6_CHARACTERS = /^[0-9A-Fa-f:.]{2,45}$/;

/** Whether this is an IPv6 address without brackets (RFC 4291 section 2.2), an IPv4 ending included. */
export function isIpv6(text: string): boolean {
  if (!IPV6_CHARACTERS.test(text) || text.indexOf('::') !== text.lastIndexOf('::') || text.includes(':::'))
    return false;
  const [, ending] = /:(\d{1,3}(?:\.\d{1,3}){3})$/.exec(text) ?? [];
  if (ending !== undefined && ending.split('.').some((byte) => Number(byte) > 255)) return false;
  const groups = (ending === undefined ? text : text.slice(0, -ending.length) + '0:0').split(':');
  const isShort = text.includes('::');
  if (/^:(?!:)|(?<!:):$/.test(text)) return false;
  const named = groups.filter((group) => group !== '');
  return (
    named.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group)) &&
    (isShort ? named.length <= 7 : named.length === 8 && groups.length === 8)
  );
}

/** Whether this is a host name, an IPv4 address or an IPv6 address in brackets, with or without a port (RFC 3261 section 25.1). */
export function isHost(text: string): boolean {
  const [, inBrackets, name = '', port] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return false;
  return inBrackets === undefined ? NAME.test(name) : isIpv6(inBrackets);
}

/** The host as two of them are compared: lower case, without port and without the dot of the root. */
export function comparedHost(host: string): string {
  return host.replace(/:\d+$/, '').replace(/\.$/, '').toLowerCase();
}

/** Parses `sip:user@host` or `sips:user@host` (parameters and headers dropped). Returns null when it is no such URI. */
export function parseSipUri(text: string): SipAddress | null {
  const match = /^sip(s?):([^@]+)@((?:\[[^\]\s]*\])?[^;?>[\]\s]*)(?:[;?>]\S*)?$/i.exec(text.trim());
  const user = match?.[2];
  const host = match?.[3];
  if (user === undefined || host === undefined || !USER.test(user) || !isHost(host)) return null;
  return { user, host, ...(match?.[1] === '' ? {} : { secure: true as const }) };
}

/** Prints an address as a SIP URI. */
export function formatSipUri(address: SipAddress): string {
  return `${address.secure === true ? 'sips' : 'sip'}:${address.user}@${address.host}`;
}
