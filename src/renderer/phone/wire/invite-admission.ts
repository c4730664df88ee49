/**
 * Which INVITEs that arrive become calls, decided before the stack hears of them: one that is refused costs a look at its text and an answer,
 * and neither a session nor a peer connection. A flood of them must not hold the window up.
 */
import type { Clock } from '../../base/clock';
import type { Refusal } from './repair/answer';

export interface AdmissionPorts {
  readonly clock: Clock;
  /** Calls that ring here and nobody has answered. */
  readonly ringing: () => number;
  /** Calls that are not over, those that ring among them. */
  readonly calls: () => number;
  /** How many of those there may be, by the line's policy. */
  readonly mostCalls: () => number;
}

/** `ringing`: as many ring as may; `calls`: as many calls as the line may have; `rate`: more came at once than are looked at. */
export type WhyRefused = 'ringing' | 'calls' | 'rate';

export interface InviteAdmission {
  /** An INVITE outside a dialog came for the first time. Null: it is worth a closer look. */
  readonly look: () => WhyRefused | null;
  /** It is one that the phone can take. Null: it may ring. */
  readonly ring: () => WhyRefused | null;
  /** The same of one that takes another call's place when it is answered: there is no more of calls by it, but it rings as well. */
  readonly replace: () => WhyRefused | null;
}

/** So many calls ring at once. */
export const MOST_RINGING = 4;
/** INVITEs that are looked at in a second; beyond them 503 (RFC 3261 section 21.5.4). */
export const INVITES_A_SECOND = 10;
const SECOND_MS = 1_000;
/** RFC 3261 section 20.33, in s. */
const RETRY_AFTER_S = 5;

/** What the caller is told. */
export const ADMISSION_ANSWERS: Readonly<Record<WhyRefused, Refusal>> = {
  ringing: { status: 486, why: 'as many calls ring as may' },
  calls: { status: 486, why: 'the line has as many calls as it may' },
  rate: {
    status: 503,
    headers: [`Retry-After: ${RETRY_AFTER_S}`],
    why: 'more calls came in a second than are looked at',
  },
};

/** Creates the gate; it remembers nothing yet. */
export function createInviteAdmission({ clock, ringing, calls, mostCalls }: AdmissionPorts): InviteAdmission {
  /** When the INVITEs of the last second were looked at, oldest first. */
  let looked: number[] = [];
  const replace = (): WhyRefused | null => (ringing() >= MOST_RINGING ? 'ringing' : null);
  return {
    look: () => {
      const now = clock.now();
      looked = looked.filter((at) => now - at < SECOND_MS && at <= now);
      if (looked.length >= INVITES_A_SECOND) return 'rate';
      looked.push(now);
      return null;
    },
    ring: () => (calls() >= mostCalls() ? 'calls' : replace()),
    replace,
  };
}
