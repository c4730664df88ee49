/** Puts the UserAgent together: one registration, its calls, and the rule that one call at a time has the microphone. */
import type { CallId, Party } from '../../contracts/call';
import type { Grant } from '../../contracts/grant';
import { isLoopbackUrl } from '../../contracts/loopback';
import { fail, ok } from '../../contracts/result';
import { parseTarget } from '../../contracts/sip-uri';
import { canAnswer, canEnd, incomingCall, outgoingCall } from './call';
import type { Clock } from './clock';
import type { WebSocketConstructor } from './flow';
import { createLiveCall, type LiveCallControl } from './live-call';
import { partyOf } from './party';
import { microphoneSentence, targetSentence } from './refusals';
import { createRegistration } from './registration';
import { createSipSocket } from './sip-socket';
import type { SipStack, StackConfig, StackListener } from './sip-stack';
import type { TraceEntry } from './trace';
import { isLive, type EngineEvent, type GrantSource, type MicrophoneSource, type PhoneSnapshot, type Sound, type UserAgent } from './user-agent';
import { calling, callProblem } from './words';

export interface UserAgentDeps {
  readonly grants: GrantSource;
  readonly microphone: MicrophoneSource;
  readonly WebSocket: WebSocketConstructor;
  readonly createStack: (config: StackConfig, listener: StackListener) => SipStack;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly newId: () => string;
  /** User Timing: `ringfence:registered`, `:restored`, `:invite-sent`, `:answered`, `:first-audio`. */
  readonly mark: (name: string, detail: { readonly callId?: string }) => void;
  /** Value of the User-Agent header. */
  readonly product: string;
  /** The redacted wire. */
  readonly onTrace?: (entry: TraceEntry) => void;
}

/** Milliseconds. */
const ENDED_STAYS = 5_000;
/** How long a new call may stay unseen while its INVITE is made and a phone that answers by itself answers. */
const UNSEEN = 40;
/** How long when it was answered by then, for its first sound. */
const UNHEARD = 100;
const STOP_WITHIN = 2_000;

interface Entry extends LiveCallControl {
  /** This call's own copy of the microphone, so that its mute is its own. */
  media: MediaStream | null;
  answering: boolean;
}

