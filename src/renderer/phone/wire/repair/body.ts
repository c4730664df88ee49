/** What the body of a message is to the phone: a session description, nothing, or something to refuse (RFC 3261 section 8.2.3, RFC 5621). */
import { readParts } from './multipart';
import { byteLength, valueOf, valuesOf, type SipMessage } from './sip-text';
import { parameterOf, readTyped } from './values';

export type Body =
  | { readonly kind: 'none' }
  | { readonly kind: 'sdp'; readonly text: string; readonly wasWrapped: boolean }
  /** Some other body, of a method that may have one. */
  | { readonly kind: 'other'; readonly text: string }
  | { readonly kind: 'refused'; readonly status: 400 | 413 | 415 | 488; readonly why: string };

/** Of a message, in bytes. */
export const MOST_BYTES = 256 * 1024;
const MOST_SDP_BYTES = 64 * 1024;
const MOST_CANDIDATES = 64;

/** INVITE and UPDATE with their answers, ACK and PRACK carry session descriptions alone. */
const DESCRIBING: ReadonlySet<string> = new Set(['INVITE', 'UPDATE', 'ACK', 'PRACK']);

/** The body as far as Content-Length says (section 18.3); null when it ends before that. */
export function wholeBody(message: SipMessage): string | null {
  const length = /^\s*(\d+)/.exec(valueOf(message, 'content-length'))?.[1];
  const { body } = message;
  if (length === undefined) return body;
  const bytes = Number(length);
  const there = byteLength(body);
  // A body that came as Latin-1 has one byte for each character.
  if (bytes === there || bytes === body.length) return body;
  if (bytes > there) return null;
  return new TextDecoder().decode(new TextEncoder().encode(body).slice(0, bytes));
}

/** Bounded before anything else reads it: the lines are looked through once. */
function described(text: string, wasWrapped: boolean): Body {
  if (byteLength(text) > MOST_SDP_BYTES)
    return { kind: 'refused', status: 488, why: 'its session description is larger than 64 kB' };
  const candidates = text.match(/^a=candidate:/gim)?.length ?? 0;
  if (candidates > MOST_CANDIDATES)
    return { kind: 'refused', status: 488, why: `its session description has ${candidates} candidates, more than 64` };
  return { kind: 'sdp', text, wasWrapped };
}

const looksLikeSdp = (text: string): boolean => /^\s*v=0\s*[\r\n]/.test(text);

function partsOf(text: string, value: ReturnType<typeof readTyped>): Body {
  const parts = readParts(text, value.parameters);
  if (parts === null) return { kind: 'refused', status: 400, why: 'its multipart body has no boundary' };
  const isSession = (type: string, disposition: string): boolean =>
    type === 'application/sdp' && (disposition === '' || disposition === 'session');
  const unknown = parts.find((part) => part.isRequired && !isSession(part.type, part.disposition));
  if (unknown !== undefined)
    return { kind: 'refused', status: 415, why: `it requires a body part of type ${shown(unknown.type)}` };
  const sessions = parts.filter((part) => isSession(part.type, part.disposition));
  // Of alternatives the last one that can be read is the best (RFC 2046 section 5.1.4).
  const chosen = value.value === 'multipart/alternative' ? sessions.at(-1) : sessions[0];
  if (chosen !== undefined) return described(chosen.content, true);
  return parts.length > 0 && parts.every((part) => part.isOptional)
    ? { kind: 'none' }
    : { kind: 'refused', status: 415, why: 'none of its body parts is a session description' };
}

const shown = (type: string): string => type.replace(/[^\w/+.-]/g, '').slice(0, 60) || 'no name';

/** What the body is. A body that is cut off is refused with 400. */
export function readBody(message: SipMessage): Body {
  // Of a response what is there is taken: a call hangs on it.
  const text = wholeBody(message) ?? (message.kind === 'response' ? message.body : null);
  if (text === null) return { kind: 'refused', status: 400, why: 'it ends before its Content-Length' };
  if (text === '') return { kind: 'none' };
  const encodings = valuesOf(message, 'content-encoding').join(',').toLowerCase();
  if (/[^\s,]/.test(encodings.replace(/\bidentity\b/g, '')))
    return { kind: 'refused', status: 415, why: 'its body is encoded' };
  if (!DESCRIBING.has(message.method)) return { kind: 'other', text };
  const type = readTyped(valueOf(message, 'content-type'));
  const disposition = readTyped(valueOf(message, 'content-disposition'));
  if (type.value.startsWith('multipart/')) return partsOf(text, type);
  const isSdp = type.value === 'application/sdp' || (!/^[^/]+\/[^/]+$/.test(type.value) && looksLikeSdp(text));
  const isSession = disposition.value === '' || disposition.value === 'session' || disposition.value === 'render';
  if (isSdp && isSession) return described(text, false);
  if (parameterOf(disposition.parameters, 'handling')?.toLowerCase() === 'optional') return { kind: 'none' };
  return {
    kind: 'refused',
    status: 415,
    why: isSdp ? `its body is for ${shown(disposition.value)}` : `its body is of type ${shown(type.value)}`,
  };
}
