/**
 * One call while it lives: turns what the stack says into transitions, and the agent's wishes (held, muted, digits) into
 * requests. Wishes are desired states: `reconcile` brings the session to them when the flow and the dialog allow it.
 */
import type { Call, Party } from '../../contracts/call';
import { canHold, canMute, canResume, canSendDigits, transition, type CallEvent } from './call';
import { endOf } from './cause';
import type { Clock } from './clock';
import { cleanDigits, dequeue, emptyQueue, enqueue } from './dtmf-queue';
import { whenFirstAudio } from './first-audio';
import { glareDelay } from './retry-policy';
import type { SessionListener, StackSession } from './sip-stack';
import type { EngineEvent } from './user-agent';
import { callProblem, digitsSent, stepInWords } from './words';

export interface LiveCallDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly mark: (name: string, detail: { readonly callId: string }) => void;
  /** The flow is there: requests within the dialog may be sent (FACTS: a transport error ends the call in JsSIP). */
  readonly isUp: () => boolean;
  readonly onChange: () => void;
  readonly onEvent: (event: EngineEvent) => void;
  /** Once, when the call has ended. */
  readonly onEnded: () => void;
}

export interface LiveCallControl {
  readonly call: () => Call;
  readonly peer: () => Party;
  readonly apply: (event: CallEvent) => void;
  /** The session is known only after the call was made; its listener is needed before. */
  readonly attach: (session: StackSession) => void;
  readonly listener: SessionListener;
  readonly session: () => StackSession | null;
  readonly setMuted: (muted: boolean) => void;
  readonly setHeld: (held: boolean) => void;
  readonly sendDigits: (digits: string) => void;
  readonly flowLost: () => void;
  readonly flowRestored: () => void;
  readonly remoteStream: () => MediaStream | null;
}

/** Milliseconds: a digit's length and the silence behind it (RFC 4733 section 2.5 wants at least 40 each). */
const DIGIT = 100;
const GAP = 70;
/** How long until another offer is tried while the dialog is busy with one. */
const BUSY = 50;
const GLARE_TRIES = 4;
/** ICE failed: how long a restart may take before the call is given up. */
const ICE_GRACE = 20_000;