export function createUserAgent(deps: UserAgentDeps): UserAgent {
  const { clock } = deps;
  const entries = new Map<CallId, Entry>();
  const listeners = new Set<() => void>();
  const eventListeners = new Set<(event: EngineEvent) => void>();
  let activeCallId: CallId | null = null;
  let stack: SipStack | null = null;
  let shown: PhoneSnapshot | null = null;

  /** Not null while a new call is not shown: drawing it would hold its INVITE up, and the sound of an answer that comes at once, longer than either takes. */
  let showNewCall: (() => void) | null = null;

  let sounds: readonly Sound[] = [];
  const soundListeners = new Set<() => void>();
  /** Sound waits for no drawing: Chromium takes no packet in before somebody plays the track. */
  function tellSounds(): void {
    const now = liveEntries().flatMap((entry): Sound[] => {
      const stream = entry.remoteStream();
      return stream === null ? [] : [{ callId: entry.call().id, stream }];
    });
    if (now.length === sounds.length && now.every(({ callId, stream }, n) => sounds[n]?.callId === callId && sounds[n].stream === stream)) return;
    sounds = now;
    for (const listener of [...soundListeners]) listener();
  }

  const onChange = (): void => {
    shown = null;
    tellSounds();
    if (showNewCall === null) for (const listener of [...listeners]) listener();
  };
  /** Changes are told again after `UNSEEN`, or `UNHEARD` when the call is answered by then; with its first sound, or when it is over, at once. */
  function newCallShown(): Promise<void> {
    showNewCall?.();
    return new Promise((resolve) => {
      const show = (): void => showNewCall?.();
      let cancel = clock.after(UNSEEN, () => {
        if (activeCallId !== null && entries.get(activeCallId)?.call().phase === 'active') cancel = clock.after(UNHEARD - UNSEEN, show);
        else show();
      });
      showNewCall = () => {
        cancel();
        showNewCall = null;
        onChange();
        resolve();
      };
    });
  }
  const onEvent = (event: EngineEvent): void => {
    for (const listener of [...eventListeners]) listener(event);
  };
  const liveEntries = (): Entry[] => [...entries.values()].filter((entry) => isLive(entry.call()));

  const socket = createSipSocket(
    { WebSocket: deps.WebSocket, clock, random: deps.random, trace: (entry) => deps.onTrace?.(entry) },
    {
      onMessage: (text) => stack?.receive(text),
      onLost: (end) => {
        for (const entry of liveEntries()) {
          // Its CANCEL can't reach us any more: better a lost call than one that rings for nobody.
          if (canAnswer(entry.call())) entry.session()?.abandon();
          else entry.flowLost();
        }
        registration.flowLost(end);
      },
      onStranded: (callIds) => {
        for (const entry of liveEntries()) if (callIds.has(entry.session()?.callId ?? '')) entry.stranded();
      },
      onRequestSent: ({ method, inDialog, callId }) => {
        if (method !== 'INVITE' || inDialog) return;
        const entry = liveEntries().find((one) => one.session()?.callId === callId);
        if (entry !== undefined) deps.mark('ringfence:invite-sent', { callId: entry.call().id });
      },
    },
  );
  const registration = createRegistration({
    grants: deps.grants,
    socket,
    clock,
    random: deps.random,
    register: (grant) => {
      present(grant);
      stackFor(grant).register();
    },
    present,
    onChange: () => {
      if (registration.state().phase === 'registered' && shown?.registration.phase !== 'registered') deps.mark('ringfence:registered', {});
      onChange();
    },
    onEvent,
    onRestored: (moved) => {
      deps.mark('ringfence:restored', {});
      for (const entry of liveEntries()) entry.flowRestored(moved);
    },
  });

  function present(grant: Grant): void {
    socket.present(grant);
    stackFor(grant).useCredentials(grant.presentation.kind === 'digest' ? grant.presentation : null);
  }

  function stackFor(grant: Grant): SipStack {
    const gatewayOnThisComputer = isLoopbackUrl(grant.url) === true;
    const hasTurn = grant.iceServers.some((server) => server.urls.some((url) => /^turns?:/.test(url)));
    stack ??= deps.createStack(
      {
        identity: grant.identity,
        displayName: grant.displayName,
        instanceId: grant.instanceId,
        url: grant.url,
        product: deps.product,
        ice: { hasTurn, gatewayOnThisComputer },
        iceServers: grant.iceServers.map(({ urls, username }) => (username === undefined ? { urls } : { urls, username })),
        clock,
      },
      {
        send: (text) => socket.send(text),
        onRegisterAnswer: (answer) => registration.registerAnswered(answer),
        onInviteRefused: (target, refusal) => registration.presentAnother(target, refusal),
        onIncoming: (session, peer) => {
          const entry = track('incoming', peer);
          entry.attach(session);
          return entry.listener;
        },
      },
    );
    return stack;
  }

  function track(direction: 'incoming' | 'outgoing', peer: Party): Entry {
    const facts = { id: deps.newId(), peer, profileId: registration.grant()?.profileId ?? '', startedAt: clock.now() };
    const live = createLiveCall(direction === 'incoming' ? incomingCall(facts) : outgoingCall(facts), {
      clock,
      random: deps.random,
      mark: (name, detail) => {
        deps.mark(name, detail);
        if (name === 'ringfence:first-audio') showNewCall?.();
      },
      isUp: () => socket.isUp(),
      onChange,
      onEvent,
      onEnded: () => finish(facts.id),
    });
    const entry: Entry = { ...live, media: null, answering: false };
    entries.set(facts.id, entry);
    onEvent(calling(live.call(), registration.grant()?.identity.split('@')[0] ?? ''));
    onChange();
    return entry;
  }

  function finish(id: CallId): void {
    const entry = entries.get(id);
    if (entry === undefined) return;
    if (activeCallId === id) activeCallId = null;
    letGoOf(entry);
    const callId = entry.session()?.callId;
    if (callId !== undefined) socket.callEnded(callId);
    showNewCall?.();
    clock.after(ENDED_STAYS, () => dismiss(id));
  }
  function letGoOf(entry: Entry): void {
    if (entry.media === null) return;
    for (const one of entry.media.getTracks()) one.stop();
    entry.media = null;
    deps.microphone.release();
  }
  function dismiss(id: CallId): void {
    const entry = entries.get(id);
    if (entry === undefined || isLive(entry.call())) return;
    entries.delete(id);
    onChange();
  }

  function makeActive(id: CallId): void {
    for (const entry of liveEntries()) if (entry.call().id !== id) entry.setHeld(true);
    activeCallId = id;
    onChange();
  }
  /** A copy of the microphone's track for one call. */
  const copyOf = (stream: MediaStream): MediaStream => new MediaStream(stream.getAudioTracks().map((one) => one.clone()));

  return {
    snapshot: () => {
      if (shown !== null) return shown;
      const grant = registration.grant();
      shown = {
        registration: registration.state(),
        calls: [...entries.values()].map((entry) => entry.call()),
        activeCallId,
        grant: grant === null ? null : { fingerprint: grant.fingerprint, issuedAt: grant.issuedAt, expiresAt: grant.expiresAt },
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
    start: () => registration.start(),
    stop: async () => {
      for (const entry of liveEntries()) entry.session()?.end(603);
      stack?.unregister();
      registration.stop();
      if (socket.isUp()) {
        await new Promise<void>((resolve) => {
          const cancel = clock.after(STOP_WITHIN, resolve);
          void socket.quiet().then(() => {
            cancel();
            resolve();
          });
        });
      }
      socket.close();
      stack?.stop();
      stack = null;
    },
    reconnectNow: () => registration.reconnectNow(),
    networkChanged: (change) => registration.networkChanged(change),
    place: async (typed) => {
      const own = registration.grant();
      if (own === null || stack === null || !socket.isUp()) return fail('gateway-unavailable', 'The phone is not connected to its gateway.', 'retry');
      const target = parseTarget(typed, own.identity.slice(own.identity.indexOf('@') + 1));
      if ('problem' in target) return fail('invalid-input', targetSentence(target.problem), 'check-number');
      const acquired = await deps.microphone.acquire();
      if (!acquired.ok) return fail('microphone-unavailable', microphoneSentence(acquired.failure.reason), 'choose-microphone');
      const drawn = newCallShown();
      const [, user = '', host = ''] = /^sip:([^@]*)@(.*)$/.exec(target.uri) ?? [];
      const entry = track('outgoing', partyOf(user.replaceAll('%23', '#'), host, ''));
      entry.media = copyOf(acquired.value);
      const { id } = entry.call();
      makeActive(id);
      const session = stack.call(target.uri, entry.media, entry.listener);
      if (session === null) {
        letGoOf(entry);
        activeCallId = null;
        entries.delete(id);
        showNewCall?.();
        return fail('invalid-input', targetSentence('malformed-uri'), 'check-number');
      }
      entry.attach(session);
      await drawn;
      return ok(id);
    },
    answer: async (id) => {
      const entry = entries.get(id);
      const session = entry?.session();
      if (entry === undefined || session === null || session === undefined || entry.answering || !canAnswer(entry.call())) return;
      entry.answering = true;
      const acquired = await deps.microphone.acquire();
      entry.answering = false;
      if (!acquired.ok) {
        entry.apply({ type: 'problem', problem: acquired.failure.reason });
        onEvent(callProblem(entry.call(), microphoneSentence(acquired.failure.reason)));
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
    end: (id, how = 'declined') => {
      const entry = entries.get(id);
      if (entry !== undefined && canEnd(entry.call())) entry.session()?.end(how === 'busy' ? 486 : 603);
    },
    setMuted: (id, muted) => entries.get(id)?.setMuted(muted),
    hold: (id) => {
      entries.get(id)?.setHeld(true);
      if (activeCallId !== id) return;
      activeCallId = null;
      onChange();
    },
    resume: (id) => {
      const entry = entries.get(id);
      if (entry === undefined || !isLive(entry.call())) return;
      makeActive(id);
      entry.setHeld(false);
    },
    sendDigits: (id, digits) => entries.get(id)?.sendDigits(digits),
    dismiss,
    useMicrophone: async (stream) => {
      for (const entry of liveEntries()) {
        const session = entry.session();
        if (entry.media === null || session === null) continue;
        const before = entry.media;
        entry.media = copyOf(stream);
        const [next] = entry.media.getAudioTracks();
        if (next !== undefined) await session.replaceTrack(next);
        for (const one of before.getTracks()) one.stop();
      }
    },
    remoteStream: (id) => entries.get(id)?.remoteStream() ?? null,
    sounds: () => sounds,
    onSounds: (listener) => {
      soundListeners.add(listener);
      return () => void soundListeners.delete(listener);
    },
    stats: async (id) => {
      const connection = entries.get(id)?.session()?.connection() ?? null;
      return connection === null || connection.connectionState === 'closed' ? null : connection.getStats();
    },
  };
}
