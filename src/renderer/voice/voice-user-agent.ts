/**
 * The phone of a line whose far end is an assistant: the same verbs as any UserAgent, with nothing to register and one call at a time. It
 * knows neither React nor window.ringfence; what it needs is injected.
 */
import type { MicrophoneSource } from '../media/microphone-source';
import type { Call, CallId, Party } from '../../contracts/call/call';
import type { CallCommand } from '../../contracts/call/call-command';
import { isLoopbackUrl } from '../../contracts/base/loopback';
import type { Profile } from '../../contracts/profile/profile';
import { fail, ok } from '../../contracts/base/result';
import type { TranscriptLine } from '../../contracts/call/transcript';
import { outgoingCall, staysWhenEnded } from '../phone/call/call';
import type { Clock } from '../base/clock';
import { usableIceServers } from '../phone/port/ice-policy';
import { microphoneSentence } from '../phone/port/refusals';
import { isLive, type EngineEvent, type PhoneSnapshot, type Sound, type UserAgent } from '../phone/port/user-agent';
import { calling, problem } from '../phone/port/messages';
import { createVoiceCall, type VoiceCall } from './voice-call';
import type { VoiceLine } from './voice-line';
import { createVoicePeer } from './voice-peer';

export interface VoiceUserAgentDeps {
  readonly profile: Profile;
  readonly line: VoiceLine;
  readonly microphone: MicrophoneSource;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly mark: (name: string, detail: { readonly callId: string }) => void;
  /** Told of what was said in a call, all of it each time; an empty list when the call is gone from the snapshot. */
  readonly onTranscript: (callId: CallId, lines: readonly TranscriptLine[]) => void;
}

/** How long the card of a call stays that ended as somebody wanted, milliseconds. */
const ENDED_STAYS = 5_000;

const TALKING = fail('rate-limited', 'You are talking to the assistant already.');
const STOPPED = fail('cancelled', 'The line was changed before the call was placed. Call again.');

interface Entry {
  readonly voice: VoiceCall;
  /** This call's own copy of the microphone. */
  media: MediaStream | null;
}

/** The assistant as the far end of a call. */
function assistantOf({ name, provider }: Profile): Party {
  return { uri: '', user: provider.kind === 'openai-realtime' ? provider.model : name, displayName: 'Assistant' };
}

