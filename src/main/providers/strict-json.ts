/** JSON from a server that is not trusted: UTF-8, and no object with the same name twice (RFC 8259 section 4: readers disagree on which counts). */

const STRINGS_AND_STRUCTURE = /"(?:[^"\\]|\\.)*"|[{}[\],]/g;

/** True where some object of this JSON text has a name twice. The text must have passed `JSON.parse`. */
function hasDuplicateName(text: string): boolean {
  /** The names of each open object; null for an open array. */
  const open: (Set<string> | null)[] = [];
  let expectsName = false;
  for (const [part] of text.matchAll(STRINGS_AND_STRUCTURE)) {
    if (part === '{') open.push(new Set());
    else if (part === '[') open.push(null);
    else if (part === '}' || part === ']') open.pop();
    else if (part !== ',') {
      const names = open.at(-1);
      if (!expectsName || names === undefined || names === null) continue;
      // Unescaped: "\u0061" and "a" are one name.
      const name = String(JSON.parse(part));
      if (names.has(name)) return true;
      names.add(name);
      expectsName = false;
      continue;
    }
    expectsName = (part === '{' || part === ',') && open.at(-1) instanceof Set;
  }
  return false;
}

/** What was read, or what is wrong with it, in words that repeat nothing of it. */
export type ParsedJson = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string };

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
  return hasDuplicateName(text) ? { ok: false, problem: 'it has a name twice in one object' } : { ok: true, value };
}
