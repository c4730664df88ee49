/** How a part of a message is written: as RFC 3261 wants it, and as JsSIP reads it. */
import { standInToken } from './alias';
import { isPlainCallId } from './plain';
import { byteLength, valuesOf, type SipMessage } from './sip-text';
import type { Parameter } from './values';

/** JsSIP cuts a body by letters, and refuses one that is shorter than its Content-Length says. */
export function lengthIsRight(message: SipMessage): boolean {
  const values = valuesOf(message, 'content-length');
  return values.length === 0 || (values.length === 1 && values[0] === String(byteLength(message.body)));
}
/** Parameters as they are written behind a value. */
export function written(parameters: readonly Parameter[]): string {
  return parameters.map(({ name, value }) => (value === null ? `;${name}` : `;${name}=${value}`)).join('');
}

/** A URI as RFC 3261 writes it: a stand-in for it is no repair. */
export function isProper(text: string): boolean {
  const host =
    '(?:\\[[0-9a-f:.]+\\]|(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\\.)*[a-z](?:[a-z0-9-]*[a-z0-9])?\\.?|\\d+(?:\\.\\d+){3})';
  const user = "(?:[\\w\\-.!~*'()&=+$,;?/:]|%[0-9a-f]{2})+@";
  const parameters = "(?:;[\\w\\-.!~*'()[\\]/:&+$%]+(?:=[\\w\\-.!~*'()[\\]/:&+$%]+)?)*";
  return new RegExp(`^sips?:(?:${user})?${host}(?::\\d{1,5})?${parameters}(?:\\?\\S*)?$`, 'i').test(text);
}
/** A name of tokens or in quotes, before brackets; or no name. */
export function isProperName(value: string): boolean {
  return (
    /^(?:"(?:[^"\\]|\\.)*"|(?:[A-Za-z0-9\-.!%*_+`'~]+(?:\s+[A-Za-z0-9\-.!%*_+`'~]+)*)?)\s*<[^<>]*>[^<>]*$/s.test(
      value,
    ) || !value.includes('<')
  );
}
/** What JsSIP takes in a reason phrase; brackets and quotes become round ones and single ones. */
export function readablePhrase(phrase: string): string {
  return phrase
    .replace(/[[{<]/g, '(')
    .replace(/[\]}>]/g, ')')
    .replace(/["`]/g, "'")
    .replace(/[\\|]/g, '/')
    .replace(/[%#^]/g, ' ')
    .trim();
}

/** The Call-ID by which JsSIP knows a dialog. */
export function callIdForStack(callId: string): string {
  return isPlainCallId(callId) ? callId : standInToken(callId);
}
