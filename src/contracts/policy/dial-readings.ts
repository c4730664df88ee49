/**
 * What a called user may mean. A server may take `*67`, `00`, `011`, `(0)` or `;phone-context=` in front of or within a number to be nothing but its
 * spelling: a rule that denies looks at each meaning, one that allows at those alone that are the same everywhere.
 */
import { callingCodeOf, internationalForm, zeroBelongsToNumber } from '../call/calling-code';
import { plainDialText } from '../call/dial-text';
import { callerIdCodeOf, withoutSeparators } from '../call/number';

/** Meanings at most, so that no number takes long. */
const MOST = 48;
const NUMBER = /^[+\d*#]+$/;
/** Codes of digits alone that hide or show the caller's number, in front of `+` or of a trunk or international prefix. */
const DIGIT_CODES = /^(?:(?:1831|1832|141|1470|133|184|186)(?=[+0])|(?:1167|1182)(?=[+\d]{7}))/;

/**
 * Without percent-encoding (RFC 3261 section 19.1.4: the same address). Byte by byte: one escape that is no UTF-8 must not leave the others as they
 * are, or a number could hide behind it.
 */
export function percentDecoded(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_all, byte: string) => String.fromCharCode(Number.parseInt(byte, 16)));
}

/** The same as UTF-8 and in plain characters, where it is that. */
function plainDecoded(text: string): string {
  try {
    return plainDialText(decodeURIComponent(text));
  } catch {
    return plainDialText(percentDecoded(text));
  }
}

const withoutParameters = (text: string): string => text.replace(/[;,].*$/s, '').toLowerCase();
function asNumber(text: string): string {
  const number = withoutSeparators(text);
  return NUMBER.test(number) ? number : text;
}

/** The user part without parameters (RFC 3261 section 19.1.6) and percent-encoding, a number without visual separators (RFC 3966 section 5.1.1). */
export function plainUser(user: string): string {
  return asNumber(withoutParameters(plainDecoded(user)));
}

/** `00` at the start of a number or of a rule is `+`. */
export const withPlus = (number: string): string => number.replace(/^00(?=[\d*?])/, '+');

/** The meanings that are the same everywhere: with `00` for `+`, and without a code that hides or shows the caller's number. */
export function sureReadings(user: string): readonly string[] {
  const plain = plainUser(user);
  const behind = plain.slice(callerIdCodeOf(plain).length);
  return [...new Set([plain, withPlus(plain), behind, withPlus(behind)])].filter((one) => one !== '');
}

/** One step further from each meaning. */
function steps(number: string, region: string): readonly string[] {
  const found: string[] = [];
  for (const star of [/^[*#]{1,2}\d{1,3}[*#]/, /^[*#]{1,2}\d{2}/, /^[*#]{1,2}\d{3}/, DIGIT_CODES])
    found.push(number.replace(star, ''));
  for (const prefix of [/^\+?0{2,}(?=[1-9])/, /^\+?0{1,3}11(?=[1-9])/, /^\+0+(?=[1-9])/])
    found.push(number.replace(prefix, '+'));
  if (number.startsWith('+')) {
    const code = callingCodeOf(number.slice(1));
    if (code !== null && !zeroBelongsToNumber(code))
      found.push(`+${code}${number.slice(1 + code.length).replace(/^0+/, '')}`);
  } else found.push(internationalForm(number, region) ?? '');
  return found.filter((one) => one !== number && one.length > 1);
}

/**
 * Every meaning that some server may give it, or null when there are too many to look at. `region` (ISO 3166-1 alpha-2, or '') says what a national
 * number is.
 */
export function possibleReadings(user: string, region: string): readonly string[] | null {
  const readings = new Set<string>();
  for (const text of [plainDecoded(user), percentDecoded(user)]) {
    const bare = withoutParameters(text);
    readings.add(bare);
    readings.add(asNumber(bare));
    // What stands behind a number may be no part of it.
    const number = withoutSeparators(/^[+\d*#\s().\-/[\]~]+/.exec(bare)?.[0] ?? '');
    if (number.length > 2) readings.add(number);
    const context = /;phone-context=(\+[\d().-]+)/i.exec(text)?.[1];
    if (context !== undefined) readings.add(withoutSeparators(context) + number);
  }
  for (const reading of readings) {
    if (readings.size > MOST) return null;
    if (NUMBER.test(reading)) for (const next of steps(reading, region)) readings.add(next);
  }
  readings.delete('');
  return [...readings];
}
