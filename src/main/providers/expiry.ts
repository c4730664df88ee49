/** When a token of somebody else's ends, by this computer's clock. */
import { fail, ok, type Result } from '../../contracts/base/result';

/** A token that lives longer than a day is no short-lived token. */
const LONGEST_LIFE_MS = 86_400_000;
/** A life of exactly a day begins when the server makes the token, which is later than our question; and the two clocks agree that far only. */
const CLOCKS_MS = 60_000;
/** Below, about ten years: a life in seconds, whatever one thinks of it. From here on: seconds since the epoch (1979 to 5138). */
const EPOCH_FROM_S = 3e8;
/** From here on: milliseconds since the epoch (1973). */
const MILLISECONDS_FROM = 1e11;
/** Java's ZonedDateTime names the zone once more behind the offset (RFC 9557 section 4.1). */
const ISO =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) ?(?:(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)(?:\[[\w/+-]{1,64}\])?)?$/i;
/** The three forms of RFC 9110 section 5.6.7, and that of mail (RFC 5322 section 3.3). */
const HTTP_DATES = [
  /^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} (?:GMT|UTC|[+-]\d{4})$/,
  /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/,
];
/** `7200s` (protobuf's Duration in JSON), `1h30m` (Go's), `PT2H` and `P1D` (ISO 8601). */
const DURATION = /^(?=.)(?:P(?:(\d{1,6})D)?T?)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,12}(?:\.\d{1,9})?)s)?$/i;

/** An HTTP date in ms since the epoch; null for anything else. */
export function httpDate(text: string): number | null {
  const form = HTTP_DATES.findIndex((each) => each.test(text));
  // The third form names no zone, and means GMT.
  const at = form < 0 ? Number.NaN : Date.parse(form === 2 ? `${text} GMT` : text);
  return Number.isNaN(at) ? null : at;
}

function isoMoment(text: string): number | null {
  const [, day, time = '', zone = 'Z'] = ISO.exec(text) ?? [];
  if (day === undefined) return null;
  // Without a zone it would be read as local time; servers that leave it out mean UTC.
  const offset = /^[+-]\d{2}$/.test(zone) ? `${zone}:00` : /^[+-]/.test(zone) ? zone : 'Z';
  const at = Date.parse(`${day}T${time}${offset}`);
  return Number.isNaN(at) ? null : at;
}

function durationMs(text: string): number | null {
  const [whole, days = 0, hours = 0, minutes = 0, seconds = 0] = DURATION.exec(text) ?? [];
  if (whole === undefined) return null;
  return (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
}

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
    const at = isoMoment(text) ?? httpDate(text);
    if (at !== null) return { at };
    const afterMs = durationMs(text);
    return afterMs === null || afterMs === 0 ? null : { afterMs };
  }
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) return null;
  if (value < EPOCH_FROM_S) return { afterMs: value * 1000 };
  return { at: value >= MILLISECONDS_FROM ? value : value * 1000 };
}

/**
 * Reads an expiry: ISO 8601 (UTC where no zone is said), an HTTP date, seconds or milliseconds since the epoch, or a life (seconds, or with units
 * as in `7200s`); numbers also as text. Answers ms since the epoch by our clock. Fails with `answer-invalid` for anything else, for what is over,
 * and for more than a day. `sentAt`: when the token was asked for, by our clock; `aheadMs`: of `serverAheadMs`.
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
      'The token in the answer has ended already. Try again, and tell the admin of that system.',
      'retry',
    );
  if (endsAt - sentAt > LONGEST_LIFE_MS + CLOCKS_MS)
    return fail(
      'answer-invalid',
      'The token in the answer lives longer than a day: that is no short-lived token.',
      'open-profiles',
    );
  return ok(endsAt);
}
