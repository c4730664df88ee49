/** What people type and paste, in plain characters: one spelling of digits, signs and blanks. */

/** Characters that stand for an ASCII one in a number. Full-width forms and hyphens are handled by rule. */
const ALIKE: Readonly<Record<string, string>> = {
  // Plus: superscript, heavy, Hebrew, small.
  '\u207a': '+',
  '\u2795': '+',
  '\ufb29': '+',
  '\ufe62': '+',
  // Asterisk and hash.
  '\u204e': '*',
  '\u2217': '*',
  '\u2731': '*',
  '\ufe61': '*',
  '\u266f': '#',
  '\ufe5f': '#',
  // Dots between groups.
  '\u00b7': '.',
  '\u2022': '.',
  '\u2024': '.',
  '\u2027': '.',
  '\u3002': '.',
  '\u30fb': '.',
  '\uff61': '.',
  '\uff65': '.',
  // Hyphens that Unicode does not count among dashes.
  '\u02d7': '-',
  '\u2043': '-',
  '\u2212': '-',
  '\u30fc': '-',
  '\uff70': '-',
  '\u2044': '/',
  '\u2215': '/',
  '\u223c': '~',
  // Comma and semicolon of other scripts.
  '\u060c': ',',
  '\u3001': ',',
  '\ufe50': ',',
  '\ufe51': ',',
  '\uff64': ',',
  '\u061b': ';',
  '\ufe54': ';',
  '\ufe55': ':',
  '\ufe59': '(',
  '\ufe5a': ')',
  '\ufe6b': '@',
  // Quotation marks.
  '\u201c': '"',
  '\u201d': '"',
  '\u201e': '"',
  '\u00ab': '"',
  '\u00bb': '"',
  '\u2018': "'",
  '\u2019': "'",
  // The letter x of an extension.
  '\u00d7': 'x',
  '\u0445': 'x',
  // A blank to the eye, a letter or a symbol to Unicode.
  '\u2800': ' ',
};

/** 0 to 9 of any script: each range of decimal digits begins with its zero and holds tens (Unicode, section 4.6). */
function decimalDigit(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  let start = point;
  while (/\p{Nd}/u.test(String.fromCodePoint(start - 1))) start -= 1;
  return String((point - start) % 10);
}

function plainCharacter(character: string): string {
  const alike = ALIKE[character];
  if (alike !== undefined) return alike;
  if (/\p{Nd}/u.test(character)) return decimalDigit(character);
  // Cells of a table and lines of a list are kept apart.
  if (/[\n\r\t\v\f\u0085\u2028\u2029]/.test(character)) return '\n';
  // Bidirectional and zero-width marks, soft hyphens, variation selectors; the frame of a keycap.
  if (/[\p{Cf}\p{Default_Ignorable_Code_Point}\u20e3]/u.test(character)) return '';
  if (/\p{Zs}/u.test(character)) return ' ';
  if (/\p{Pd}/u.test(character)) return '-';
  const point = character.codePointAt(0) ?? 0;
  return point >= 0xff01 && point <= 0xff5e ? String.fromCodePoint(point - 0xfee0) : character;
}

/**
 * The text with one spelling of each sign: invisible characters are gone, digits of every script and full-width forms are ASCII, every
 * blank is a space, every hyphen a `-`, and every line end or tab a line feed. Other characters stay.
 */
export function plainDialText(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : Array.from(text, plainCharacter).join('');
}
