/** The proof of a password (RFC 3261 section 22.4) over a request as it goes on the wire: JsSIP's own is over what it wrote before that was put right. */
import { bodyOf } from './sip-body';

/** A SIP user and password. */
export interface Proven {
  readonly username: string;
  readonly password: string;
}

/** One Authorization of JsSIP's, which escapes nothing in the quotes. */
interface Written {
  /** Up to the URI. */
  readonly before: string;
  readonly realm: string;
  readonly nonce: string;
  /** Behind the response. */
  readonly rest: string;
}

const RESPONSE = /", response="[0-9a-f]{32}"/g;

/**
 * Reads a line from its beginning, and looks for each mark once: the server chooses the nonce and what follows the response, and one
 * expression for the whole tried every mark in them with every other. Null: it is of another user, or not JsSIP's.
 */
function readLine(line: string, username: string): Written | null {
  const start = /^(?:Proxy-)?Authorization: Digest algorithm=MD5, username="/i.exec(line)?.[0];
  if (start === undefined || !line.startsWith(`${username}", realm="`, start.length)) return null;
  const realmAt = start.length + `${username}", realm="`.length;
  const realmEnd = line.indexOf('", nonce="', realmAt);
  const nonceAt = realmEnd + '", nonce="'.length;
  RESPONSE.lastIndex = nonceAt;
  const response = realmEnd === -1 ? null : RESPONSE.exec(line);
  if (response === null) return null;
  // A URI may have quotation marks in it.
  const nonceEnd = line.lastIndexOf('", uri="', response.index);
  if (nonceEnd < nonceAt) return null;
  return {
    before: `${line.slice(0, nonceEnd)}", uri=`,
    realm: line.slice(realmAt, realmEnd),
    nonce: line.slice(nonceAt, nonceEnd),
    rest: line.slice(response.index + response[0].length),
  };
}

/** What a challenge with `qop` adds, at the end of the line. */
const COUNTED = /, qop=(auth|auth-int), cnonce="([^"]*)", nc=([0-9a-f]{8})$/i;

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
    const written = readLine(line, username);
    if (written === null) return line;
    const { before, realm, nonce, rest } = written;
    const [, qop = '', cnonce = '', nc = ''] = COUNTED.exec(rest) ?? [];
    const what = `${method}:${uri}${qop === 'auth-int' ? `:${md5(bodyOf(text))}` : ''}`;
    const count = qop === '' ? '' : `${nc}:${cnonce}:${qop}:`;
    const response = md5(`${md5(`${username}:${realm}:${password}`)}:${nonce}:${count}${md5(what)}`);
    return `${before}"${uri.replace(/["\\]/g, '\\$&')}", response="${response}"${rest}`;
  });
  return proven.join('\r\n') + text.slice(end);
}
