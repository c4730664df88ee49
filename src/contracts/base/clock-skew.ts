/** What to say when this computer's clock and a gateway's differ: tokens are dated by one and read by the other. */

/** More than tokens' leeway (RFC 8725 asks for little; verifiers take 60 s at most), in ms. */
const SKEW_THAT_MATTERS = 60_000;

/** One sentence when `aheadMs` (ours minus theirs) is more than 60 s either way, else null; also for NaN, an unreadable date. */
export function skewSentence(aheadMs: number): string | null {
  if (!(Math.abs(aheadMs) > SKEW_THAT_MATTERS)) return null;
  const minutes = Math.max(1, Math.round(Math.abs(aheadMs) / 60_000));
  return `This computer's clock is ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} ${aheadMs > 0 ? 'ahead of' : 'behind'} the gateway's. Set it right, then try again.`;
}
