/** Which calls there are, and who has the microphone: one call at a time, and each its own copy of it. */
import type { MicrophoneSource } from '../../media/microphone-source';
import type { Call, CallFacts, CallId, Party } from '../../../contracts/call/call';
import { canAnswer, incomingCall, outgoingCall, staysWhenEnded } from './call';
import { createLiveCall, type LiveCallControl, type LiveCallDeps } from './live-call';
import { microphoneSentence } from '../port/refusals';
import { isLive, type Sound } from '../port/user-agent';
import { calling, callProblem } from '../port/messages';
import { identityParts } from '../../../contracts/profile/identity';

export interface CallTableDeps extends Pick<
  LiveCallDeps,
  'clock' | 'random' | 'mark' | 'isUp' | 'onChange' | 'onEvent'
> {
  readonly microphone: MicrophoneSource;
  readonly newId: () => string;
  /** Whose calls these are. */
  readonly line: () => { readonly profileId: string; readonly identity: string };
  /** The call with this Call-ID has ended; null: it never had one. */
  readonly onEnded: (sipCallId: string | null) => void;
}

export interface CallEntry extends LiveCallControl {
  /** This call's own copy of the microphone, so that its mute is its own. */
  media: MediaStream | null;
  answering: boolean;
}

export interface CallTable {
  readonly all: () => readonly Call[];
  readonly live: () => readonly CallEntry[];
  readonly get: (id: CallId) => CallEntry | undefined;
  readonly activeCallId: () => CallId | null;
  readonly sounds: () => readonly Sound[];
  readonly track: (
    direction: 'incoming' | 'outgoing',
    peer: Party,
    typed?: Pick<CallFacts, 'dialled' | 'after' | 'sipCallId'>,
  ) => CallEntry;
  /** A call to be placed, with its copy of the microphone that was acquired for it; the others are put on hold. */
  readonly dial: (
    peer: Party,
    microphone: MediaStream,
    typed?: Pick<CallFacts, 'dialled' | 'after' | 'sipCallId'>,
  ) => { readonly entry: CallEntry; readonly media: MediaStream };
  /** It was never placed: gone as if nobody had dialled. */
  readonly forget: (id: CallId) => void;
  readonly dismiss: (id: CallId) => void;
  readonly answer: (id: CallId) => Promise<void>;
  readonly hold: (id: CallId) => void;
  readonly resume: (id: CallId) => void;
  readonly useMicrophone: (stream: MediaStream) => Promise<void>;
}

/** How long the card of a call stays that ended as somebody wanted, milliseconds. */
const ENDED_STAYS = 5_000;
/** So many cards wait for the agent at most, the newest: a caller who dials and gives up all night fills no memory. */
export const MOST_KEPT = 100;

/** A copy of the microphone's track for one call. */
const copyOf = (stream: MediaStream): MediaStream => new MediaStream(stream.getAudioTracks().map((one) => one.clone()));

