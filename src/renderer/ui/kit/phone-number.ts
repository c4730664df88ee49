/** International numbers as people read them; everything else is left as it is. */
import { AsYouType } from 'libphonenumber-js/min';

const isDialled = (character: string): boolean => /[\d+]/.test(character);

/** True for a `+` number that is typed or shown, with or without separators. */
function isInternational(text: string): boolean {
  // "(0)" is more than a zero: only the parser knows whether it is dialled.
  return /^\+[\d\s().\-/]*$/.test(text) && !/\(\s*0/.test(text);
}

/** `+12015550123` becomes `+1 201 555 0123`; a name, an extension or a URI stays. */
export function formatNumber(text: string): string {
  if (!isInternational(text) || text.replace(/\D/g, '').length > 15) return text;
  return new AsYouType().input(text.replace(/[^\d+]/g, ''));
}

/** A field's text and where its caret is. */
export interface Typed {
  readonly text: string;
  readonly caret: number;
}

/** Formats a number as it is typed, keeping the caret behind the same digit. */
export function formatTyped({ text, caret }: Typed): Typed {
  const formatted = formatNumber(text);
  if (formatted === text) return { text, caret };
  let digitsBefore = Array.from(text.slice(0, caret)).filter(isDialled).length;
  let position = 0;
  while (digitsBefore > 0 && position < formatted.length) {
    if (isDialled(formatted.charAt(position))) digitsBefore -= 1;
    position += 1;
  }
  return { text: formatted, caret: position };
}
