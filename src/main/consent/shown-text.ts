/** Texts of others in a box that a person decides by: nothing in them is invisible, looks like something else, or looks like words of ours. Pure. */

/** Controls, surrogates, what draws nothing, and blanks that are not the usual one. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu;
const WORD = /[\p{L}\p{M}\p{N}]+/gu;
const LATIN = /\p{Script=Latin}/u;
const OTHER_LETTER = /(?!\p{Script=Latin})\p{L}/gu;

const codeOf = (character: string): string =>
  `{U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}}`;

/** Letters of another script within a Latin word (a Cyrillic one looks the same), and forms such as full-width ones, told by their code. */
const withoutLookAlikes = (word: string): string => {
  const plain = LATIN.test(word) ? word.replace(OTHER_LETTER, codeOf) : word;
  return plain.replace(/\P{ASCII}/gu, (letter) =>
    letter.normalize('NFKC') === letter.normalize('NFC') ? letter : codeOf(letter),
  );
};

/** Any text, whole. */
export const shownText = (text: string): string =>
  text.trim().replace(INVISIBLE, codeOf).replace(WORD, withoutLookAlikes);

/** A name between quotes: one that holds a quote can't end them. */
export const shownName = (name: string): string => `"${shownText(name).replace(/["\\]/g, '\\$&')}"`;

/** A host, an address, an identity, whole: every letter that is not ASCII is told by its code. */
export const shownAddress = (text: string): string => shownText(text).replace(/\P{ASCII}/gu, codeOf);

/** Values up to this length are shown whole, in characters. */
const LONGEST_VALUE = 160;
/** Of longer ones, so much is shown around what differs, and so much of what differs at its beginning and at its end. */
const AROUND = 24;
const PIECE = 120;

/** The part between what two texts begin and end with, and how much that is. */
function differing(
  one: readonly string[],
  other: readonly string[],
): { readonly first: number; readonly last: number } {
  const shorter = Math.min(one.length, other.length);
  let first = 0;
  while (first < shorter && one[first] === other[first]) first += 1;
  let last = 0;
  while (last < shorter - first && one[one.length - 1 - last] === other[other.length - 1 - last]) last += 1;
  return { first, last };
}

function around(
  letters: readonly string[],
  { first, last }: { readonly first: number; readonly last: number },
): string {
  const from = Math.max(0, first - AROUND);
  const to = Math.min(letters.length, letters.length - last + AROUND);
  const part = letters.slice(from, to);
  const left = part.length - 2 * PIECE;
  const shown =
    left > 0
      ? `${shownText(part.slice(0, PIECE).join(''))} ... ${left} characters ... ${shownText(part.slice(-PIECE).join(''))}`
      : shownText(part.join(''));
  return `${from > 0 ? '... ' : ''}${shown}${to < letters.length ? ' ...' : ''}`;
}

/** Two values of one name: `old -> new`. Of long ones, what differs. Empty ones are `nothing`. */
export function shownChange(before: string, after: string): string {
  const told = (text: string): string => (text === '' ? 'nothing' : text);
  if (before.length <= LONGEST_VALUE && after.length <= LONGEST_VALUE)
    return `${told(shownText(before))} -> ${told(shownText(after))}`;
  const [old, wanted] = [Array.from(before), Array.from(after)];
  const part = differing(old, wanted);
  return `${told(around(old, part))} -> ${told(around(wanted, part))}`;
}
