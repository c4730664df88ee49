/** When a token of somebody else's ends, by this computer's clock. */
import { fail, ok, type Result } from '../../contracts/base/result';

/** A token that lives longer than a day is no short-lived token. */
const LONGEST_LIFE_MS = 86_400_000;
/** Below: seconds since the epoch (until the year 5138). From here on: milliseconds (since 1973). */
const MILLISECONDS_FROM = 1e11;
const ISO = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * How far the server's clock is ahead of ours, ms, from its `Date` header (RFC 9110 section 6.6.1, whole seconds) and our clock when we asked
 * and when it had answered. 0 when they agree as far as one can tell, and when there is no readable date.
 */
export function serverAheadMs(date: string | undefined, sentAt: number, receivedAt: number): number {
  const stamped = Date.parse(date ?? '');
  if (Number.isNaN(stamped)) return 0;
  const [least, most] = [stamped - receivedAt, stamped + 1000 - sentAt];
  return least <= 0 && most >= 0 ? 0 : Math.round((least + most) / 2);
}

/** Milliseconds since the epoch by the clock of whoever wrote it; `{ afterMs }` for a life; null for what is neither. */
function readMoment(value: unknown): { readonly at: number } | { readonly afterMs: number } | null {
  if (typeof value === 'string') {
    const text = value.trim();
    if (/^\d{1,16}(?:\.\d{1,9})?$/.test(text)) return readMoment(Number(text));
    const iso = ISO.exec(text);
    if (iso === null) return null;
    // Without a zone it would be read as local time; servers that leave it out mean UTC.
    const at = Date.parse(`${text.replace(' ', 'T')}${iso[1] === undefined ? 'Z' : ''}`);
    return Number.isNaN(at) ? null : { at };
  }
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) return null;
  if (value * 1000 <= LONGEST_LIFE_MS) return { afterMs: value * 1000 };
  return { at: value >= MILLISECONDS_FROM ? value : value * 1000 };
}

/**
 * Reads an expiry: ISO 8601 (UTC where no zone is said), seconds or milliseconds since the epoch, or a life in seconds (at most a day); numbers
 * also as text. Answers ms since the epoch by our clock. Fails with `answer-invalid` for anything else, for what is over, and for
 * more than a day. `sentAt`: when the token was asked for, by our clock; `aheadMs`: of `serverAheadMs`.
 */
export function parseExpiry(
  value: unknown,
  { sentAt, aheadMs }: { readonly sentAt: number; readonly aheadMs: number },
): Result<number> {
  const moment = readMoment(value);
  if (moment === null)
    return fail(
      'answer-invalid',
      'The answer does not say when its token ends. Check the address in the profile.',
      'open-profiles',
    );
  const endsAt = Math.floor('at' in moment ? moment.at - aheadMs : sentAt + moment.afterMs);
  if (!(endsAt > sentAt))
    return fail(
      'answer-invalid',
      'The token in the answer has ended already. Try again, and tell who runs that system.',
      'retry',
    );
  if (endsAt - sentAt > LONGEST_LIFE_MS)
    return fail(
      'answer-invalid',
      'The token in the answer lives longer than a day: that is no short-lived token.',
      'open-profiles',
    );
  return ok(endsAt);
}
