/** When to try again; pure, so that a test can ask it anything. */
export interface RetryContext {
  /** Failures in a row before this wait, 0 for the first. */
  readonly failures: number;
  /** A number in [0, 1). */
  readonly random: number;
  /** The gateway is on this computer: trying costs nothing, and nobody else tries at the same time. */
  readonly onThisComputer: boolean;
  /** Milliseconds since the connection was lost, or since the first try. */
  readonly outageMs?: number;
  /** This computer has no address that leads anywhere; a new one ends the wait. */
  readonly noNetwork?: boolean;
  /** How long the attempt that failed has lasted, in ms: so much less is there to wait. */
  readonly spentMs?: number;
  /** Whoever refused said how long to wait, in ms. */
  readonly retryAfterMs?: number | undefined;
  /** Only a person can fix it (no key, locked keychain): do not hammer. */
  readonly needsPerson?: boolean;
}

/** Milliseconds, as all below. */
const FIRST = 750;
/** Nobody else comes back at the same time. */
const LOCAL_FIRST = 250;
const SHORT_CAP = 1_000;
/** With the handshake and REGISTER no more than a second. */
const LOCAL_CAP = 750;
const CAP = 15_000;
const NEEDS_PERSON = 30_000;

/**
 * The longest wait by the outage so far. A restart of the gateway is over within a minute and shall cost no more than a second.
 * (Chromium holds a page's WebSockets back for 1 to 5 s each when some dozens of them have failed within minutes: it does so after
 * the first 15 s whatever is chosen here, and no longer for more of them.)
 */
const capAt = (outage: number): number => (outage <= 60_000 ? SHORT_CAP : outage <= 300_000 ? 4_000 : CAP);

/**
 * Milliseconds to wait: a uniformly random part (a tenth to all) of a bound that doubles from 750 ms to 1 s in the first
 * minute of an outage, to 4 s in its first five and to 15 s after them; for a gateway on this computer from 250 to 750 ms. So a
 * thousand phones do not return in one moment. RFC 5626 section 4.5 takes at least half of the bound, of which the first one
 * is 30 s: under a second the wider spread is worth more.
 */
export function retryDelay(context: RetryContext): number {
  if (context.noNetwork === true) return CAP;
  const cap = context.onThisComputer ? LOCAL_CAP : capAt(context.outageMs ?? 0);
  const bound = Math.min(cap, (context.onThisComputer ? LOCAL_FIRST : FIRST) * 2 ** Math.min(context.failures, 16));
  const spread = Math.max(0, Math.round(bound * (0.1 + 0.9 * context.random)) - (context.spentMs ?? 0));
  return Math.max(
    context.needsPerson === true ? NEEDS_PERSON : spread,
    afterAsked(context.retryAfterMs ?? 0, context.random),
  );
}

/** From this refusal in a row on, waits are slow. */
const SLOW_FROM = 5;
const SLOW_FIRST = 10_000;
const SLOW_CAP = 60_000;
const SLOW_GROWTH = 1.5;

/**
 * Milliseconds that are waited at least after this many refusals in a row (1 for the first) by a gateway that is there: it
 * answers something else than what was asked for, or closes what it accepted. Nothing for the first four; then 10 s growing to
 * a minute, and up to a quarter more by chance: a gateway that refuses is asked ever less, and phones do not meet.
 */
export function refusedDelay(refusals: number, random: number): number {
  if (refusals < SLOW_FROM) return 0;
  const bound = Math.min(SLOW_CAP, SLOW_FIRST * SLOW_GROWTH ** Math.min(refusals - SLOW_FROM, 16));
  return Math.round(bound * (1 + random / 4));
}

/** Handshakes by the failures before them, ms. */
const OPEN_WITHIN = [1_000, 2_000, 4_000, 5_000, 10_000];
const OPEN_USUALLY = 5_000;
const OPEN_AT_MOST = 20_000;

/**
 * How long a handshake may take, ms: 1 s doubling to 5 s, so that a packet lost in the first moments of a new network does not
 * cost TCP's own ever longer waits, and a slow network is waited for all the same. On this computer only its load can be slow. Behind them one of 10 s
 * and each third one of 20 s are for a gateway that is slow to accept; a network that swallows packets is found sooner by the others.
 */
export function openWithin(failures: number, onThisComputer: boolean): number {
  const ms = OPEN_WITHIN[failures] ?? ((failures - OPEN_WITHIN.length) % 3 === 2 ? OPEN_AT_MOST : OPEN_USUALLY);
  return onThisComputer ? Math.max(OPEN_USUALLY, ms) : ms;
}

/** The same of a flow that is opened beside one that lives, ms: nobody waits for it. */
export function openBesideWithin(failures: number): number {
  return Math.min(OPEN_AT_MOST, OPEN_USUALLY * 2 ** Math.min(failures, 16));
}

/** What "wait so long" (Retry-After) comes to, ms: never less, and up to a quarter more by chance, 15 s at most, so that all who were told the same do not come back in one moment. */
export function afterAsked(askedMs: number, random: number): number {
  return askedMs + Math.round(Math.min(CAP, askedMs / 4) * random);
}

/**
 * Milliseconds until a request within a dialog that found nobody is tried again: 1 s doubling to 15 s, less up to half of it
 * by chance, so that two phones that lost the same gateway do not meet at each try.
 */
export function dialogRetryDelay(failures: number, random: number): number {
  return Math.round(Math.min(CAP, SHORT_CAP * 2 ** Math.min(failures, 16)) * (1 - random / 2));
}

/** A registration that held this long (ms) ends what was failing before: the next loss starts from the shortest wait again. */
export const STABLE_AFTER_MS = 60_000;

/**
 * RFC 3261 section 14.1: after 491 the owner of the Call-ID waits 2.1-4 s, the other side 0-2 s, in steps of 10 ms, so
 * that the two do not meet again. Milliseconds.
 */
export function glareDelay(ownsCallId: boolean, random: number): number {
  const tenths = ownsCallId ? 210 + Math.floor(random * 191) : Math.floor(random * 201);
  return tenths * 10;
}
