/** How long an event channel waits before it tries again: pure, in milliseconds. The steps are those of Phoenix's own client. */

const RECONNECT_MS = [10, 50, 100, 150, 200, 250, 500, 1_000, 2_000] as const;
const LONGEST_RECONNECT_MS = 5_000;
const REJOIN_MS = [1_000, 2_000, 5_000] as const;
const LONGEST_REJOIN_MS = 10_000;
const MINT_MS = [1_000, 2_000, 5_000, 10_000] as const;
/** Main has refused several times: mostly a person has to do something first. */
const LONGEST_MINT_MS = 30_000;

/** Up to half of it more by chance, so that a thousand phones do not come back at the same moment. `random` in 0..1. */
const spread = (ms: number, random: number): number => ms * (1 + random / 2);

/** After the `tries`-th lost or refused socket in a row (from 1). */
export function reconnectDelay(tries: number, random: number): number {
  return spread(RECONNECT_MS[tries - 1] ?? LONGEST_RECONNECT_MS, random);
}

/** After the `tries`-th refused, unanswered or lost join in a row, on a socket that is open. */
export function rejoinDelay(tries: number, random: number): number {
  return spread(REJOIN_MS[tries - 1] ?? LONGEST_REJOIN_MS, random);
}

/** After the `tries`-th refused grant, or connection whose joins were refused, in a row; never sooner than main said (`retryAfterMs`). */
export function mintDelay(tries: number, random: number, retryAfterMs = 0): number {
  return Math.max(spread(MINT_MS[tries - 1] ?? LONGEST_MINT_MS, random), retryAfterMs);
}
