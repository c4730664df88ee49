/** JSON that people write by hand: what is wrong with it, and which line each value stands on. */

/** A place in a text; both count from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

export type LocatedJson =
  /** `placeOf` gives the place of the value at this path, or of the nearest one above it that is there. */
  | { readonly ok: true; readonly value: unknown; readonly placeOf: (path: readonly PropertyKey[]) => TextPlace }
  | { readonly ok: false; readonly place: TextPlace; readonly problem: string };

const DEEPEST = 50;
const keyOf = (path: readonly PropertyKey[]): string => JSON.stringify(path.map(String));

class Unreadable extends Error {
  constructor(
    readonly at: number,
    readonly problem: string,
  ) {
    super(problem);
  }
}

/** Parses RFC 8259 JSON, refusing a name that stands twice in one object: readers disagree on which one counts. */
export function parseLocatedJson(text: string): LocatedJson {
  const starts = new Map<string, number>();
  let position = 0;

  const placeAt = (offset: number): TextPlace => {
    const before = text.slice(0, offset);
    const newline = before.lastIndexOf('\n');
    return { line: before.split('\n').length, column: offset - newline };
  };
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = position;
    const found = pattern.exec(text)?.[0];
    if (found === undefined) return null;
    position += found.length;
    return found;
  };
  const skip = (): void => void take(/[ \t\r\n]*/y);
  const stop = (problem: string): never => {
    throw new Unreadable(position, position >= text.length ? 'the file ends too soon' : problem);
  };
  const string = (): string | null => {
    const start = position;
    const raw = take(/"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y);
    if (raw !== null) return String(JSON.parse(raw));
    if (text[start] === '"') stop('this text has no closing quote on its line, or a backslash too many');
    return null;
  };

  function value(path: readonly string[]): unknown {
    skip();
    if (path.length > DEEPEST) stop('it is nested too deep');
    starts.set(keyOf(path), position);
    if (take(/\{/y) !== null) return object(path);
    if (take(/\[/y) !== null) return array(path);
    const quoted = string();
    if (quoted !== null) return quoted;
    const plain = take(/(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/y);
    return plain === null ? stop('here a value is wanted') : (JSON.parse(plain) as unknown);
  }
  function object(path: readonly string[]): unknown {
    const entries = new Map<string, unknown>();
    skip();
    if (take(/\}/y) !== null) return {};
    for (;;) {
      skip();
      const at = position;
      const name = string();
      if (name === null) return stop('here a name in quotes is wanted');
      if (entries.has(name)) throw new Unreadable(at, `"${name.slice(0, 40)}" stands here for the second time`);
      skip();
      if (take(/:/y) === null) stop('here a colon is wanted');
      entries.set(name, value([...path, name]));
      // The name is where a person looks.
      starts.set(keyOf([...path, name]), at);
      skip();
      if (take(/\}/y) !== null) return Object.fromEntries(entries);
      if (take(/,/y) === null) stop('here a comma or a closing brace is wanted');
    }
  }
  function array(path: readonly string[]): unknown {
    const items: unknown[] = [];
    skip();
    if (take(/\]/y) !== null) return items;
    for (;;) {
      items.push(value([...path, String(items.length)]));
      skip();
      if (take(/\]/y) !== null) return items;
      if (take(/,/y) === null) stop('here a comma or a closing bracket is wanted');
    }
  }

  try {
    take(/\ufeff/y);
    const read = value([]);
    skip();
    if (position < text.length) stop('here the file should end');
    return {
      ok: true,
      value: read,
      placeOf: (path) => {
        for (let length = path.length; length >= 0; length -= 1) {
          const start = starts.get(keyOf(path.slice(0, length)));
          if (start !== undefined) return placeAt(start);
        }
        return { line: 1, column: 1 };
      },
    };
  } catch (cause) {
    if (!(cause instanceof Unreadable)) throw cause;
    return { ok: false, place: placeAt(cause.at), problem: cause.problem };
  }
}
