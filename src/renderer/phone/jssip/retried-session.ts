/**
 * One outgoing call that may take several INVITEs: after a redirect the next goes to the new target, after a refused token the next
 * carries a fresh one, after 422 a longer session interval. Whoever made the call sees one session that has not been answered yet.
 *
 * Each INVITE is a session of its own to JsSIP, with a new Call-ID (RFC 3261 section 8.1.3.4 would keep the old one: a SHOULD).
 */
import type { AfterDigits } from '../../../contracts/call/after-digits';
import type { Challenge } from '../wire/challenge';
import { firstHop, nextHop } from './redirect';
import type { CallRefusal, Onward, SessionListener, StackSession } from '../port/sip-stack';

/** A final refusal of an INVITE, as the wire had it. */
export interface InviteRefusal {
  readonly status: number;
  /** Values of Contact. */
  readonly contacts: readonly string[];
  readonly challenges: readonly Challenge[];
  /** Min-SE in s (RFC 4028 section 5), or null. */
  readonly minSessionS: number | null;
}

export interface Attempt {
  readonly session: StackSession;
  /** Null while there is none. */
  readonly refusal: () => InviteRefusal | null;
}

export interface RetryPorts {
  /** Sends an INVITE, or says why not. `minSessionS`: what a 422 asked for, or null. */
  readonly invite: (
    target: string,
    media: MediaStream,
    listener: SessionListener,
    minSessionS: number | null,
  ) => Attempt | CallRefusal;
  /** Null: another token would not help. Else one is minted: true once it is in use, false when there is none. */
  readonly freshToken: (target: string, refusal: InviteRefusal) => Promise<boolean> | null;
  /** Where a redirect to `target` leads to, as far as the line's rules let it go there. */
  readonly follow: (target: string) => Promise<Onward>;
}

/** Each server on the way may want a longer interval than the one before. */
const INTERVALS_TRIED = 3;

type Ended = Parameters<SessionListener['onEnded']>[0];

/** Starts the first INVITE, or says as `invite` does why not. */
export function createRetriedSession(
  dialled: string,
  media: MediaStream,
  listener: SessionListener,
  ports: RetryPorts,
): StackSession | CallRefusal {
  let hops = firstHop(dialled);
  let target = dialled;
  let sound = media;
  let microphoneOn = true;
  let answered = false;
  let tokenRetried = false;
  let minSessionS: number | null = null;
  let intervals = 0;
  /** What `end` and `abandon` do while no INVITE is under way; null: one is. */
  let endBetween: ((facts: Ended) => void) | null = null;
  let attempt: Attempt;

  const started = ports.invite(target, sound, listenerOf(), minSessionS);
  if (typeof started === 'string') return started;
  attempt = started;

  function again(next: string, facts: Ended, after: readonly AfterDigits[] | null = null): void {
    target = next;
    const made = ports.invite(next, sound, listenerOf(), minSessionS);
    if (typeof made === 'string') {
      listener.onEnded(facts);
      return;
    }
    attempt = made;
    listener.onRetried(after);
    made.session.setMicrophone(microphoneOn);
  }

  /** Goes on with what waits, after the final response `status`; without any the call ends with these facts. */
  function goOn(status: number, contacts: readonly string[], facts: Ended): void {
    const next = nextHop(hops, status, contacts);
    if (next === null) {
      listener.onEnded(facts);
      return;
    }
    hops = next.hops;
    pause(ports.follow(next.target), (onward) => {
      if ('uri' in onward) again(onward.uri, facts, onward.after);
      else if (onward.refused === 'forbidden') listener.onEnded({ ...facts, reason: onward.sentence, trouble: 'rule' });
      // As if it had answered that there is nobody (404).
      else goOn(404, [], { ...facts, reason: onward.sentence });
    });
  }

  /** No INVITE is under way until `work` is done; a call that is ended meanwhile stays ended. */
  function pause<T>(work: Promise<T>, onDone: (value: T) => void): void {
    let waiting = true;
    endBetween = (ours) => {
      waiting = false;
      endBetween = null;
      listener.onEnded(ours);
    };
    void work.then((value) => {
      if (!waiting) return;
      endBetween = null;
      onDone(value);
    });
  }

  function refused(facts: Ended, refusal: InviteRefusal): void {
    // RFC 4028 section 7.4.
    if (
      refusal.status === 422 &&
      refusal.minSessionS !== null &&
      refusal.minSessionS > (minSessionS ?? 0) &&
      intervals < INTERVALS_TRIED
    ) {
      intervals += 1;
      minSessionS = refusal.minSessionS;
      again(target, facts);
      return;
    }
    const fresh = tokenRetried ? null : ports.freshToken(target, refusal);
    if (fresh === null) {
      goOn(refusal.status, refusal.contacts, facts);
      return;
    }
    tokenRetried = true;
    pause(fresh, (inUse) => {
      if (inUse) again(target, facts);
      else listener.onEnded(facts);
    });
  }

  function listenerOf(): SessionListener {
    return {
      ...listener,
      onAnswered: () => {
        answered = true;
        listener.onAnswered();
      },
      onEnded: (facts) => {
        const refusal = attempt.refusal();
        if (answered || facts.by !== 'peer' || refusal === null) listener.onEnded(facts);
        else refused(facts, refusal);
      },
    };
  }

  const ended: Ended = { by: 'us', status: null, phrase: '', reason: null, trouble: null };
  return {
    direction: 'outgoing',
    get callId() {
      return attempt.session.callId;
    },
    answer: (stream) => attempt.session.answer(stream),
    end: (status) => (endBetween === null ? attempt.session.end(status) : endBetween(ended)),
    abandon: () =>
      endBetween === null ? attempt.session.abandon() : endBetween({ ...ended, by: 'system', trouble: 'transport' }),
    setMicrophone: (on) => {
      microphoneOn = on;
      attempt.session.setMicrophone(on);
    },
    replaceTrack: async (track) => {
      sound = new MediaStream([track]);
      if (endBetween === null) await attempt.session.replaceTrack(track);
    },
    reoffer: (offer) => attempt.session.reoffer(offer),
    sendDigit: (digit, durationMs, gapMs) => attempt.session.sendDigit(digit, durationMs, gapMs),
    connection: () => attempt.session.connection(),
  };
}
