/** A form's fields, read off a zod schema: what each one takes, and the schema that judges it. Knows neither words nor React. */
import { z } from 'zod';

/** What stands in one input. Every kind of input holds a text; `choices` and `list` hold several parts in one. */
export type InputShape =
  /** `long`: it may have several lines. */
  | { readonly type: 'text'; readonly long: boolean }
  | {
      readonly type: 'number';
      readonly integer: boolean;
      readonly min: number;
      readonly max: number;
      readonly nullable: boolean;
    }
  | { readonly type: 'flag' }
  | { readonly type: 'choice'; readonly options: readonly string[] }
  /** Some of a closed set; `numbers`: they are numbers. */
  | { readonly type: 'choices'; readonly options: readonly string[]; readonly numbers: boolean }
  /** Texts, one a line. */
  | { readonly type: 'list' };

export interface Column {
  readonly key: string;
  readonly shape: InputShape;
  /** An empty input leaves it out. */
  readonly optional: boolean;
}

/** What one field takes. */
export type FieldShape =
  | InputShape
  /** Objects, a row for each. */
  | { readonly type: 'rows'; readonly columns: readonly Column[] }
  /** A record, a row for each name; `scalars`: values may be numbers and booleans, too. */
  | { readonly type: 'pairs'; readonly scalars: boolean };

export interface Field {
  /** Where the value is: `policy.rate.burst`; within a union's member: `provider.local-jwt.issuer`. */
  readonly path: string;
  readonly shape: FieldShape;
  readonly schema: z.core.$ZodType;
  /** The schema's default, or undefined where there is none. */
  readonly fallback: unknown;
  /** The field counts only while its union has this kind. */
  readonly member: { readonly union: string; readonly kind: string } | null;
}

interface Unwrapped {
  readonly inner: z.core.$ZodType;
  readonly fallback: unknown;
  readonly nullable: boolean;
  readonly optional: boolean;
}

function unwrap(schema: z.core.$ZodType): Unwrapped {
  if (schema instanceof z.ZodDefault) return { ...unwrap(schema.unwrap()), fallback: schema.def.defaultValue };
  if (schema instanceof z.ZodNullable) return { ...unwrap(schema.unwrap()), nullable: true };
  if (schema instanceof z.ZodOptional) return { ...unwrap(schema.unwrap()), optional: true };
  return { inner: schema, fallback: undefined, nullable: false, optional: false };
}

/** Texts that may be longer than this get an input of several lines. */
const LONG = 1000;
const isText = (schema: z.core.$ZodType): boolean =>
  schema instanceof z.ZodString || (schema instanceof z.ZodLiteral && typeof schema.value === 'string');

function inputShape(schema: z.core.$ZodType): InputShape | null {
  const { inner, nullable } = unwrap(schema);
  if (inner instanceof z.ZodString) return { type: 'text', long: (inner.maxLength ?? 0) > LONG };
  if (inner instanceof z.ZodNumber)
    return {
      type: 'number',
      integer: inner.format === 'safeint',
      min: inner.minValue ?? -Infinity,
      max: inner.maxValue ?? Infinity,
      nullable,
    };
  if (inner instanceof z.ZodBoolean) return { type: 'flag' };
  if (inner instanceof z.ZodEnum) return { type: 'choice', options: inner.options.map(String) };
  // A text, or another text: `'' | address`.
  if (inner instanceof z.ZodUnion && inner.options.every(isText)) return { type: 'text', long: false };
  if (inner instanceof z.ZodArray) {
    const item = inputShape(inner.element);
    if (item?.type === 'choice') return { type: 'choices', options: item.options, numbers: false };
    if (item?.type === 'number' && item.integer)
      return {
        type: 'choices',
        options: Array.from({ length: item.max - item.min + 1 }, (_, index) => String(item.min + index)),
        numbers: true,
      };
    if (item?.type === 'text') return { type: 'list' };
  }
  return null;
}

function fieldShape(schema: z.core.$ZodType): FieldShape | null {
  const { inner } = unwrap(schema);
  if (inner instanceof z.ZodRecord) return { type: 'pairs', scalars: !isText(inner.valueType) };
  if (inner instanceof z.ZodArray && inner.element instanceof z.ZodObject)
    return { type: 'rows', columns: columnsOf(inner.element) };
  return inputShape(schema);
}

function columnsOf(row: z.ZodObject): readonly Column[] {
  return Object.entries(row.shape).map(([key, schema]: [string, z.core.$ZodType]) => {
    const shape = inputShape(schema);
    if (shape === null) throw new Error(`no input for the column ${key}`);
    return { key, shape, optional: unwrap(schema).optional };
  });
}

/**
 * The fields of an object, those of nested objects and of every member of a union among them, in the schema's order. A union's `kind` is
 * a field of its own. Throws at a schema that has no input here: a form that leaves something out would lose it.
 */
export function fieldsOf(object: z.ZodObject, prefix = '', member: Field['member'] = null): readonly Field[] {
  return Object.entries(object.shape).flatMap(([key, schema]: [string, z.core.$ZodType]): readonly Field[] => {
    const path = `${prefix}${key}`;
    const { inner, fallback } = unwrap(schema);
    // The member's name is said by its union's field.
    if (inner instanceof z.ZodLiteral && key === 'kind') return [];
    if (inner instanceof z.ZodObject) return fieldsOf(inner, `${path}.`, member);
    if (inner instanceof z.ZodDiscriminatedUnion) return unionFields(inner, path);
    const shape = fieldShape(schema);
    if (shape === null) throw new Error(`no field for ${path}`);
    return [{ path, shape, schema, fallback, member }];
  });
}

function unionFields(union: z.ZodDiscriminatedUnion, path: string): readonly Field[] {
  const members = union.options.filter((option) => option instanceof z.ZodObject);
  const kinds = members.map((option) =>
    option.shape['kind'] instanceof z.ZodLiteral ? String(option.shape['kind'].value) : '',
  );
  const kind: Field = {
    path: `${path}.kind`,
    shape: { type: 'choice', options: kinds },
    schema: z.enum(kinds),
    fallback: undefined,
    member: null,
  };
  return [
    kind,
    ...members.flatMap((option, index) =>
      fieldsOf(option, `${path}.${kinds[index] ?? ''}.`, { union: path, kind: kinds[index] ?? '' }),
    ),
  ];
}
