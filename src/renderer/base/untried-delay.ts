/** How slowly tokens of a key are tried whose gateway may not know it yet; pure. */

/** Milliseconds. */
const FIRST_WAIT = 5_000;
const LONGEST_WAIT = 60_000;

/** How long to wait after so many refusals in a row (1 for the first), ms: 5 s doubled up to a minute, and up to a quarter more by chance. `random` in [0, 1). */
export function untriedDelay(refusals: number, random: number): number {
  return Math.round(Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(refusals - 1, 16)) * (1 + random / 4));
}
