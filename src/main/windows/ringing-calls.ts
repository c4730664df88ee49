/**
 * Which calls ring, as main itself sees it on the window's sockets: an INVITE that came, and was neither answered nor taken back. A page says whatever it
 * likes; the small window opens for none but these.
 */
import type { Clock } from '../base/clock';

/** Longer than any call rings, ms. */
export const RINGS_AT_MOST_MS = 10 * 60_000;
/** The page may be quicker to say that a call rings than the inspector that shows it to main, ms. */
export const SEEN_WITHIN_MS = 1_000;
/** The oldest are forgotten. */
export const MOST_RINGING = 200;
const MOST_AWAITED = 16;

export interface RingingCalls {
  /** A text on a socket of the window. */
  readonly hear: (way: 'in' | 'out', text: string) => void;
  /** Whether the call with this Call-ID rings, now or a moment later. */
  readonly rings: (sipCallId: string) => Promise<boolean>;
}

interface Seen {
  /** `missed`: the caller gave up, and no other phone of the line took the call. */
  readonly kind: 'rings' | 'over' | 'missed';
  readonly sipCallId: string;
}

/** What a SIP message says of a call that rings; null: nothing. Servers fold lines, and shorten names (RFC 3261 sections 7.3.1 and 7.3.3). */
export function ringingIn(way: 'in' | 'out', text: string): Seen | null {
  const isInvite = way === 'in' && /^\s*INVITE\s/i.test(text);
  const isCancel = way === 'in' && /^\s*CANCEL\s/i.test(text);
  const isFinal = way === 'out' && /^SIP\/2\.0\s+[2-6]\d\d/i.test(text);
  if (!isInvite && !isCancel && !isFinal) return null;
  const head = (text.split(/\r?\n\r?\n/, 1)[0] ?? '').replace(/\r?\n[ \t]+/g, ' ');
  const value = (name: string): string =>
    new RegExp(`^(?:${name})[ \\t]*:[ \\t]*(.*?)[ \\t]*$`, 'im').exec(head)?.[1] ?? '';
  const sipCallId = value('call-id|i');
  if (sipCallId === '') return null;
  // Within a call it is no new one.
  if (isInvite) return /;\s*tag\s*=/i.test(value('to|t')) ? null : { kind: 'rings', sipCallId };
  // RFC 3326: "SIP;cause=200" says that the call was completed elsewhere.
  if (isCancel)
    return { kind: /cause[ \t]*=[ \t]*(?:200|600|603)\b/i.test(value('reason')) ? 'over' : 'missed', sipCallId };
  return /\sINVITE$/i.test(value('cseq')) ? { kind: 'over', sipCallId } : null;
}

export function createRingingCalls(
  clock: Pick<Clock, 'monotonic' | 'after'>,
  onOver: (id: string, missed: boolean) => void,
): RingingCalls {
  /** By Call-ID: since when, by the monotonic clock. Oldest first. */
  const ringing = new Map<string, number>();
  const awaited = new Set<{ readonly sipCallId: string; readonly seen: () => void }>();
  const isRinging = (sipCallId: string): boolean => {
    const since = ringing.get(sipCallId);
    return since !== undefined && clock.monotonic() - since < RINGS_AT_MOST_MS;
  };
  return {
    hear: (way, text) => {
      const seen = ringingIn(way, text);
      if (seen === null) return;
      const { kind, sipCallId } = seen;
      if (kind !== 'rings') {
        if (ringing.delete(sipCallId)) onOver(sipCallId, kind === 'missed');
        return;
      }
      // Sent again, it rings no longer than it did.
      if (ringing.has(sipCallId)) return;
      ringing.set(sipCallId, clock.monotonic());
      for (const oldest of ringing.keys()) {
        if (ringing.size <= MOST_RINGING) break;
        ringing.delete(oldest);
      }
      for (const each of awaited) if (each.sipCallId === sipCallId) each.seen();
    },
    rings: (sipCallId) => {
      if (isRinging(sipCallId)) return Promise.resolve(true);
      if (awaited.size >= MOST_AWAITED) return Promise.resolve(false);
      return new Promise((resolve) => {
        const end = (answer: boolean): void => {
          awaited.delete(waiting);
          cancel();
          resolve(answer);
        };
        const waiting = { sipCallId, seen: () => end(true) };
        const cancel = clock.after(SEEN_WITHIN_MS, () => end(false));
        awaited.add(waiting);
      });
    },
  };
}
