/** Phone numbers as people write them, without what stands behind them (`after-digits.ts`). Text is plain already (`dial-text.ts`). */
import { callingCodeOf, withoutTrunkPrefix } from './calling-code';

export type NumberProblem = 'malformed-number' | 'two-numbers' | 'country-code';

/**
 * Codes that hide or show the caller's number and may stand before it: GSM (3GPP TS 22.030), North America, Australia, United Kingdom,
 * Hong Kong, Japan.
 */
const CALLER_ID_CODES = [
  '*31#',
  '#31#',
  '*30#',
  '#30#',
  '*67',
  '*82',
  '1831',
  '1832',
  '141',
  '1470',
  '133',
  '184',
  '186',
];
const CALLER_ID_CODE = new RegExp(`^(?:${CALLER_ID_CODES.map((code) => code.replace(/[*]/g, '\\*')).join('|')})`);
/** Any star codes before a number: `*67`, `*31#`, `#31#`, `**21*`. */
const STAR_CODES = /^(?:[*#]{1,2}\d{1,3}[*#]?)+$/;
/** Longest E.164 number (ITU-T E.164 section 6). */
const MOST_DIGITS = 15;

/** Without visual separators (RFC 3966 section 5.1.1), and what else people put between groups. */
export function withoutSeparators(text: string): string {
  return text.replace(/[\s().\-/[\]~]/g, '');
}

/** The code in front of `number` that hides or shows the caller's number, or ''. */
export function callerIdCodeOf(number: string): string {
  const code = CALLER_ID_CODE.exec(number)?.[0] ?? '';
  // Digits alone are such a code only where they can be nothing else.
  return /^\d/.test(code) && !number.slice(code.length).startsWith('+') ? '' : code;
}

/** Whether these are two numbers: they stand in two lines, or a slash has more digits before it than an area code. */
function areTwo(text: string): boolean {
  if (/\d[^\n]*\n[^\n]*\d/.test(text)) return true;
  for (let slash = text.indexOf('/'); slash >= 0; slash = text.indexOf('/', slash + 1)) {
    const before = withoutSeparators(text.slice(0, slash)).replace(/^(?:\+|00|011)/, '+');
    const code = before.startsWith('+') ? (callingCodeOf(before.slice(1)) ?? '') : '';
    const national = before.replace('+', '').slice(code.length);
    if (national.length > 6 && /\d/.test(text.slice(slash))) return true;
  }
  return false;
}

/** Two runs of digits with something else between them; of any length where it is a bar, which stands for the end of a line or a cell. */
export function looksLikeTwo(text: string): boolean {
  if (/\d[\s)]*\|[\s(]*\+?\d/.test(text)) return true;
  return /\d[\d\s().-]{3,}\d\D*?[^\d\s().+-]\D*?\+?\(?\d[\d\s().-]{3,}\d/.test(text);
}

function international(
  prefix: string,
  behindPlus: string,
): { readonly number: string } | { readonly problem: NumberProblem } {
  if (prefix !== '' && !STAR_CODES.test(prefix) && !CALLER_ID_CODES.includes(prefix))
    return { problem: 'malformed-number' };
  if (/^[()]*0/.test(behindPlus)) return { problem: 'country-code' };
  const digits = withoutTrunkPrefix(behindPlus);
  return /^\d{3,15}$/.test(digits) ? { number: `${prefix}+${digits}` } : { problem: 'malformed-number' };
}

/**
 * Reads one number: `+` and digits, or digits, `*` and `#` as they are dialled in the line's own network. `(0)` behind a country code is left
 * out. Refuses what holds two numbers, and country codes that begin with 0.
 */
export function parseNumber(text: string): { readonly number: string } | { readonly problem: NumberProblem } {
  if (areTwo(text)) return { problem: 'two-numbers' };
  const compact = text.replace(/[\s.\-/[\]~]/g, '');
  const plus = compact.indexOf('+');
  if (plus >= 0) {
    const behind = compact.slice(plus + 1);
    const read = /^[\d()]*$/.test(behind)
      ? international(compact.slice(0, plus).replace(/[()]/g, ''), behind)
      : { problem: 'malformed-number' as const };
    const another = behind.indexOf('+');
    const two =
      /\d{3}/.test(compact.slice(0, plus).replace(/[*#]\d+[*#]?/g, '')) ||
      (another >= 3 && /\d{3}/.test(behind.slice(another)));
    const tooMany = behind.replace(/\D/g, '').length > MOST_DIGITS && /[\s/]/.test(text.trim());
    return 'problem' in read && read.problem === 'malformed-number' && (two || tooMany)
      ? { problem: 'two-numbers' }
      : read;
  }
  const abroad = /^[()]*(00|011)(?=[()]*[1-9])/.exec(compact);
  const behind = compact.slice(abroad?.[0].length ?? 0);
  // Without a plus the country code may be something else: only what is written in brackets is known to be a trunk prefix.
  const number =
    abroad !== null && /\(0\)/.test(behind)
      ? `${abroad[1] ?? ''}${withoutTrunkPrefix(behind)}`
      : compact.replace(/[()]/g, '');
  if (!/^[\d*#]{1,32}$/.test(number)) return { problem: 'malformed-number' };
  // A digit for the line to the outside or a code of digits, and an international prefix.
  if (/^\d+$/.test(number) && number.replace(/^(?:\d|141|1470|1831|1832)?(?:00|011)(?=[1-9])/, '').length > MOST_DIGITS)
    return { problem: /[\s/]/.test(text.trim()) ? 'two-numbers' : 'malformed-number' };
  return { number };
}
