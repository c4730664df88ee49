import { readFileSync, existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../../', import.meta.url);
const page = readFileSync(new URL('SECURITY.md', root), 'utf8');

interface Row {
  readonly promise: string;
  readonly files: readonly string[];
  /** Names of tests; `...` stands for a part that is left out. */
  readonly names: readonly string[];
}
const filesIn = (text: string): string[] =>
  [...text.matchAll(/`([^`\s]+\.(?:ts|tsx|mjs))`/g)].map(([, file = '']) => file);

/** A row may leave out the file that the words above its table name. */
const rows: readonly Row[] = page.split(/^## /m).flatMap((section) => {
  const usual = filesIn(section.split(/^\|/m)[0] ?? '');
  return section
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.endsWith(' held by |') && !line.startsWith('| promise'))
    .map((line) => {
      const [, promise = '', held = ''] = line.split(/ ?(?<!\\)\| ?/);
      return {
        promise,
        files: [...filesIn(held), ...usual],
        names: [...held.matchAll(/"((?:[^"\\]|\\.)+)"/g)].map(([, name = '']) => name),
      };
    });
});

describe('SECURITY.md', () => {
  it('has promises', () => expect(rows.length).toBeGreaterThan(30));

  it.each(rows)('names what holds: $promise', ({ files, names }) => {
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => !existsSync(new URL(file, root)))).toEqual([]);
    const texts = files.map((file) => readFileSync(new URL(file, root), 'utf8').replace(/\\(['"])/g, '$1'));
    const found = (name: string): boolean =>
      name
        .split('...')
        .map((part) => part.trim())
        .filter((part) => part !== '')
        .every((part) => texts.some((text) => text.includes(part)));
    expect(names.filter((name) => !found(name))).toEqual([]);
  });
});
