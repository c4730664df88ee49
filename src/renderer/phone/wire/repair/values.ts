/** Lists and parameters inside header values (RFC 3261 section 7.3.1), read tolerantly. */

/** One parameter; `value` is null when there is none, and as written (quotes included) otherwise. */
export interface Parameter {
  readonly name: string;
  readonly value: string | null;
}

/** Splits at `separator` outside quotes, and outside brackets if `brackets`; parts are trimmed, and may be empty. Behind `most` parts the rest is left out. */
function splitAt(text: string, separator: ',' | ';', brackets: boolean, most = Number.POSITIVE_INFINITY): string[] {
  const parts: string[] = [];
  let from = 0;
  let quoted = false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (quoted) {
      if (letter === '\\') at += 1;
      else if (letter === '"') quoted = false;
    } else if (letter === '"') quoted = text.includes('"', at + 1);
    else if (brackets && letter === '<') depth = 1;
    else if (brackets && letter === '>') depth = 0;
    else if (letter === separator && depth === 0) {
      parts.push(text.slice(from, at).trim());
      from = at + 1;
      if (parts.length >= most) return parts;
    }
  }
  parts.push(text.slice(from).trim());
  return parts;
}

/** The members of a comma-separated list, empty ones left out. */
export function splitList(value: string, most?: number): string[] {
  return splitAt(value, ',', true, most).filter((part) => part !== '');
}

/** Members of all lines of a list header, the first `most` of them. */
export function splitLists(values: readonly string[], most?: number): string[] {
  const members: string[] = [];
  for (const value of values) {
    // Not as arguments of one call: the stack has no room for 100,000 of them.
    for (const member of splitList(value, most)) members.push(member);
    if (most !== undefined && members.length >= most) return members.slice(0, most);
  }
  return members;
}

/** Parameters of `;a=b;c`; empty ones are left out. Names are in lower case. */
export function readParameters(text: string): Parameter[] {
  return splitAt(text, ';', false).flatMap((part): Parameter[] => {
    const equals = part.indexOf('=');
    const name = (equals === -1 ? part : part.slice(0, equals)).trim().toLowerCase();
    return name === '' ? [] : [{ name, value: equals === -1 ? null : part.slice(equals + 1).trim() }];
  });
}

/** A parameter's value without quotes; null when it is absent, empty when it has none. */
export function parameterOf(parameters: readonly Parameter[], name: string): string | null {
  const found = parameters.find((one) => one.name === name);
  return found === undefined ? null : unquote(found.value ?? '');
}

/** A quoted string's text; other texts as they are. */
export function unquote(text: string): string {
  return /^".*"$/s.test(text) && text.length > 1 ? text.slice(1, -1).replace(/\\(.)/gs, '$1') : text;
}

/** The text as a quoted string. */
export function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** The value before the first parameter, in lower case, and the parameters: of Content-Type, Event and their like. */
export function readTyped(value: string): { readonly value: string; readonly parameters: readonly Parameter[] } {
  const at = value.indexOf(';');
  return {
    value: (at === -1 ? value : value.slice(0, at)).replace(/\s+/g, '').toLowerCase(),
    parameters: at === -1 ? [] : readParameters(value.slice(at + 1)),
  };
}

/**
 * Seconds as servers write them: `300`, `"300"`, `300.5`, `300 (comment)`, `300;x=y`. Null: no number begins it. Never more than 2^32 - 1 (RFC
 * 3261 section 20.19).
 */
export function readSeconds(value: string | null | undefined): number | null {
  const digits = /^\s*"?\s*(\d+)/.exec(value ?? '')?.[1];
  return digits === undefined ? null : Math.min(Number(digits), 0xffffffff);
}
