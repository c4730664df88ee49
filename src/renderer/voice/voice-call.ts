/** One call to an assistant while it lives. Its states are those of any call; it is connected when sound and data channel both are. */
import type { AssistantProblem, Call, EndCause } from '../../contracts/call/call';
import type { TranscriptLine } from '../../contracts/call/transcript';
import type { Result } from '../../contracts/base/result';
import { canHold, canMute, canResume, transition, type CallEvent } from '../phone/call/call';
import type { Clock } from '../base/clock';
import { whenFirstAudio } from '../phone/call/first-audio';
import type { EngineEvent } from '../phone/port/user-agent';
import { callProblem, stepInWords } from '../phone/port/messages';
import { GO_ON_MESSAGE, readVoiceEvent, toolOutputMessage, type VoiceEvent } from './voice-event';
import type { VoiceLine } from './voice-line';
import type { VoicePeer, VoicePeerListener } from './voice-peer';
import { withSaid, withTruncated, withUnwritten } from './voice-transcript';

export interface VoiceCallDeps {
  readonly line: VoiceLine;
  readonly clock: Clock;
  readonly createPeer: (listener: VoicePeerListener) => VoicePeer;
  readonly onChange: () => void;
  readonly onEvent: (event: EngineEvent) => void;
  readonly onTranscript: (lines: readonly TranscriptLine[]) => void;
  readonly onEnded: () => void;
  readonly mark: (name: string, detail: { readonly callId: string }) => void;
}

export interface VoiceCall {
  readonly call: () => Call;
  /** Main's name of the call, or null before it is placed. */
  readonly lineCallId: () => string | null;
  /** ReinviteQueue, places, and takes the answer. Fails as main does; the call is over then. Resolves at once when the call ends meanwhile. */
  readonly place: () => Promise<Result<null>>;
  readonly end: (cause: EndCause, details?: string) => void;
  readonly setMuted: (muted: boolean) => void;
  readonly setHeld: (held: boolean) => void;
  readonly useTrack: (track: MediaStreamTrack) => void;
  readonly remoteStream: () => MediaStream | null;
  readonly connection: () => RTCPeerConnection;
}

/** Milliseconds from the answer until sound and data channel must be there. */
export const CONNECT_WITHIN = 15_000;

/** In the live column; the card says what to do. */
const ASSISTANT_NEWS: Readonly<Record<AssistantProblem, string>> = {
  'assistant-failed': 'an answer failed',
  'assistant-busy': 'an answer failed: its system is asked too often',
  'assistant-unpaid': 'an answer failed: its account has nothing left',
  'assistant-cut': 'an answer became too long and is not whole',
  'assistant-filtered': 'an answer was stopped by a filter of its system',
  'assistant-unwritten': 'what you said was not written down',
};

const OK: Result<null> = { ok: true, value: null };

