/** How long a registration is taken to live, and when it is refreshed; pure. */

/** What a REGISTER asks for, in seconds; a gateway shortens it to the token's life. */
export const ASKED_S = 600;

/** Seconds. */
const SHORTEST_S = 10;
const LONGEST_S = 3_600;
/** Nobody said for how long: soon enough that a binding of a minute or two is not away for long. */
const UNSTATED_S = 120;
/** No two refreshes are closer, ms. */
const REFRESH_NOT_BEFORE_MS = 5_000;

/** Null: the gateway named none. */
const kept = (seconds: number | null): number =>
  Math.min(LONGEST_S, Math.max(SHORTEST_S, seconds === null || Number.isNaN(seconds) ? UNSTATED_S : seconds));

/**
 * Milliseconds that a registration lives: what the gateway granted (`grantedS`; null: it named nothing), kept between 10 s
 * and 1 h, and never beyond the token (`tokenLeftMs`), without which no gateway owes us a call.
 */
export function lifeOf(grantedS: number | null, tokenLeftMs: number | null): number {
  const life = kept(grantedS) * 1000;
  return tokenLeftMs !== null && tokenLeftMs > 0 ? Math.min(life, tokenLeftMs) : life;
}

/**
 * Milliseconds until the refresh: half to three quarters of the life by chance (`random` in [0, 1)), so that phones which
 * registered in one moment do not refresh in one. The last quarter is for a refresh that has to be tried again.
 */
export function refreshDelay(lifeMs: number, random: number): number {
  return Math.max(REFRESH_NOT_BEFORE_MS, Math.round(lifeMs * (0.5 + 0.25 * random)));
}

/** What to ask for after a 423, in seconds: no more than an hour; null when asking for longer makes no sense. */
export function longerThan(askedS: number, minExpiresS: number | null): number | null {
  if (minExpiresS === null || Number.isNaN(minExpiresS)) return null;
  const wanted = Math.min(LONGEST_S, Math.max(SHORTEST_S, minExpiresS));
  return wanted > askedS ? wanted : null;
}
