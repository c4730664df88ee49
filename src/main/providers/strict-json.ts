/** JSON from a server that is not trusted: UTF-8, at most 64 levels, and no object with the same name twice (RFC 8259 section 4: readers disagree on which counts). */

/** More levels than any answer needs, and few enough for whatever walks the value afterwards: JSON.stringify of Node 20 throws at some thousands. */
const DEEPEST = 64;
const STRINGS_AND_STRUCTURE = /"(?:[^"\\]|\\.)*"|[{}[\],]/g;

/** What is wrong with this JSON text, which must have passed `JSON.parse`: a name twice in some object, or too many levels; null: nothing. */
function structureProblem(text: string): string | null {
  /** The names of each open object; null for an open array. */
  const open: (Set<string> | null)[] = [];
  let expectsName = false;
  for (const [part] of text.matchAll(STRINGS_AND_STRUCTURE)) {
    if (part === '{' || part === '[') {
      if (open.push(part === '{' ? new Set() : null) > DEEPEST) return 'it has too many levels';
    } else if (part === '}' || part === ']') open.pop();
    else if (part !== ',') {
      const names = open.at(-1);
      if (!expectsName || names === undefined || names === null) continue;
      // Unescaped: "\u0061" and "a" are one name.
      const name = String(JSON.parse(part));
      if (names.has(name)) return 'it has a name twice in one object';
      names.add(name);
      expectsName = false;
      continue;
    }
    expectsName = (part === '{' || part === ',') && open.at(-1) instanceof Set;
  }
  return null;
}

/** What was read, or what is wrong with it, in words that repeat nothing of it. */
export type ParsedJson =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string };

/** Parses the bytes of a JSON text. */
export function parseStrictJson(bytes: Uint8Array): ParsedJson {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    return { ok: false, problem: 'it is no JSON' };
  }
  const problem = structureProblem(text);
  return problem === null ? { ok: true, value } : { ok: false, problem };
}
