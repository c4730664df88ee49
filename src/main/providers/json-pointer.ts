/** JSON Pointer (RFC 6901): `/data/tokens/0/value`. */

/** What the pointer leads to; undefined where it leads nowhere. The empty pointer is the whole document. */
export function readPointer(document: unknown, pointer: string): unknown {
  let value = document;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value))
      value = /^(?:0|[1-9]\d{0,8})$/.test(name) ? (value as readonly unknown[])[Number(name)] : undefined;
    // Own names only: `/constructor` leads nowhere.
    else if (typeof value === 'object' && value !== null && Object.hasOwn(value, name))
      value = (value as Readonly<Record<string, unknown>>)[name];
    else return undefined;
  }
  return value;
}
