/** The body of a SIP message as text, and another one in its place. */

const DIVIDER = '\r\n\r\n';
const utf8 = new TextEncoder();

/** What stands behind the headers; `''` without any. */
export function bodyOf(text: string): string {
  const end = text.indexOf(DIVIDER);
  return end === -1 ? '' : text.slice(end + DIVIDER.length);
}

/** The message with this SDP instead of its body, or without any; Content-Type and Content-Length say so. */
export function withSdp(text: string, sdp: string): string {
  const end = text.indexOf(DIVIDER);
  const head = (end === -1 ? text : text.slice(0, end)).replace(
    /\r\n(?:content-length|content-type|c|l)[ \t]*:[^\r\n]*(?:\r\n[ \t][^\r\n]*)*/gi,
    '',
  );
  const type = sdp === '' ? '' : '\r\nContent-Type: application/sdp';
  return `${head}${type}\r\nContent-Length: ${utf8.encode(sdp).length}${DIVIDER}${sdp}`;
}

/** The message with this header as its only one of that name; `compact`: its short name (RFC 3261 section 7.3.3). */
export function withHeader(text: string, name: string, compact: string, value: string): string {
  const end = text.indexOf(DIVIDER);
  const head = text
    .slice(0, end)
    .replace(new RegExp(`\\r\\n(?:${name}|${compact})[ \\t]*:[^\\r\\n]*(?:\\r\\n[ \\t][^\\r\\n]*)*`, 'gi'), '');
  return `${head}\r\n${name}: ${value}${text.slice(end)}`;
}
