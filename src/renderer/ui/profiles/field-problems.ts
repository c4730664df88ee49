/** What does not fit a field, in one sentence, and where in the field it is. */
import { z } from 'zod';
import { type FieldWords } from './field-messages';
import { FORM_MESSAGES } from './form-messages';
import { fieldValue, filledRows, rowsOf, type FieldText } from './field-text';
import type { Field, FieldShape } from './form-schema';

export interface Problem {
  readonly sentence: string;
  /** The row and the column that are to blame, or null for the field as a whole. */
  readonly row: number | null;
  readonly column: string | null;
}

type Issue = z.core.$ZodIssue;

/** The schema's own words, where it has some that are meant for a person. */
function spoken(issue: Issue): string | null {
  if (issue.code === 'invalid_key') return issue.issues[0] === undefined ? null : spoken(issue.issues[0]);
  if (issue.code !== 'custom' && issue.code !== 'invalid_format') return null;
  return issue.message.startsWith('Invalid')
    ? null
    : `${issue.message.charAt(0).toUpperCase()}${issue.message.slice(1)}.`;
}

function measured(issue: Issue, shape: FieldShape): string {
  if (shape.type === 'number') {
    const sentence = shape.integer
      ? FORM_MESSAGES.wholeNumber(shape.min, shape.max)
      : FORM_MESSAGES.number(shape.min, shape.max);
    return shape.nullable ? FORM_MESSAGES.orNothing(sentence) : sentence;
  }
  if (shape.type === 'choice') return FORM_MESSAGES.choose;
  if (issue.code === 'too_big')
    return issue.origin === 'array'
      ? FORM_MESSAGES.atMostEntries(Number(issue.maximum))
      : FORM_MESSAGES.atMostCharacters(Number(issue.maximum));
  if (issue.code === 'too_small')
    return issue.origin === 'array' && shape.type === 'choices' ? FORM_MESSAGES.chooseOne : FORM_MESSAGES.fillIn;
  return FORM_MESSAGES.doesNotFit;
}

function sentenceOf(issue: Issue, shape: FieldShape, words: FieldWords): string {
  // What a field wants is said of the whole field; a schema's word about one line or row is nearer.
  return (issue.path.length === 0 ? words.wants : undefined) ?? spoken(issue) ?? measured(issue, shape);
}

function twice(names: readonly string[]): number {
  return names.findIndex((name, index) => names.indexOf(name) !== index);
}

/** The field's problem, or null while it fits. */
export function fieldProblem(field: Field, words: FieldWords, text: FieldText | undefined): Problem | null {
  const { shape, schema } = field;
  const rows = filledRows(rowsOf(text));
  if (shape.type === 'pairs') {
    const again = twice(rows.map(({ row }) => (row['name'] ?? '').trim()));
    if (again !== -1)
      return {
        sentence: FORM_MESSAGES.inEntry(
          FORM_MESSAGES.row(words.row ?? '', (rows[again]?.at ?? 0) + 1),
          FORM_MESSAGES.sameNameTwice,
        ),
        row: rows[again]?.at ?? null,
        column: 'name',
      };
  }
  const judged = z.safeParse(schema, fieldValue(shape, text));
  const issue = judged.success ? undefined : judged.error.issues[0];
  if (issue === undefined) return null;
  const [entry, key] = issue.path;
  if (shape.type === 'list' && typeof entry === 'number')
    return {
      sentence: FORM_MESSAGES.inEntry(FORM_MESSAGES.line(entry + 1), sentenceOf(issue, shape, words)),
      row: null,
      column: null,
    };
  if (entry === undefined || (shape.type !== 'rows' && shape.type !== 'pairs'))
    return { sentence: sentenceOf(issue, shape, words), row: null, column: null };
  const index = typeof entry === 'number' ? entry : rows.findIndex(({ row }) => (row['name'] ?? '').trim() === entry);
  const at = rows[index]?.at ?? 0;
  const column = shape.type === 'rows' ? String(key) : issue.code === 'invalid_key' ? 'name' : 'value';
  const cell = shape.type === 'rows' ? (shape.columns.find((each) => each.key === column)?.shape ?? shape) : shape;
  return {
    sentence: FORM_MESSAGES.inEntry(FORM_MESSAGES.row(words.row ?? '', at + 1), sentenceOf(issue, cell, words)),
    row: at,
    column,
  };
}
