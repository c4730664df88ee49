/**
 * What a gateway says of a token that it refuses (RFC 6750 section 3, RFC 8898 section 2.1): something else than its key? Gateways write what they like, most
 * of them nothing.
 */
/** Also in the words of libraries that call an expired token an "expired signature". */
const TIME = /expir|not[ _-]?(?:yet|before)|\bnbf\b|\biat\b|too (?:old|long)|clock/i;
const KEY = /signature|\bkeys?\b|\bkid\b|\bjwks?\b|\balg(?:orithm)?\b|verif/i;
const OTHER =
  /issue[rd]|\biss\b|audience|\baud\b|subject|\bsub\b|\buser\b|identity|\baor\b|\blife|scope|realm|constraint|claim|replay|stale|revoked|misplaced|malformed|missing|policy|limit|quota|licen[cs]e|blocked|disabled|suspended|account|tenant|not allowed|permission/i;
/** RFC 6750 section 3.1: what it would be for a token of any key. */
const OTHER_ERRORS: ReadonlySet<string> = new Set(['insufficient_scope', 'invalid_request']);

/** Said for as long as tokens of a promoted key are refused, and none of them was ever accepted. `key`: its fingerprint. */
export const keyUnknownSentence = (key: string): string => `The gateway does not know key ${key} yet.`;

/** True: the gateway says what is wrong, and it is not the key that the token was made with. */
export function blamesAnotherThing(error: string | undefined, words: string | undefined): boolean {
  if (error !== undefined && OTHER_ERRORS.has(error)) return true;
  const text = words ?? '';
  return TIME.test(text) || (OTHER.test(text) && !KEY.test(text));
}

/** The same of a challenge as it was written (WWW-Authenticate). */
export function challengeBlamesAnotherThing(written: string | undefined): boolean {
  const value = (name: string): string | undefined =>
    new RegExp(`(?:^|[\\s,])${name}\\s*=\\s*"((?:[^"\\\\]|\\\\.)*)"`, 'i').exec(written ?? '')?.[1];
  return blamesAnotherThing(value('error'), value('error_description'));
}
