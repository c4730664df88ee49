/** Texts as they arrive from the network: hostile until proven otherwise. */

const LONGEST = 120;
// C0 and C1 controls, zero-width and bidirectional marks, overrides and isolates: they can disguise one name as another.
const INVISIBLE = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** One visible line of at most `longest` characters. It is text, never HTML. */
export function plainText(text: string, longest: number = LONGEST): string {
  // Cut first: nobody pays for the whole of a megabyte.
  const line = text
    .slice(0, longest * 8)
    .replace(INVISIBLE, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length <= longest ? line : Array.from(line).slice(0, longest).join('');
}