export function createVoiceUserAgent(deps: VoiceUserAgentDeps): UserAgent {
  const { profile, line, microphone, clock } = deps;
  const entries = new Map<CallId, Entry>();
  const listeners = new Set<() => void>();
  const eventListeners = new Set<(event: EngineEvent) => void>();
  const soundListeners = new Set<() => void>();
  let shown: PhoneSnapshot | null = null;
  let sounds: readonly Sound[] = [];
  let running = false;
  let stopListening: () => void = () => undefined;

  const isRunning = (): boolean => running;
  const liveEntries = (): Entry[] => [...entries.values()].filter(({ voice }) => isLive(voice.call()));
  const onEvent = (event: EngineEvent): void => {
    for (const listener of [...eventListeners]) listener(event);
  };
  const onChange = (): void => {
    shown = null;
    const now = liveEntries().flatMap(({ voice }): Sound[] => {
      const stream = voice.remoteStream();
      return stream === null ? [] : [{ callId: voice.call().id, stream }];
    });
    if (now.length !== sounds.length || now.some(({ stream }, n) => sounds[n]?.stream !== stream)) {
      sounds = now;
      for (const listener of [...soundListeners]) listener();
    }
    for (const listener of [...listeners]) listener();
  };

  const stopAll = (media: MediaStream): void => {
    for (const track of media.getTracks()) track.stop();
  };
  const copyOf = (stream: MediaStream): MediaStream =>
    new MediaStream(stream.getAudioTracks().map((one) => one.clone()));
  function letGoOf(entry: Entry): void {
    if (entry.media === null) return;
    stopAll(entry.media);
    entry.media = null;
    microphone.release();
  }
  function dismiss(id: CallId): void {
    const entry = entries.get(id);
    if (entry === undefined || isLive(entry.voice.call())) return;
    entries.delete(id);
    deps.onTranscript(id, []);
    onChange();
  }

  function callWith(media: MediaStream, track: MediaStreamTrack): Entry {
    const initial: Call = {
      ...outgoingCall({ id: deps.newId(), peer: assistantOf(profile), profileId: profile.id, startedAt: clock.now() }),
      assistant: true,
    };
    const baseUrl = profile.provider.kind === 'openai-realtime' ? profile.provider.baseUrl : '';
    const voice = createVoiceCall(initial, {
      line,
      clock,
      mark: deps.mark,
      createPeer: (listener) =>
        createVoicePeer(
          {
            track,
            clock,
            iceServers: usableIceServers(profile.iceServers),
            ice: { hasTurn: false, gatewayOnThisComputer: isLoopbackUrl(baseUrl) === true },
          },
          listener,
        ),
      onChange,
      onEvent,
      onTranscript: (lines) => deps.onTranscript(initial.id, lines),
      onEnded: () => {
        letGoOf(entry);
        const ended = voice.call();
        // What an assistant hands over is read first, and so is why a call failed.
        if (!staysWhenEnded(ended)) clock.after(ENDED_STAYS, () => dismiss(initial.id));
      },
    });
    const entry: Entry = { voice, media };
    entries.set(initial.id, entry);
    onEvent(calling(initial, profile.name));
    onChange();
    return entry;
  }

  function act(id: CallId, command: CallCommand): void {
    const voice = entries.get(id)?.voice;
    if (voice === undefined) return;
    switch (command.verb) {
      case 'end':
        voice.end(voice.call().phase === 'dialing' || voice.call().phase === 'connecting' ? 'cancelled' : 'hung-up');
        return;
      case 'mute':
        voice.setMuted(command.on);
        return;
      case 'hold':
        voice.setHeld(true);
        return;
      case 'resume':
        voice.setHeld(false);
        return;
      case 'dismiss':
        dismiss(id);
        return;
      // It calls nobody, and an assistant hears no digits.
      case 'answer':
      case 'send-digits':
      case 'send-after':
        return;
    }
  }

  return {
    snapshot: () => {
      shown ??= {
        registration: running ? { phase: 'ready' } : { phase: 'offline' },
        calls: [...entries.values()].map(({ voice }) => voice.call()),
        activeCallId:
          liveEntries()
            .find(({ voice }) => voice.call().phase !== 'held')
            ?.voice.call().id ?? null,
        grant: null,
      };
      return shown;
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    onEvent: (listener) => {
      eventListeners.add(listener);
      return () => void eventListeners.delete(listener);
    },
    start: () => {
      running = true;
      stopListening = line.onEnded(({ callId, cause, details }) => {
        liveEntries()
          .find(({ voice }) => voice.lineCallId() === callId)
          ?.voice.end(cause, details);
      });
      onChange();
    },
    stop: () => {
      for (const { voice } of liveEntries()) voice.end('hung-up');
      stopListening();
      running = false;
      for (const id of [...entries.keys()]) dismiss(id);
      onChange();
      return Promise.resolve();
    },
    // There is no flow to repair, and ICE finds out by itself.
    reconnectNow: () => undefined,
    networkChanged: () => undefined,
    place: async (_typed, permission) => {
      if (liveEntries().length > 0) return TALKING;
      const allowed = permission === undefined ? ok(null) : await permission;
      if (!allowed.ok) return allowed;
      if (!isRunning()) return STOPPED;
      const acquired = await microphone.acquire();
      if (!acquired.ok)
        return fail('microphone-unavailable', microphoneSentence(acquired.failure.reason), 'choose-microphone');
      const media = copyOf(acquired.value);
      const [track] = media.getAudioTracks();
      // Meanwhile the person may have changed the line (nobody could see this call, or end it), or have placed another one.
      if (track === undefined || !isRunning() || liveEntries().length > 0) {
        stopAll(media);
        microphone.release();
        if (!isRunning()) return STOPPED;
        return track === undefined
          ? fail('microphone-unavailable', microphoneSentence('microphone-missing'), 'choose-microphone')
          : TALKING;
      }
      const { voice } = callWith(media, track);
      const { id } = voice.call();
      const placed = await voice.place().catch(() => {
        voice.end('failed', 'no offer could be made');
        return ok(null);
      });
      if (placed.ok) return ok(id);
      // The refusal has its own sentence and button; a card that failed says less.
      dismiss(id);
      onEvent(problem('Call refused', placed.failure.sentence));
      return placed;
    },
    act: (id, command) => {
      act(id, command);
      return Promise.resolve();
    },
    useMicrophone: (stream) => {
      for (const entry of liveEntries()) {
        const before = entry.media;
        const media = copyOf(stream);
        const [track] = media.getAudioTracks();
        if (before === null || track === undefined) continue;
        entry.media = media;
        entry.voice.useTrack(track);
        stopAll(before);
      }
      return Promise.resolve();
    },
    remoteStream: (id) => entries.get(id)?.voice.remoteStream() ?? null,
    sounds: () => sounds,
    onSounds: (listener) => {
      soundListeners.add(listener);
      return () => void soundListeners.delete(listener);
    },
    stats: async (id) => {
      const entry = entries.get(id);
      if (entry === undefined || !isLive(entry.voice.call())) return null;
      return entry.voice.connection().getStats();
    },
  };
}
