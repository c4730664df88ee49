/** Letters in numbers, as companies print them: "1-800-FLOWERS". Each stands for the digit of its key (ITU-T E.161). */

const KEYS = ['ABC', 'DEF', 'GHI', 'JKL', 'MNO', 'PQRS', 'TUV', 'WXYZ'] as const;

/** 2 is the first key with letters. */
const digitOf = (letter: string): string =>
  String(2 + KEYS.findIndex((letters) => letters.includes(letter.toUpperCase())));

/** Digits in groups, then a word, which may have digits and further words behind it. */
const SPELLED = /^(\+?(?:[\d\s().-]*\d)[\s().-]*)([A-Za-z][A-Za-z\d\s().-]*?)$/;
/** What stands behind a number: an extension, or digits for after the answer. */
const BEHIND =
  /\s*(?:[,;]|\s(?:extension|extn?|poste|anexo|interno|durchwahl|int|xt?|[pw])[.:]?\s*[:=#]?\s*[\d*#]).*$/i;
/** A word in this place begins something else than a number. */
const OTHER_WORD =
  /^(?:extension|extn?|poste|anexo|interno|durchwahl|int|xt|home|work|mobile|mob|cell|fax|tel|office|or|and)\b/i;

/**
 * The text with digits for its letters, or null where it is no number that is spelled so: at least two digits and at most seven come first, then at least
 * three letters in a row, six to fifteen digits in all. What stands behind the number stays as it is.
 */
export function withoutLetters(text: string): string | null {
  const behind = BEHIND.exec(text)?.[0] ?? '';
  const [whole, digits = '', word = ''] = SPELLED.exec(text.slice(0, text.length - behind.length)) ?? [];
  if (whole === undefined || OTHER_WORD.test(word) || !/[A-Za-z]{3}/.test(word.replace(/[\s().-]/g, ''))) return null;
  const first = digits.replace(/\D/g, '').length;
  const number = digits + word.replace(/[A-Za-z]/g, digitOf);
  const all = number.replace(/\D/g, '').length;
  return first >= 2 && first <= 7 && all >= 6 && all <= 15 ? number + behind : null;
}
