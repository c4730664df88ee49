/** A field's value in words, for reading. */
import { chosenIn, rowsOf, textOf, type FieldText } from './field-text';
import { type FieldWords } from './field-messages';
import { FORM_MESSAGES } from './form-messages';
import type { Field } from './form-schema';

const named = (text: string, words: FieldWords): string =>
  chosenIn(text)
    .map((option) => words.options?.[option] ?? option)
    .join(', ');

/** One line, or one for each row or entry; "none" where there is nothing. */
export function fieldSummary({ shape }: Pick<Field, 'shape'>, words: FieldWords, text: FieldText | undefined): string {
  const said =
    shape.type === 'rows' || shape.type === 'pairs'
      ? rowsOf(text)
          .map((row) =>
            Object.values(row)
              .map((part, index) =>
                shape.type === 'rows' && shape.columns[index]?.shape.type === 'choices' ? named(part, words) : part,
              )
              .join('  '),
          )
          .join('\n')
      : shape.type === 'choice' || shape.type === 'choices' || shape.type === 'flag'
        ? named(textOf(text), words)
        : textOf(text);
  return said === '' ? FORM_MESSAGES.none : said;
}
