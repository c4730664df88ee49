/** One dial rule as text: how it is written, and what it fits. */
import { callingCodeOf, zeroBelongsToNumber } from '../call/calling-code';
import { plainDialText } from '../call/dial-text';
import { withoutSeparators } from '../call/number';

/** A number, a star code, a name, `user@host` or a SIP URI, with `*` for any rest, `?` for one character, and escapes (`%2A` is a `*`). */
export const DIAL_PATTERN =
  /^(?:[+0-9*?#]{1,32}|(?:sips?:)?[A-Za-z0-9*?._+%~#-]{1,64}(?:@(?:[A-Za-z0-9*?.-]{1,100}|\[[0-9A-Fa-f:.]{2,45}\]))?)$/;

const NUMBER = /^(?:tel:)?[+\d*?#\s().\-/[\]~]+$/i;
/** The scheme, a number, and a host: `sip: +1 900 * @ pbx.example.com`. */
const NUMBER_AT_HOST = /^(sips?:)?\s*([+\d*?#\s().\-/[\]~]*[\d*?#])\s*@\s*(\S+)$/i;

function plainNumber(text: string): string {
  const compact = text.replace(/^tel:/i, '').replace(/[\s.\-/~]/g, '');
  const [, code] = /^[([]*(?:\+|00)[)\]]*(\d{1,3})[)\]]*[([]0[)\]]/.exec(compact) ?? [];
  const isTrunk = code !== undefined && callingCodeOf(code) === code && !zeroBelongsToNumber(code);
  return withoutSeparators(isTrunk ? compact.replace(/[([]0[)\]]/, '') : compact);
}

/** The rule without what does not count in it: blanks and hyphens in a number, `(0)` behind its country code, blanks around what joins a number and a host, invisible marks. */
export function plainDialPattern(written: string): string {
  // None is so long.
  if (written.length > 1000) return written;
  const text = plainDialText(written).trim();
  if (NUMBER.test(text)) return plainNumber(text);
  const [, scheme = '', number, host] = NUMBER_AT_HOST.exec(text) ?? [];
  if (number !== undefined && host !== undefined) return `${scheme}${plainNumber(number)}@${host}`;
  return text.replace(/\s*@\s*/, '@').replace(/^(sips?:)\s+/i, '$1');
}

/** A character as it is, any rest, or any one character. */
type Token = string | { readonly wild: '*' | '?' };

function tokensOf(pattern: string): readonly Token[] {
  return Array.from(pattern.matchAll(/%([0-9a-f]{2})|[\s\S]/gi), ([text, byte]) => {
    if (byte !== undefined) return String.fromCharCode(Number.parseInt(byte, 16)).toLowerCase();
    return text === '*' || text === '?' ? { wild: text } : text.toLowerCase();
  });
}

const isAny = (token: Token | undefined): boolean => typeof token === 'object' && token.wild === '*';
const isOne = (token: Token | undefined, character: string | undefined): boolean =>
  token === character || (typeof token === 'object' && token.wild === '?');

/** Whether lower-case `text` fits the pattern. Walks back to the last `*` only, so that no pattern takes long. */
export function fitsPattern(written: string, text: string): boolean {
  const pattern = tokensOf(written);
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (isAny(pattern[p])) {
      star = p;
      p += 1;
      resume = t;
    } else if (p < pattern.length && isOne(pattern[p], text[t])) {
      p += 1;
      t += 1;
    } else if (star >= 0) {
      p = star + 1;
      resume += 1;
      t = resume;
    } else return false;
  }
  return pattern.slice(p).every(isAny);
}

/** The star code that a rule names and nothing else (`*67`, `*31#`, `#31#`), or null. */
export function starCodeOf(pattern: string): string | null {
  return /^(?:[*#]|%2A|%23){1,2}\d{1,3}(?:[#]|%23)?$/i.test(pattern)
    ? pattern.replace(/%2A/gi, '*').replace(/%23/g, '#')
    : null;
}
