/** What is left of a document that does not fit its schema: it loses the entries that are wrong, and nothing else. */
import type { z } from 'zod';
import { plainText } from '../../contracts/base/plain-text';

export interface Salvaged<T> {
  readonly value: T;
  /** What was left out, by name: a profile's, or where it stood. */
  readonly lost: readonly string[];
}

type Fields = Record<PropertyKey, unknown>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

function nameOf(entry: unknown, path: readonly PropertyKey[]): string {
  const named = isFields(entry) ? (entry['name'] ?? entry['id']) : undefined;
  return typeof named === 'string' && named.trim() !== '' ? `"${plainText(named, 60)}"` : path.map(String).join('.');
}

/** `empty` is a document without content: a member that can't be read at all is taken from it. Null: nothing fits. */
export function salvage<T>(schema: z.ZodType<T>, document: unknown, empty: T): Salvaged<T> | null {
  if (!isFields(document) || Array.isArray(document) || !isFields(empty)) return null;
  const left = structuredClone(document);
  const lost: string[] = [];
  const replaced = new Set<PropertyKey>();

  const replace = (member: PropertyKey): boolean => {
    if (replaced.has(member)) return false;
    replaced.add(member);
    lost.push(String(member));
    left[member] = empty[member];
    return true;
  };
  for (;;) {
    const read = schema.safeParse(left);
    if (read.success) return { value: read.data, lost };
    const [first] = read.error.issues;
    const member = first?.path[0];
    if (first === undefined || member === undefined) return null;
    const container = left[member];
    const entries = read.error.issues.flatMap(({ path }) =>
      path[0] === member && path[1] !== undefined ? [path[1]] : [],
    );
    if (Array.isArray(container) && entries.length > 0) {
      const wrong = new Set(entries);
      lost.push(
        ...container.flatMap((entry: unknown, index) => (wrong.has(index) ? [nameOf(entry, [member, index])] : [])),
      );
      left[member] = container.filter((_entry, index) => !wrong.has(index));
    } else if (Array.isArray(container) && first.code === 'too_big') {
      const most = Number(first.maximum);
      lost.push(...container.slice(most).map((entry: unknown, index) => nameOf(entry, [member, most + index])));
      left[member] = container.slice(0, most);
    } else if (isFields(container) && entries.some((entry) => Object.hasOwn(container, entry))) {
      const wrong = new Set(entries.map(String));
      lost.push(
        ...Object.keys(container).flatMap((name) =>
          wrong.has(name) ? [`${String(member)}.${plainText(name, 60)}`] : [],
        ),
      );
      left[member] = Object.fromEntries(Object.entries(container).filter(([name]) => !wrong.has(name)));
    } else if (!replace(member)) return null;
  }
}
