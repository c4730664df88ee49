import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { profile } from '../../../contracts/profile/profile';
import { providerConfig } from '../../../contracts/profile/provider';
import { FIELD_MESSAGES, SECTIONS } from './field-messages';
import { PRESET_MESSAGES } from './form-messages';
import { fieldsOf } from './form-schema';
import { PRESETS } from './presets';
import { FIELDS } from './profile-draft';

describe('fields read off a schema', () => {
  it('each kind of value has its input', () => {
    const schema = z.object({
      text: z.string().max(20),
      story: z.string().max(4000),
      maybe: z.union([z.literal(''), z.string().min(3)]),
      whole: z.number().int().min(1).max(9).default(4),
      part: z.number().min(0.1).max(2).nullable().default(null),
      flag: z.boolean(),
      one: z.enum(['a', 'b']),
      some: z.array(z.enum(['a', 'b'])),
      days: z.array(z.number().int().min(1).max(3)),
      lines: z.array(z.string()),
      rows: z.array(z.object({ a: z.string(), b: z.string().optional() })),
      texts: z.record(z.string(), z.string()),
      scalars: z.record(z.string(), z.union([z.string(), z.number()])),
      inner: z.object({ deep: z.string() }),
    });
    expect(fieldsOf(schema).map(({ path, shape, fallback }) => [path, shape, fallback])).toEqual([
      ['text', { type: 'text', long: false }, undefined],
      ['story', { type: 'text', long: true }, undefined],
      ['maybe', { type: 'text', long: false }, undefined],
      ['whole', { type: 'number', integer: true, min: 1, max: 9, nullable: false }, 4],
      ['part', { type: 'number', integer: false, min: 0.1, max: 2, nullable: true }, null],
      ['flag', { type: 'flag' }, undefined],
      ['one', { type: 'choice', options: ['a', 'b'] }, undefined],
      ['some', { type: 'choices', options: ['a', 'b'], numbers: false }, undefined],
      ['days', { type: 'choices', options: ['1', '2', '3'], numbers: true }, undefined],
      ['lines', { type: 'list' }, undefined],
      [
        'rows',
        {
          type: 'rows',
          columns: [
            { key: 'a', shape: { type: 'text', long: false }, optional: false },
            { key: 'b', shape: { type: 'text', long: false }, optional: true },
          ],
        },
        undefined,
      ],
      ['texts', { type: 'pairs', scalars: false }, undefined],
      ['scalars', { type: 'pairs', scalars: true }, undefined],
      ['inner.deep', { type: 'text', long: false }, undefined],
    ]);
  });

  it('a union gives the choice of its kind, and the fields of each member', () => {
    const schema = z.object({
      way: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('a'), x: z.string() }),
        z.object({ kind: z.literal('b') }),
      ]),
    });
    expect(fieldsOf(schema).map(({ path, member }) => [path, member])).toEqual([
      ['way.kind', null],
      ['way.a.x', { union: 'way', kind: 'a' }],
    ]);
  });

  it('what has no input is refused, not left out', () => {
    expect(() => fieldsOf(z.object({ when: z.date() }))).toThrow('no field for when');
    expect(() => fieldsOf(z.object({ rows: z.array(z.object({ when: z.date() })) }))).toThrow(
      'no input for the column when',
    );
  });
});

describe('the words of the profile form', () => {
  it('every field of a profile has words, and no words are left over', () => {
    expect(Object.keys(FIELD_MESSAGES).sort()).toEqual(FIELDS.map(({ path }) => path).sort());
    expect(fieldsOf(profile).length).toBe(FIELDS.length + 1);
  });

  it('each help is one short sentence', () => {
    for (const [path, { label, help, wants = 'Fine.' }] of Object.entries(FIELD_MESSAGES)) {
      expect(label, path).toMatch(/^[A-Z]/);
      expect(help, path).toMatch(/^[A-Z<{].{8,110}\.$/);
      expect(wants, path).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('the columns and options that are named exist, and each column has a name', () => {
    for (const { path, shape } of FIELDS) {
      const { columns = {}, options = {}, notes = {}, row } = FIELD_MESSAGES[path] ?? {};
      const known =
        shape.type === 'choice' || shape.type === 'choices'
          ? shape.options
          : shape.type === 'rows'
            ? shape.columns.flatMap((column) => (column.shape.type === 'choices' ? column.shape.options : []))
            : shape.type === 'flag'
              ? ['yes', 'no']
              : [];
      expect(known, path).toEqual(expect.arrayContaining([...Object.keys(options), ...Object.keys(notes)]));
      const keys =
        shape.type === 'rows' ? shape.columns.map(({ key }) => key) : shape.type === 'pairs' ? ['name', 'value'] : [];
      expect(Object.keys(columns).sort(), path).toEqual(keys.sort());
      expect(row !== undefined, path).toBe(keys.length > 0);
    }
  });

  it('every provider is named and explained; every field is on one card; every preset has words', () => {
    const kinds = providerConfig.options.map((option) => option.shape.kind.value).sort();
    expect(Object.keys(FIELD_MESSAGES['provider.kind']?.options ?? {}).sort()).toEqual(kinds);
    expect(Object.keys(FIELD_MESSAGES['provider.kind']?.notes ?? {}).sort()).toEqual(kinds);
    for (const { path } of FIELDS)
      expect(SECTIONS.filter(({ paths }) => paths.some((start) => path.startsWith(start))).length, path).toBe(1);
    expect(Object.keys(PRESET_MESSAGES).sort()).toEqual(['none', ...PRESETS.map(({ id }) => id)].sort());
  });
});
