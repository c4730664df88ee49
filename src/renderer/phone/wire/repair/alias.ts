/**
 * Stand-ins for what JsSIP would not read or would write otherwise. A stand-in holds what it stands for in hexadecimal, so that nothing has to
 * be remembered: the same text always gets the same stand-in, and whatever JsSIP writes is turned back by looking at it.
 */

/** Whatever holds this gets a stand-in itself: a far end can't have another text put into our messages. */
export const MARK = 'rfx-';
const DOMAIN = `${MARK}uri.invalid`;
const STANDS_FOR = /sips?:(?:[^\s<>"@]*@)?x((?:[0-9a-f]{2})+)\.rfx-uri\.invalid|rfx-((?:[0-9a-f]{2})+)/g;

function hexOf(text: string): string {
  let hex = '';
  for (const byte of new TextEncoder().encode(text)) hex += byte.toString(16).padStart(2, '0');
  return hex;
}
function textOf(hex: string): string | null {
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return /[\r\n]/.test(text) ? null : text;
  } catch {
    return null;
  }
}

/** A URI that JsSIP reads, with the user part `user` as people read it but for percent signs: JsSIP unescapes it twice. */
export function standInUri(uri: string, user: string): string {
  let escaped = '';
  try {
    escaped = encodeURIComponent(user.replaceAll('%', ''));
  } catch {
    // Half of a surrogate pair.
  }
  return `sip:${escaped === '' ? '' : `${escaped}@`}x${hexOf(uri)}.${DOMAIN}`;
}

/** A token for a tag, a Call-ID or the end of a branch. */
export function standInToken(text: string): string {
  return `${MARK}${hexOf(text)}`;
}

/** The text with what its stand-ins stand for. */
export function restored(text: string): string {
  if (!text.includes(MARK)) return text;
  return text.replace(STANDS_FOR, (whole, uri: string | undefined, token: string | undefined) => {
    return textOf(uri ?? token ?? '') ?? whole;
  });
}
