/**
 * One call while it lives: turns what the stack says into transitions, and the agent's wishes (held, muted, digits) into
 * requests. What breaks is repaired as long as that can work: the sound does not depend on the flow, nor the call on either.
 */
import type { Call, Party } from '../../../contracts/call/call';
import { canHold, canMute, canResume, canSendDigits, transition, type CallEvent } from './call';
import { endOf } from '../port/cause';
import type { Clock } from '../../base/clock';
import { createCallDigits } from './call-digits';
import { cleanDigits } from './dtmf-queue';
import { whenFirstAudio } from './first-audio';
import { createReinviteQueue } from './reinvite-queue';
import { createSoundPath } from './sound-path';
import type { SessionListener, StackSession } from '../port/sip-stack';
import type { EngineEvent } from '../port/user-agent';
import { callProblem, digitsSent, stepInWords } from '../port/messages';

export interface LiveCallDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly mark: (name: string, detail: { readonly callId: string }) => void;
  /** The flow is there: requests within the dialog may be sent (JsSIP ends a call at an error of the transport). */
  readonly isUp: () => boolean;
  /** This call has the microphone. */
  readonly isActive: () => boolean;
  /** It gets the microphone if no call has it; true: it has it now. */
  readonly takeFloor: () => boolean;
  readonly onChange: () => void;
  readonly onEvent: (event: EngineEvent) => void;
  /** The far end is this line itself. */
  readonly isOwn: (peer: Party) => boolean;
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
  /** The agent's wish. False: it does not apply now. */
  readonly setHeld: (held: boolean) => boolean;
  /** Another call has the microphone now: quiet here at once, and on hold as soon as the far end can be told. */
  readonly stepAside: () => void;
  /** Who is active, muted or held changed. */
  readonly applyMicrophone: () => void;
  readonly sendDigits: (digits: string) => void;
  /** The agent says so: the next digits behind the number. */
  readonly sendAfter: () => void;
  readonly flowLost: () => void;
  /** Registered over another flow; `moved`: this computer's addresses changed, so the sound needs another path too. */
  readonly flowRestored: (moved: boolean) => void;
  /** The flow that the far end's requests took broke; the one for ours did not. */
  readonly stranded: () => void;
  readonly remoteStream: () => MediaStream | null;
}

/** Milliseconds. Who hangs up stops sending, which ICE finds within seconds of the 481; what breaks later broke for another reason. */
const LEFT_TOGETHER = 15_000;
/** After a gateway's restart both phones want to refresh the dialog; one of them is enough. */
const CALLER_FIRST = 500;

