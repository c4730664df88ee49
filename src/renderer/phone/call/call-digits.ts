/** The digits of one call on their way: one after the other, each only when it can be heard. */
import { PAUSE_S } from '../../../contracts/call/after-digits';
import type { Clock } from '../../base/clock';
import { toneSenderOf } from '../base/tone-sender';
import type { StackSession } from '../port/sip-stack';
import { dequeue, emptyQueue, enqueue, PAUSE } from './dtmf-queue';

export interface CallDigitsPorts {
  readonly clock: Clock;
  readonly session: () => StackSession | null;
  /** The call takes digits now, and there is sound for them to travel in. */
  readonly mayPlay: () => boolean;
  readonly isUp: () => boolean;
  /** What was typed and not yet played is given up. */
  readonly onFailed: () => void;
}

export interface CallDigits {
  /** `waitS`: seconds of silence before the first of them. */
  readonly add: (digits: string, waitS?: number) => void;
  /** Something changed that may let the next digit out. */
  readonly pump: () => void;
  /** The last digit did not arrive: those that wait are given up. */
  readonly failed: () => void;
}

/** Milliseconds: a digit's length and the silence behind it (RFC 4733 section 2.5 wants at least 40 each). */
const DIGIT = 100;
const GAP = 70;

/** An empty queue of digits. */
export function createCallDigits({ clock, session, mayPlay, isUp, onFailed }: CallDigitsPorts): CallDigits {
  let queue = emptyQueue;
  let sounding = false;

  const failed = (): void => {
    queue = emptyQueue;
    onFailed();
  };
  function pump(): void {
    const line = session();
    if (sounding || line === null || !mayPlay()) return;
    // Tones need no flow, INFO does.
    if (!isUp() && toneSenderOf(line.connection()) === null) return;
    const next = dequeue(queue);
    if (next === null) return;
    const pauses = next.digit === PAUSE;
    if (!pauses && !line.sendDigit(next.digit, DIGIT, GAP)) {
      failed();
      return;
    }
    queue = next.rest;
    sounding = true;
    clock.after(pauses ? PAUSE_S * 1000 : DIGIT + GAP, () => {
      sounding = false;
      pump();
    });
  }
  return {
    add: (digits, waitS = 0) => {
      queue = enqueue(queue, digits, waitS / PAUSE_S);
    },
    pump,
    failed,
  };
}
