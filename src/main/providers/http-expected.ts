/** How an answer to a provider's request is read. */
import type { z } from 'zod';
import { tokenText } from './answers';
import type { WireAnswer } from './https-exchange';
import { parseStrictJson } from './strict-json';

type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/** Made by `expectJson`, `expectToken`, `expectText` and `expectNothing`. */
export interface Expected<T> {
  readonly accept: string;
  /** Fails with what is wrong, in our own words. */
  readonly read: (answer: WireAnswer) => Read<T>;
}

const mediaType = (answer: WireAnswer): string =>
  (answer.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';

const isJsonType = (type: string): boolean => /^application\/(?:[a-z0-9.-]+\+)?json$/.test(type);

/** What servers call JSON when nobody told them better; a web page or an image says what it is. */
const LOOSE_JSON_TYPES: ReadonlySet<string> = new Set([
  '',
  'text/json',
  'application/x-json',
  'text/x-json',
  'text/plain',
  'application/javascript',
  'text/javascript',
  'application/octet-stream',
  'binary/octet-stream',
]);

/** JSON that fits the schema; whatever the schema does not name is dropped. */
export function expectJson<T>(schema: z.ZodType<T>): Expected<T> {
  return {
    accept: 'application/json',
    read: (answer) => {
      const type = mediaType(answer);
      const json = parseStrictJson(answer.body);
      if (!json.ok && type === 'text/html')
        return {
          ok: false,
          problem: 'it is a web page; a network that wants you to sign in answers so, and a browser shows it',
        };
      if (!json.ok) return json;
      if (!isJsonType(type) && !LOOSE_JSON_TYPES.has(type))
        return {
          ok: false,
          problem: 'it is JSON, and is sent as something else; its server has to say application/json',
        };
      const parsed = schema.safeParse(json.value);
      if (parsed.success) return { ok: true, value: parsed.data };
      // A path is the schema's word where it names a field; an array's index or a record's name may be the server's.
      return { ok: false, problem: 'something is missing in it, or is not what it should be' };
    },
  };
}

const textOf = (body: Uint8Array): Read<string> => {
  try {
    return { ok: true, value: new TextDecoder('utf-8', { fatal: true }).decode(body) };
  } catch {
    return { ok: false, problem: 'it is no text' };
  }
};

/** UTF-8 text of this content type. */
export function expectText(type: string): Expected<string> {
  return {
    accept: type,
    read: (answer) => (mediaType(answer) === type ? textOf(answer.body) : { ok: false, problem: `it is no ${type}` }),
  };
}

/** A token and nothing else: as text, as a JWT (RFC 7519 section 10.3.1), or as JSON that is one text. */
export const expectToken: Expected<string> = {
  accept: 'application/jwt, text/plain, application/json;q=0.5',
  read: (answer) => {
    const type = mediaType(answer);
    if (!isJsonType(type) && type !== 'text/plain' && type !== 'application/jwt')
      return { ok: false, problem: 'it is no token: its server has to say text/plain or application/jwt' };
    const read: Read<unknown> = isJsonType(type) ? parseStrictJson(answer.body) : textOf(answer.body);
    if (!read.ok) return read;
    const token = tokenText.safeParse(typeof read.value === 'string' ? read.value.trim() : read.value);
    return token.success ? { ok: true, value: token.data } : { ok: false, problem: 'it is no token' };
  },
};

/** Success is all that counts; the body is not looked at. */
export const expectNothing: Expected<null> = { accept: '*/*', read: () => ({ ok: true, value: null }) };