/** Creates an empty table. */
export function createCallTable(deps: CallTableDeps): CallTable {
  const entries = new Map<CallId, CallEntry>();
  let activeCallId: CallId | null = null;
  const live = (): CallEntry[] => [...entries.values()].filter((entry) => isLive(entry.call()));

  function track(
    direction: 'incoming' | 'outgoing',
    peer: Party,
    typed: Pick<CallFacts, 'dialled' | 'after' | 'sipCallId'> = {},
  ): CallEntry {
    const { profileId, identity } = deps.line();
    const facts = { id: deps.newId(), peer, profileId, startedAt: deps.clock.now() };
    const { id } = facts;
    const control = createLiveCall(
      direction === 'incoming' ? incomingCall({ ...facts, ...typed }) : outgoingCall({ ...facts, ...typed }),
      {
        ...deps,
        isActive: () => activeCallId === id,
        takeFloor: () => {
          if (activeCallId === null) {
            activeCallId = id;
            deps.onChange();
          }
          return activeCallId === id;
        },
        isOwn: ({ uri }) => uri.toLowerCase() === `sip:${identity}`.toLowerCase(),
        onEnded: () => finish(id),
      },
    );
    const entry: CallEntry = { ...control, media: null, answering: false };
    entries.set(id, entry);
    deps.onEvent(calling(control.call(), identityParts(identity).user));
    deps.onChange();
    return entry;
  }
  function finish(id: CallId): void {
    const entry = entries.get(id);
    if (entry === undefined) return;
    if (activeCallId === id) activeCallId = null;
    letGoOf(entry);
    deps.onEnded(entry.session()?.callId ?? null);
    if (staysWhenEnded(entry.call())) forgetOldest();
    else deps.clock.after(ENDED_STAYS, () => dismiss(id));
  }
  function letGoOf(entry: CallEntry): void {
    if (entry.media === null) return;
    for (const one of entry.media.getTracks()) one.stop();
    entry.media = null;
    deps.microphone.release();
  }
  function dismiss(id: CallId): void {
    const entry = entries.get(id);
    if (entry === undefined || isLive(entry.call())) return;
    entries.delete(id);
    deps.onChange();
  }
  function forgetOldest(): void {
    const kept = [...entries.values()].map((entry) => entry.call()).filter(staysWhenEnded);
    for (const { id } of kept.slice(0, Math.max(0, kept.length - MOST_KEPT))) entries.delete(id);
  }
  /** A call to a person calls him back. */
  function calledBack(uri: string): void {
    for (const entry of [...entries.values()]) {
      const call = entry.call();
      if (staysWhenEnded(call) && call.peer.uri === uri) entries.delete(call.id);
    }
  }
  /** This call gets the microphone. The others lose it at once, whatever phase they are in and whatever their far ends say to a hold. */
  function makeActive(id: CallId): void {
    activeCallId = id;
    for (const entry of live()) {
      if (entry.call().id === id) entry.applyMicrophone();
      else entry.stepAside();
    }
    deps.onChange();
  }

  return {
    all: () => [...entries.values()].map((entry) => entry.call()),
    live,
    get: (id) => entries.get(id),
    activeCallId: () => activeCallId,
    sounds: () =>
      live().flatMap((entry): Sound[] => {
        const stream = entry.remoteStream();
        return stream === null ? [] : [{ callId: entry.call().id, stream }];
      }),
    track,
    dial: (peer, microphone, typed) => {
      calledBack(peer.uri);
      const entry = track('outgoing', peer, typed);
      const media = copyOf(microphone);
      entry.media = media;
      makeActive(entry.call().id);
      return { entry, media };
    },
    forget: (id) => {
      const entry = entries.get(id);
      if (entry === undefined) return;
      letGoOf(entry);
      if (activeCallId === id) activeCallId = null;
      entries.delete(id);
    },
    dismiss,
    answer: async (id) => {
      const entry = entries.get(id);
      const session = entry?.session();
      if (
        entry === undefined ||
        session === null ||
        session === undefined ||
        entry.answering ||
        !canAnswer(entry.call())
      )
        return;
      entry.answering = true;
      const acquired = await deps.microphone.acquire();
      entry.answering = false;
      if (!acquired.ok) {
        entry.apply({ type: 'problem', problem: acquired.failure.reason });
        deps.onEvent(callProblem(entry.call(), microphoneSentence(acquired.failure.reason)));
        return;
      }
      // The caller may have given up while the system asked for permission.
      if (!canAnswer(entry.call())) {
        deps.microphone.release();
        return;
      }
      entry.media = copyOf(acquired.value);
      makeActive(id);
      entry.apply({ type: 'answering' });
      session.answer(entry.media);
    },
    hold: (id) => {
      if (entries.get(id)?.setHeld(true) !== true || activeCallId !== id) return;
      activeCallId = null;
      deps.onChange();
    },
    resume: (id) => {
      const entry = entries.get(id);
      if (entry === undefined || !isLive(entry.call())) return;
      makeActive(id);
      entry.setHeld(false);
    },
    useMicrophone: async (stream) => {
      for (const entry of live()) {
        const session = entry.session();
        if (entry.media === null || session === null) continue;
        const before = entry.media;
        entry.media = copyOf(stream);
        const [next] = entry.media.getAudioTracks();
        if (next !== undefined) await session.replaceTrack(next);
        for (const one of before.getTracks()) one.stop();
      }
    },
  };
}
