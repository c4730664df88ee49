/**
 * Secrets that somebody types into a profile, where windows, exports and files show them. What a secret looks like nobody can tell; by what name a
 * system takes one, one can.
 */

/** Where the key goes in a header or in the body of `generic-http`. */
export const KEY_PLACEHOLDER = '<key>';

const SECRET_NAME =
  /(?:authorization|cookie|apikey|authkey|accesskey|secretkey|privatekey|subscriptionkey|secret|passw(?:or)?d|passphrase|token)$/;

/** True for `Authorization`, `X-Api-Key`, `client_secret` and `accessToken`; not for `Idempotency-Key` and `token_type`. */
const namesSecret = (name: string): boolean => SECRET_NAME.test(name.toLowerCase().replace(/[^a-z0-9]/g, ''));

/** True where `value` is a text of its own under a secret's name: no placeholder (`<key>`, `{agent}`) fills it. */
const isTyped = (name: string, value: string): boolean =>
  value.trim() !== '' && namesSecret(name) && !/<key>|\{[a-z]{1,20}\}/.test(value);

/** A header's value, or nothing in place of a secret. */
export const headerWithoutSecret = (name: string, value: string): string => (isTyped(name, value) ? '' : value);

/** What a person is told of one in a URL to which a key is sent. */
export const NO_SECRET_IN_URL = `a URL is no place for a secret: send it in a header, as ${KEY_PLACEHOLDER}`;
/** What a person is told of one in a gateway's URL. */
export const NO_SECRET_IN_GATEWAY =
  'a URL is no place for a secret: Ringfence adds the token itself, as the profile says';

/** `%74oken` is `token` to whoever reads the URL. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
/** A JWT is known by its looks: its first part is the JSON of a header. */
const JWT = /eyJ[\w-]{8,}(?:\.[\w-]*){2,4}/g;

/** `name=value` in a part of a path (RFC 3986 section 3.3). */
const IN_PATH = /([^/;=]+)=([^/;]+)/g;
/** `name=value` in a query, where a value may hold slashes and semicolons, and where some take a semicolon for an ampersand. */
const IN_QUERY = [/([^?&=]+)=([^&]+)/g, /(;[^;&=]+)=([^&]+)/g];

/**
 * A URL with nothing in place of secrets, in its path and in its query. A key has no business in a URL, so that no placeholder is known there. `more`: further names under which
 * a secret is sent.
 */
export function urlWithoutSecrets(url: string, more: readonly string[] = []): string {
  const [, address = '', path = '', query = ''] = /^([^/?]*(?:\/\/[^/?]*)?)([^?]*)([^]*)$/.exec(url) ?? [];
  const emptied = (pair: string, written: string): string => {
    const name = decoded(written.replace(/^;/, ''));
    return namesSecret(name) || more.includes(name) ? `${written}=` : pair;
  };
  const without = (text: string, pairs: readonly RegExp[]): string =>
    pairs.reduce((left, each) => left.replace(each, emptied), text.replace(JWT, ''));
  return `${address}${without(path, [IN_PATH])}${without(query, IN_QUERY)}`;
}

/** A JSON text with nothing in place of secrets; the same text where it holds none, or is no JSON. */
export function bodyWithoutSecrets(body: string): string {
  const found: string[] = [];
  try {
    const rest: unknown = JSON.parse(body, (name: string, value: unknown) => {
      if (typeof value !== 'string' || !isTyped(name, value)) return value;
      found.push(name);
      return '';
    });
    return found.length > 0 ? JSON.stringify(rest) : body;
  } catch {
    return body;
  }
}