/** Creates the call in its first state; `place` sets it going. */
export function createVoiceCall(initial: Call, deps: VoiceCallDeps): VoiceCall {
  const { line, clock } = deps;
  let call = initial;
  let lineCallId: string | null = null;
  let remote: MediaStream | null = null;
  let connected = false;
  let channelOpen = false;
  let lines: readonly TranscriptLine[] = [];
  const toolCalls = new Set<string>();
  const turn = { answering: false, toolsRunning: 0, owed: false };
  let cancelWait: () => void = () => undefined;
  let stopListening: () => void = () => undefined;
  let tellOver: (value: null) => void = () => undefined;
  const over = new Promise<null>((resolve) => (tellOver = resolve));

  const isOver = (): boolean => call.phase === 'ended';
  const apply = (event: CallEvent): void => {
    const before = call;
    call = transition(before, event);
    if (call === before) return;
    const told = stepInWords(before, call);
    if (told !== null) deps.onEvent(told);
    deps.onChange();
  };

  /** Nothing of the call is left here afterwards; main ends it at the system, and forgets it. */
  const end = (cause: EndCause, details = ''): void => {
    if (isOver()) return;
    cancelWait();
    stopListening();
    peer.close();
    remote = null;
    if (lineCallId !== null) void hangUp(lineCallId);
    apply({ type: 'ended', at: clock.now(), cause, details });
    tellOver(null);
    deps.onEnded();
  };
  const hangUp = async (id: string): Promise<void> => {
    const ended = await line.hangUp(id);
    if (!ended.ok) deps.onEvent(callProblem(call, `the end was not confirmed: ${ended.failure.sentence}`));
  };

  const answeredWhenUp = (): void => {
    if (!connected || !channelOpen || call.phase !== 'connecting') return;
    cancelWait();
    apply({ type: 'answered', at: clock.now() });
    deps.mark('ringfence:answered', { callId: call.id });
    applySound();
  };
  const applySound = (): void => {
    const held = (call.phase === 'held' || call.phase === 'recovering') && call.hold.byUs;
    peer.setSound({ muted: call.muted, held });
  };

  const runTool = async ({
    toolCallId,
    name,
    arguments: text,
  }: Extract<VoiceEvent, { kind: 'tool' }>): Promise<void> => {
    if (lineCallId === null || toolCalls.has(toolCallId)) return;
    toolCalls.add(toolCallId);
    turn.toolsRunning += 1;
    const result = await line.runTool({ callId: lineCallId, toolCallId, name, arguments: text });
    turn.toolsRunning -= 1;
    peer.send(
      toolOutputMessage(
        toolCallId,
        result.ok ? result.value.output : JSON.stringify({ error: result.failure.sentence }),
      ),
    );
    turn.owed = true;
    goOn();
  };
  /** One answer to all outputs, and none before the answer that asked for them is through: the system refuses it, and says nothing more. */
  const goOn = (): void => {
    if (turn.answering || turn.toolsRunning > 0 || !turn.owed) return;
    turn.owed = false;
    peer.send(GO_ON_MESSAGE);
  };

  const show = (next: readonly TranscriptLine[]): void => {
    if (next === lines) return;
    lines = next;
    deps.onTranscript(lines);
  };
  /** A sentence on the card, until the assistant begins its next answer. */
  const tellProblem = (problem: AssistantProblem): void => {
    apply({ type: 'problem', problem });
    deps.onEvent(callProblem(call, ASSISTANT_NEWS[problem]));
  };
  const forgetProblem = (): void => {
    if (call.problem?.startsWith('assistant-') === true) apply({ type: 'problem', problem: null });
  };

  const heard = (event: VoiceEvent): void => {
    switch (event.kind) {
      case 'unwritten':
        show(withUnwritten(lines, event.itemId));
        tellProblem('assistant-unwritten');
        return;
      case 'truncated':
        show(withTruncated(lines, event.itemId));
        return;
      case 'said': {
        const next = withSaid(lines, event);
        if (next === lines) return;
        lines = next;
        deps.onTranscript(lines);
        const line = lines.findLast(({ itemId, completed }) => completed && itemId === event.itemId);
        if (event.completed && line !== undefined)
          deps.onEvent({ category: 'calls', kind: 'call-said', title: line.speaker, detail: line.text });
        return;
      }
      case 'tool':
        void runTool(event);
        return;
      case 'response':
        turn.answering = event.state === 'begun';
        if (event.state === 'begun') forgetProblem();
        else if (event.problem !== undefined) tellProblem(event.problem);
        // An answer that begins knows the outputs of before; one that was cut short is followed by what the caller says.
        if (event.state !== 'done') turn.owed = false;
        goOn();
        return;
      case 'error':
        deps.onEvent(callProblem(call, event.sentence === '' ? 'the assistant reports an error' : event.sentence));
        return;
      case 'session':
        return;
    }
  };

  const peer = deps.createPeer({
    onOpen: () => {
      channelOpen = true;
      answeredWhenUp();
    },
    onMessage: (message) => {
      const event = readVoiceEvent(message);
      if (event !== null) heard(event);
    },
    onRemoteStream: (stream) => {
      remote = stream;
      stopListening = whenFirstAudio(peer.connection, clock, () =>
        deps.mark('ringfence:first-audio', { callId: call.id }),
      );
      deps.onChange();
    },
    onState: (state) => {
      if (state === 'failed')
        end(call.phase === 'dialing' || call.phase === 'connecting' ? 'unreachable' : 'connection-lost', 'ICE failed');
      else if (state === 'disconnected') apply({ type: 'interrupted', at: clock.now() });
      else {
        connected = true;
        answeredWhenUp();
        apply({ type: 'restored' });
      }
    },
    onClosed: () => end(call.phase === 'connecting' || call.phase === 'dialing' ? 'unreachable' : 'hung-up-by-peer'),
  });

  return {
    call: () => call,
    lineCallId: () => lineCallId,
    place: async () => {
      // A connection that is closed gathers no candidate any more: its offer never comes.
      const offer = await Promise.race([peer.offer(), over]);
      if (offer === null || isOver()) return OK;
      const placing = line.place(offer);
      const placed = await Promise.race([placing, over]);
      if (placed === null || isOver()) {
        // The person gave up while main was placing it: it is hung up as soon as it has a name.
        void placing.then((late) => (late.ok ? hangUp(late.value.callId) : undefined));
        return OK;
      }
      if (!placed.ok) {
        end('refused', placed.failure.sentence);
        return placed;
      }
      lineCallId = placed.value.callId;
      apply({ type: 'accepted' });
      cancelWait = clock.after(CONNECT_WITHIN, () => end('unreachable', 'no sound within 15 s'));
      if (!(await peer.accept(placed.value.answer))) end('not-acceptable', 'the answer could not be used');
      answeredWhenUp();
      return OK;
    },
    end,
    setMuted: (muted) => {
      if (!canMute(call)) return;
      apply({ type: 'muted', on: muted });
      applySound();
    },
    setHeld: (held) => {
      if (held ? !canHold(call) : !canResume(call)) return;
      apply({ type: 'hold', at: clock.now(), side: 'us', on: held });
      applySound();
    },
    useTrack: peer.useTrack,
    remoteStream: () => remote,
    connection: () => peer.connection,
  };
}
