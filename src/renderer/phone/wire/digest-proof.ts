/** The proof of a password (RFC 3261 section 22.4) over a request as it goes on the wire: JsSIP's own is over what it wrote before that was put right. */
import { bodyOf } from './sip-body';

/** A SIP user and password. */
export interface Proven {
  readonly username: string;
  readonly password: string;
}

/** What JsSIP writes; it escapes nothing in the quotes. */
const WRITTEN =
  /^((?:Proxy-)?Authorization: Digest algorithm=MD5, username="(.*)", realm="(.*)", nonce="(.*)", uri=)".*", response="[0-9a-f]{32}"(.*)$/i;

/**
 * The request with proofs for its own method, Request-URI and, with `auth-int`, body. Others, and those with proofs of another user, are returned
 * as they are. `md5` is of the text as UTF-8, in hexadecimal.
 */
export function withProof(text: string, { username, password }: Proven, md5: (text: string) => string): string {
  const end = text.indexOf('\r\n\r\n');
  const lines = text.slice(0, end).split('\r\n');
  const [, method, uri] = /^(\S+) (\S+) SIP\/2\.0$/.exec(lines[0] ?? '') ?? [];
  if (end === -1 || method === undefined || uri === undefined) return text;
  const proven = lines.map((line) => {
    const [, before, user, realm, nonce, rest = ''] = WRITTEN.exec(line) ?? [];
    if (before === undefined || user !== username) return line;
    const part = (name: string): string => new RegExp(`, ${name}="?([^",]*)`).exec(rest)?.[1] ?? '';
    const qop = part('qop');
    const what = `${method}:${uri}${qop === 'auth-int' ? `:${md5(bodyOf(text))}` : ''}`;
    const count = qop === '' ? '' : `${part('nc')}:${part('cnonce')}:${qop}:`;
    const response = md5(`${md5(`${username}:${realm}:${password}`)}:${nonce}:${count}${md5(what)}`);
    return `${before}"${uri.replace(/["\\]/g, '\\$&')}", response="${response}"${rest}`;
  });
  return proven.join('\r\n') + text.slice(end);
}
