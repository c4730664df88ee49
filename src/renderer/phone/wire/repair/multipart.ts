/** Multipart bodies (RFC 2046 section 5.1, RFC 5621). */
import { parameterOf, readTyped, type Parameter } from './values';

export interface BodyPart {
  /** `application/sdp`; of a part that names none `text/plain`. */
  readonly type: string;
  readonly parameters: readonly Parameter[];
  /** Content-Disposition: `session`, `render`, or empty when the part has none. */
  readonly disposition: string;
  /** The part says `handling=required` itself. */
  readonly isRequired: boolean;
  readonly isOptional: boolean;
  readonly content: string;
}

const MOST_PARTS = 32;
const DEEPEST = 4;

function decoded(content: string, encoding: string): string | null {
  switch (encoding) {
    case '':
    case '7bit':
    case '8bit':
    case 'binary':
      return content;
    case 'quoted-printable':
      return content
        .replace(/[ \t]+(?=\r?\n|$)/g, '')
        .replace(/=\r?\n/g, '')
        .replace(/=([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    case 'base64':
      try {
        return atob(content.replace(/\s+/g, ''));
      } catch {
        return null;
      }
    default:
      return null;
  }
}

function readPart(text: string): BodyPart | null {
  const end = /^\r?\n|\r?\n\r?\n/.exec(text);
  const head = end === null ? '' : text.slice(0, end.index);
  const field = (name: string): string =>
    new RegExp(`^${name}[ \\t]*:(.*)$`, 'im').exec(head.replace(/\r?\n[ \t]+/g, ' '))?.[1]?.trim() ?? '';
  const written = end === null ? text : text.slice(end.index + end[0].length);
  const content = decoded(written, field('Content-Transfer-Encoding').toLowerCase());
  if (content === null) return null;
  const type = readTyped(field('(?:Content-Type|c)') || 'text/plain');
  const disposition = readTyped(field('Content-Disposition'));
  const handling = parameterOf(disposition.parameters, 'handling')?.toLowerCase();
  return {
    type: type.value,
    parameters: type.parameters,
    disposition: disposition.value,
    isRequired: handling === 'required',
    isOptional: handling === 'optional',
    content,
  };
}

/** The parts of a multipart body, those of nested ones in their place; null when it can't be told where they begin. */
export function readParts(body: string, parameters: readonly Parameter[], depth = 0): readonly BodyPart[] | null {
  const named = parameterOf(parameters, 'boundary') ?? '';
  const boundary = named === '' ? (/^\s*--([^\r\n]+?)[ \t]*\r?$/m.exec(body)?.[1] ?? '') : named;
  if (boundary === '') return null;
  const escaped = boundary.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pieces = body.split(new RegExp(`(?:^|\\r?\\n)--${escaped}(--)?[ \\t]*(?=\\r?\\n|$)`));
  if (pieces.length < 3) return null;
  const parts: BodyPart[] = [];
  // split() puts what the group caught between the pieces: the closing delimiter ends the list.
  for (let at = 1; at + 1 < pieces.length && pieces[at] !== '--'; at += 2) {
    const part = readPart((pieces[at + 1] ?? '').replace(/^\r?\n/, ''));
    if (part === null) continue;
    const inner =
      part.type.startsWith('multipart/') && depth < DEEPEST
        ? readParts(part.content, part.parameters, depth + 1)
        : null;
    parts.push(...(inner ?? [part]));
    if (parts.length > MOST_PARTS) break;
  }
  return parts;
}