export function createLiveCall(initial: Call, deps: LiveCallDeps): LiveCallControl {
  const { clock } = deps;
  let call = initial;
  let session: StackSession | null = null;
  let remote: MediaStream | null = null;
  let flowDown = false;
  /** When the far end or the gateway said that there is no such dialog. */
  let goneAt = 0;
  /** The dialog is over and so is the sound: nobody is there. */
  let peerLeft = false;
  let stopListening: () => void = () => undefined;
  let firstHeard = false;

  const apply = (event: CallEvent): void => {
    const before = call;
    call = transition(before, event);
    if (call === before) return;
    const told = stepInWords(before, call);
    if (told !== null) deps.onEvent(told);
    if (call.phase === 'ended') {
      for (const cancel of [reinvites.stop, path.stop, stopListening]) cancel();
      remote = null;
      deps.onEnded();
    }
    deps.onChange();
  };
  const applyMicrophone = (): void => session?.setMicrophone(deps.isActive() && !call.muted && !reinvites.isHeld());
  const answered = (): boolean => call.phase === 'active' || call.phase === 'held' || call.phase === 'recovering';
  const heldByUs = (): boolean => (call.phase === 'held' || call.phase === 'recovering') && call.hold.byUs;
  const stepAside = (): void => {
    if (answered()) {
      apply({ type: 'hold', at: clock.now(), side: 'us', on: true });
      reinvites.wantHeld(true);
    }
    applyMicrophone();
  };
  const showInterruption = (): void =>
    apply(flowDown || path.isDown() ? { type: 'interrupted', at: clock.now() } : { type: 'restored' });

  const reinvites = createReinviteQueue({
    clock,
    random: deps.random,
    // What is sent in a dialog without a flow ends the call in JsSIP.
    mayOffer: () => session !== null && !flowDown && deps.isUp() && answered(),
    ownsCallId: () => call.direction === 'outgoing',
    isHeldByPeer: () => (call.phase === 'held' || call.phase === 'recovering') && call.hold.byPeer,
    isSoundDown: () => path.isDown(),
    send: (offer) => session?.reoffer(offer) ?? false,
    onAgreed: (iceRestart) => {
      if (call.problem === 'hold-failed') apply({ type: 'problem', problem: null });
      if (iceRestart) path.agreed();
    },
    onHoldRefused: (held, status) => {
      // While another call has the microphone this one stays on hold here, whatever its far end says.
      if (held || deps.takeFloor()) apply({ type: 'hold', at: clock.now(), side: 'us', on: held });
      if (call.problem !== 'signalling-lost') apply({ type: 'problem', problem: 'hold-failed' });
      deps.onEvent(callProblem(call, `the other side did not accept the hold (${status})`));
      applyMicrophone();
    },
    onDialog: (state) => {
      if (state !== 'known' && call.problem !== 'signalling-lost') {
        apply({ type: 'problem', problem: 'signalling-lost' });
        deps.onEvent(callProblem(call, 'the gateway does not find the other side of this call; the sound goes on'));
      } else if (state === 'known' && call.problem === 'signalling-lost') apply({ type: 'problem', problem: null });
      // A hold that nobody could be told of.
      if (state === 'known' && heldByUs() && !reinvites.isHeld()) reinvites.wantHeld(true);
      if (state === 'gone') goneAt = clock.now();
      endIfNothingIsLeft();
    },
  });

  /** RFC 3261 section 12.2.1.2 would end the call at the 481 alone; but a gateway that forgot everything says 481 too. */
  function endIfNothingIsLeft(): void {
    if (!path.isDown() || reinvites.dialog() !== 'gone') return;
    peerLeft = clock.now() - goneAt < LEFT_TOGETHER;
    session?.abandon();
  }

  const digits = createCallDigits({
    clock,
    session: () => session,
    mayPlay: () => canSendDigits(call) && !path.isDown(),
    isUp: deps.isUp,
    onFailed: () => apply({ type: 'problem', problem: 'dtmf-failed' }),
  });
  function play(clean: string, waitS: number): void {
    if (call.problem === 'dtmf-failed') apply({ type: 'problem', problem: null });
    digits.add(clean, waitS);
    apply({ type: 'digits', digits: clean });
    deps.onEvent(digitsSent(call, clean.length));
    digits.pump();
  }
  /** Once the call is up: what is to be sent by itself, up to what waits for the agent. */
  function playAfter(): void {
    for (let [next, ...rest] = call.after ?? []; next?.when === 'pause'; [next, ...rest] = rest) {
      apply({ type: 'after', after: rest });
      play(next.digits, next.waitS);
    }
  }
  const path = createSoundPath({
    clock,
    wantNewPath: () => reinvites.wantNewPath(),
    onDown: () => {
      showInterruption();
      endIfNothingIsLeft();
    },
    onBack: () => {
      reinvites.pathHealed();
      showInterruption();
      digits.pump();
    },
    onGivenUp: () => session?.abandon(),
  });

  const firstAudio = (): void => {
    if (firstHeard) return;
    firstHeard = true;
    deps.mark('ringfence:first-audio', { callId: call.id });
  };

  const listener: SessionListener = {
    onProgress: (earlyMedia) => {
      apply({ type: 'progress', earlyMedia });
      digits.pump();
    },
    onAnswered: () => {
      if (call.phase === 'ended') return;
      apply({ type: 'answered', at: clock.now() });
      deps.mark('ringfence:answered', { callId: call.id });
      if (deps.takeFloor()) applyMicrophone();
      else stepAside();
      // The flow may have gone between the answer and now.
      flowDown = !deps.isUp();
      showInterruption();
      reinvites.reconcile();
      playAfter();
    },
    onPeerHold: (on) => apply({ type: 'hold', at: clock.now(), side: 'peer', on }),
    onPeerOffer: reinvites.heardOfPeer,
    onReofferDone: reinvites.done,
    onDialogDoubt: reinvites.doubt,
    onDigitFailed: digits.failed,
    onRetried: (after) => {
      stopListening();
      remote = null;
      apply({ type: 'early-media-over' });
      // The digits of the number that it is sent on to lead to whom was dialled: those that were dialled come behind.
      if (after !== null) apply({ type: 'after', after: [...after, ...(initial.after ?? [])] });
      deps.onChange();
    },
    onRemoteStream: (stream) => {
      remote = stream;
      const connection = session?.connection() ?? null;
      if (connection !== null && !firstHeard) stopListening = whenFirstAudio(connection, clock, firstAudio);
      deps.onChange();
    },
    onIceState: (state) => {
      if (state === 'failed' && !answered()) session?.abandon();
      else if (state === 'failed' || state === 'disconnected') path.lost();
      else if (state === 'connected' || state === 'completed') path.back();
    },
    onEnded: (facts) => {
      const known = peerLeft ? { ...facts, by: 'peer' as const, trouble: null } : facts;
      apply({
        type: 'ended',
        at: clock.now(),
        ...endOf({
          ...known,
          direction: call.direction,
          rang: call.phase === 'ringing',
          answered: 'answeredAt' in call && call.answeredAt !== null,
          answering: call.phase === 'connecting',
          own: deps.isOwn(call.peer),
        }),
      });
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
      // Quiet here already, for another call: its far end is asked again.
      if (held && heldByUs() && !reinvites.isHeld()) reinvites.wantHeld(true);
      if (held ? !canHold(call) : !canResume(call)) return false;
      // Quiet at once: the agent may turn to a colleague before the far end has agreed.
      apply({ type: 'hold', at: clock.now(), side: 'us', on: held });
      reinvites.wantHeld(held);
      applyMicrophone();
      digits.pump();
      return true;
    },
    stepAside,
    applyMicrophone,
    sendDigits: (typed) => {
      const clean = cleanDigits(typed);
      if (clean === '' || !canSendDigits(call)) return;
      play(clean, 0);
    },
    sendAfter: () => {
      const [next, ...rest] = call.after ?? [];
      if (next === undefined || !canSendDigits(call)) return;
      apply({ type: 'after', after: rest });
      play(next.digits, 0);
      if (answered()) playAfter();
    },
    flowLost: () => {
      flowDown = true;
      showInterruption();
    },
    flowRestored: (moved) => {
      flowDown = false;
      showInterruption();
      if (moved) reinvites.wantNewPath();
      reinvites.wantRefresh(call.direction === 'outgoing' || path.isDown() ? 0 : CALLER_FIRST);
      digits.pump();
    },
    stranded: () => reinvites.wantRefresh(0),
    remoteStream: () => remote,
  };
}
