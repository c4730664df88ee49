/** When to try again; pure, so that a test can ask it anything. */
export interface RetryContext {
  /** Failures in a row before this wait, 0 for the first. */
  readonly failures: number;
  /** A number in [0, 1). */
  readonly random: number;
  /** The gateway is on this computer: trying costs nothing, and nobody else tries at the same time. */
  readonly onThisComputer: boolean;
  /** Whoever refused said how long to wait, in ms. */
  readonly retryAfterMs?: number | undefined;
  /** Only a person can mend it (no key, locked keychain): do not hammer. */
  readonly needsPerson?: boolean;
}

const FIRST_MS = 250;
const CAP_MS = 15_000;
const LOCAL_CAP_MS = 1_000;
const PERSON_MS = 30_000;

/**
 * Milliseconds to wait: 250 doubling up to 15 s (1 s for a gateway on this computer), spread by a quarter to both
 * sides so that a thousand phones do not return in one moment (RFC 5626 section 4.5).
 */
export function retryDelay(context: RetryContext): number {
  const cap = context.onThisComputer ? LOCAL_CAP_MS : CAP_MS;
  const doubled = Math.min(cap, FIRST_MS * 2 ** Math.min(context.failures, 16));
  const spread = Math.min(cap, Math.round(doubled * (0.75 + context.random * 0.5)));
  return Math.max(context.needsPerson === true ? PERSON_MS : spread, context.retryAfterMs ?? 0);
}

/** A connection that held this long (ms) was no failure: the next loss starts from the shortest wait again. */
export const STABLE_AFTER_MS = 10_000;

/**
 * RFC 3261 section 14.1: after 491 the owner of the Call-ID waits 2.1-4 s, the other side 0-2 s, in steps of 10 ms, so
 * that the two do not meet again. Milliseconds.
 */
export function glareDelay(ownsCallId: boolean, random: number): number {
  const tenths = ownsCallId ? 210 + Math.floor(random * 191) : Math.floor(random * 201);
  return tenths * 10;
}
