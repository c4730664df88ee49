/** A field's value as its inputs hold it, and back. What is typed is kept as typed, whatever it is worth. */
import type { FieldShape, InputShape } from './form-schema';

/** One row's inputs, by column; `name` and `value` for a record. */
export type Row = Readonly<Record<string, string>>;
export type FieldText = string | readonly Row[];

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
const partsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const plain = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

/** Whether a text would be read as a number, as true or false, or as a text in quotes. */
const isScalar = (text: string): boolean => /^(?:true|false|"[\s\S]*"|-?\d+(?:\.\d+)?)$/.test(text);
const scalarText = (value: unknown): string =>
  typeof value === 'string' ? (isScalar(value.trim()) ? JSON.stringify(value) : value) : String(value);
function scalarIn(text: string): unknown {
  if (!isScalar(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function inputText(shape: InputShape, value: unknown): string {
  switch (shape.type) {
    case 'flag':
      return value === true ? 'yes' : 'no';
    case 'choices':
      return partsOf(value).map(plain).join(',');
    case 'list':
      return partsOf(value).map(plain).join('\n');
    case 'text':
    case 'number':
    case 'choice':
      return plain(value);
  }
}

/** The inputs of `value`. */
export function fieldText(shape: FieldShape, value: unknown): FieldText {
  if (shape.type === 'pairs')
    return Object.entries(isRecord(value) ? value : {}).map(([name, entry]) => ({
      name,
      value: shape.scalars ? scalarText(entry) : plain(entry),
    }));
  // In a row a list stands in one line.
  if (shape.type === 'rows')
    return partsOf(value).map((row) =>
      Object.fromEntries(
        shape.columns.map(({ key, shape: column }) => [
          key,
          inputText(column, isRecord(row) ? row[key] : undefined).replaceAll('\n', ', '),
        ]),
      ),
    );
  return inputText(shape, value);
}

function numberIn(text: string, integer: boolean): number {
  return (integer ? /^-?\d{1,9}$/ : /^-?\d{1,9}(?:\.\d{1,6})?$/).test(text) ? Number(text) : Number.NaN;
}
function inputValue(shape: InputShape, typed: string, separator: RegExp): unknown {
  const text = typed.trim();
  switch (shape.type) {
    case 'text':
      return shape.long ? typed : text;
    case 'number':
      return shape.nullable && text === '' ? null : numberIn(text, shape.integer);
    case 'flag':
      return text === 'yes';
    case 'choice':
      return text;
    case 'choices':
      return text
        .split(',')
        .filter((part) => part !== '')
        .map((part) => (shape.numbers ? Number(part) : part));
    case 'list':
      return text
        .split(separator)
        .map((part) => part.trim())
        .filter((part) => part !== '');
  }
}

/** The rows that hold something, with their places. */
export function filledRows(rows: readonly Row[]): readonly { readonly row: Row; readonly at: number }[] {
  return rows
    .map((row, at) => ({ row, at }))
    .filter(({ row }) => Object.values(row).some((text) => text.trim() !== ''));
}
/** The choices that are made. */
export function chosenIn(text: string): readonly string[] {
  return text.split(',').filter((part) => part !== '');
}
export const textOf = (text: FieldText | undefined): string => (typeof text === 'string' ? text : '');
export const rowsOf = (text: FieldText | undefined): readonly Row[] => (typeof text === 'object' ? text : []);

/** The value that the inputs make; whether it fits is for the field's schema to say. Rows without any text count for nothing. */
export function fieldValue(shape: FieldShape, text: FieldText | undefined): unknown {
  if (shape.type === 'pairs')
    return Object.fromEntries(
      filledRows(rowsOf(text)).map(({ row }) => [
        (row['name'] ?? '').trim(),
        shape.scalars ? scalarIn((row['value'] ?? '').trim()) : (row['value'] ?? '').trim(),
      ]),
    );
  if (shape.type === 'rows') {
    return filledRows(rowsOf(text)).map(({ row }) =>
      Object.fromEntries(
        shape.columns
          .filter(({ key, optional }) => !optional || (row[key] ?? '').trim() !== '')
          .map(({ key, shape: column }) => [key, inputValue(column, row[key] ?? '', /[\s,]+/)]),
      ),
    );
  }
  return inputValue(shape, textOf(text), /\n/);
}
