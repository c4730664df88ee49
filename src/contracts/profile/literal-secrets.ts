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

/** A URL whose query has nothing in place of secrets. A key has no business in a URL, so that no placeholder is known there. */
export function urlWithoutSecrets(url: string): string {
  const [address = '', ...query] = url.split('?');
  if (query.length === 0) return url;
  const pairs = query.join('?').split('&');
  return `${address}?${pairs.map((pair) => (/^[^=]+=./.test(pair) && namesSecret(pair.slice(0, pair.indexOf('='))) ? pair.slice(0, pair.indexOf('=') + 1) : pair)).join('&')}`;
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
