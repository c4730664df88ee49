/**
 * How a URL has to be written in a profile. What reads a URL (RFC 3986 or the URL Standard) forgives a lot, and makes another address of it than the one that a person reads: so
 * what it would have to mend is refused, with what to write instead.
 */
import { isLoopbackHost } from '../base/loopback';

/** `https`: where a key is sent; `wss`: where a token is. */
export type SafeScheme = 'https' | 'wss';
const IN_CLEAR = { https: 'http', wss: 'ws' } as const;

/** What a person is told where none of the more exact sentences fits. */
export const WRITE_URL: Readonly<Record<SafeScheme, string>> = {
  https: 'write it as https://host; http:// is allowed for this computer only',
  wss: 'write it as wss://host/path; ws:// is allowed for this computer only',
};

/** True for a URL of this scheme, or of its counterpart in clear on this computer, without user, password and fragment: as it is read, however it is written. */
export function isSafeUrl(text: string, scheme: SafeScheme): boolean {
  try {
    const url = new URL(text);
    if (url.username !== '' || url.password !== '' || url.hash !== '') return false;
    return url.protocol === `${scheme}:` || (url.protocol === `${IN_CLEAR[scheme]}:` && isLoopbackHost(url.hostname));
  } catch {
    return false;
  }
}

/** The host that the URL is read to name; '' where it is none. */
function hostRead(text: string): string {
  try {
    return new URL(text).hostname;
  } catch {
    return '';
  }
}

/** Why a person can't write it so, in small letters and without any of it, at most 120 characters; null: it is well written. */
export function writtenProblem(text: string, scheme: SafeScheme): string | null {
  // Blanks and control characters; a soft hyphen and other signs of no width are no letters of a host, and no URL has them unescaped.
  if (/[\s\p{Cc}\p{Cf}]/u.test(text)) return 'leave out blanks, line ends and signs that nobody can see';
  if (text.includes('\\')) return 'write / in place of \\';
  const [, named = '', slashes = '', authority = ''] = /^([a-z]+):(\/*)([^/?#]*)/i.exec(text) ?? [];
  if (named.toLowerCase() !== scheme && named.toLowerCase() !== IN_CLEAR[scheme]) return WRITE_URL[scheme];
  if (slashes !== '//') return 'write two slashes behind the colon, and the host behind them';
  if (authority.includes('@')) return 'leave out user and password: a URL is no place for a secret';
  if (text.includes('#')) return 'leave out the # and what follows it';
  if (/[,;]/.test(authority)) return 'name one host: a comma or semicolon is no part of one';
  const host = authority.replace(/:\d*$/, '').toLowerCase();
  // An IPv6 address has many spellings, and all of them are read as the same.
  const isPlain = host.startsWith('[') || (/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?$/.test(host) && hostRead(text) === host);
  if (host !== '' && !isPlain)
    return 'write the host in plain letters, digits, dots and hyphens (others as xn--), and an address as 192.0.2.1';
  return isSafeUrl(text, scheme) ? null : WRITE_URL[scheme];
}