export function createLiveCall(initial: Call, deps: LiveCallDeps): LiveCallControl {
  const { clock } = deps;
  let call = initial;
  let session: StackSession | null = null;
  let remote: MediaStream | null = null;
  let wantHeld = false;
  let agreedHeld = false;
  let wantIceRestart = false;
  let offered: { readonly held: boolean; readonly iceRestart: boolean } | null = null;
  let glares = 0;
  let queue = emptyQueue;
  let digitSounds = false;
  let cancelReconcile: () => void = () => undefined;
  let cancelIceGrace: (() => void) | null = null;
  let stopListening: () => void = () => undefined;
  let firstHeard = false;

  const apply = (event: CallEvent): void => {
    const before = call;
    call = transition(before, event);
    if (call === before) return;
    const told = stepInWords(before, call);
    if (told !== null) deps.onEvent(told);
    if (call.phase === 'ended') {
      cancelReconcile();
      cancelIceGrace?.();
      stopListening();
      remote = null;
      deps.onEnded();
    }
    deps.onChange();
  };
  const applyMicrophone = (): void => session?.setMicrophone(!call.muted && !wantHeld);
  const later = (ms: number): void => {
    cancelReconcile();
    cancelReconcile = clock.after(ms, reconcile);
  };

  function reconcile(): void {
    if (session === null || offered !== null || !deps.isUp()) return;
    if (call.phase !== 'active' && call.phase !== 'held') return;
    if (wantHeld === agreedHeld && !wantIceRestart) return;
    const byPeer = call.phase === 'held' && call.hold.byPeer;
    offered = { held: wantHeld, iceRestart: wantIceRestart };
    // RFC 3264 section 8.4: a stream that we may only receive is held by `inactive`.
    const sent = session.reoffer({ hold: !wantHeld ? 'none' : byPeer ? 'inactive' : 'sendonly', iceRestart: wantIceRestart });
    if (sent) return;
    offered = null;
    later(BUSY);
  }

  const reofferDone = (status: number): void => {
    const done = offered;
    offered = null;
    if (done === null) return;
    if (status >= 200 && status < 300) {
      glares = 0;
      agreedHeld = done.held;
      if (done.iceRestart) wantIceRestart = false;
      if (call.problem === 'hold-failed') apply({ type: 'problem', problem: null });
      reconcile();
      return;
    }
    if (status === 491 && glares < GLARE_TRIES) {
      glares += 1;
      later(glareDelay(call.direction === 'outgoing', deps.random()));
      return;
    }
    glares = 0;
    wantIceRestart = false;
    if (done.held === agreedHeld) return;
    // RFC 3261 section 14.1: a refused re-INVITE leaves the session as it was, and so do we.
    wantHeld = agreedHeld;
    apply({ type: 'hold', side: 'us', on: agreedHeld });
    apply({ type: 'problem', problem: 'hold-failed' });
    deps.onEvent(callProblem(call, `the other side did not accept the hold (${status})`));
    applyMicrophone();
  };

  function pumpDigits(): void {
    if (digitSounds || session === null || !canSendDigits(call)) return;
    const next = dequeue(queue);
    if (next === null) return;
    if (!session.sendDigit(next.digit, DIGIT, GAP)) {
      digitFailed();
      return;
    }
    queue = next.rest;
    digitSounds = true;
    clock.after(DIGIT + GAP, () => {
      digitSounds = false;
      pumpDigits();
    });
  }
  const digitFailed = (): void => {
    queue = emptyQueue;
    apply({ type: 'problem', problem: 'dtmf-failed' });
  };

  const iceFailed = (): void => {
    if (call.phase !== 'active' && call.phase !== 'held' && call.phase !== 'recovering') {
      session?.abandon();
      return;
    }
    wantIceRestart = true;
    cancelIceGrace ??= clock.after(ICE_GRACE, () => session?.abandon());
    reconcile();
  };

  const firstAudio = (): void => {
    if (firstHeard) return;
    firstHeard = true;
    deps.mark('ringfence:first-audio', { callId: call.id });
  };

  const listener: SessionListener = {
    onProgress: (earlyMedia) => {
      apply({ type: 'progress', earlyMedia });
      pumpDigits();
    },
    onAnswered: () => {
      if (call.phase === 'ended') return;
      apply({ type: 'answered', at: clock.now() });
      deps.mark('ringfence:answered', { callId: call.id });
      applyMicrophone();
      // The flow may have gone between the answer and now.
      if (!deps.isUp()) apply({ type: 'flow-lost', at: clock.now() });
      reconcile();
    },
    onPeerHold: (on) => apply({ type: 'hold', side: 'peer', on }),
    onReofferDone: reofferDone,
    onDigitFailed: digitFailed,
    onRemoteStream: (stream) => {
      remote = stream;
      const connection = session?.connection() ?? null;
      if (connection !== null && !firstHeard) stopListening = whenFirstAudio(connection, clock, firstAudio);
      deps.onChange();
    },
    onIceState: (state) => {
      if (state === 'failed') iceFailed();
      else if (state === 'disconnected') {
        wantIceRestart = true;
        reconcile();
      } else if (state === 'connected' || state === 'completed') {
        cancelIceGrace?.();
        cancelIceGrace = null;
        if (offered?.iceRestart !== true) wantIceRestart = false;
      }
    },
    onEnded: (facts) => {
      const answered = 'answeredAt' in call && call.answeredAt !== null;
      apply({ type: 'ended', at: clock.now(), ...endOf({ ...facts, direction: call.direction, answered }) });
    },
  };

  return {
    call: () => call,
    peer: () => call.peer,
    apply,
    attach: (made) => {
      session = made;
      applyMicrophone();
    },
    listener,
    session: () => session,
    setMuted: (muted) => {
      if (!canMute(call)) return;
      apply({ type: 'muted', on: muted });
      applyMicrophone();
    },
    setHeld: (held) => {
      if (held ? !canHold(call) : !canResume(call)) return;
      wantHeld = held;
      // Quiet at once: the agent may turn to a colleague before the far end has agreed.
      apply({ type: 'hold', side: 'us', on: held });
      applyMicrophone();
      reconcile();
    },
    sendDigits: (typed) => {
      const digits = cleanDigits(typed);
      if (digits === '' || !canSendDigits(call)) return;
      if (call.problem === 'dtmf-failed') apply({ type: 'problem', problem: null });
      queue = enqueue(queue, digits);
      apply({ type: 'digits', digits });
      deps.onEvent(digitsSent(call, digits.length));
      pumpDigits();
    },
    flowLost: () => apply({ type: 'flow-lost', at: clock.now() }),
    flowRestored: () => {
      apply({ type: 'flow-restored' });
      reconcile();
      pumpDigits();
    },
    remoteStream: () => remote,
  };
}
