/** A UserAgent that plays the phone without a wire: for looking at the window, not for testing the engine. */
import type { Call, CallFacts, CallId, Party, Registration } from '../../../src/contracts/call/call';
import type { CallCommand } from '../../../src/contracts/call/call-command';
import { ok } from '../../../src/contracts/base/result';
import { outgoingCall, transition, withVerbs, type CallEvent } from '../../../src/renderer/phone/call/call';
import type { EngineEvent, PhoneSnapshot, UserAgent } from '../../../src/renderer/phone/port/user-agent';

const NO_SOUNDS: readonly never[] = [];

export interface FakeStart {
  readonly registration: Registration;
  readonly calls: readonly Call[];
  readonly activeCallId: CallId | null;
  readonly events: readonly EngineEvent[];
  readonly later?: readonly Call[];
}

/** The facts of a call with everything else at rest. */
export function facts(id: CallId, peer: Party, more: Partial<CallFacts> = {}): CallFacts {
  return {
    id,
    peer,
    direction: 'outgoing',
    profileId: 'production',
    startedAt: Date.now(),
    muted: false,
    sentDigits: '',
    problem: null,
    can: [],
    ...more,
  };
}

/** A far end. */
export function party(user: string, displayName = ''): Party {
  return { uri: `sip:${user}@pbx.example.com`, user, displayName };
}

/** WebRTC statistics of a call that sounds well. */
/** Of a call that sounds well: 50 packets each second. */
const statsNow = (): Map<string, unknown> =>
  new Map<string, unknown>([
    [
      'in',
      {
        id: 'in',
        type: 'inbound-rtp',
        kind: 'audio',
        codecId: 'c',
        jitter: 0.004,
        packetsLost: 0,
        packetsReceived: Math.round(performance.now() / 20),
      },
    ],
    ['c', { id: 'c', type: 'codec', mimeType: 'audio/opus' }],
    ['p', { id: 'p', type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.018 }],
  ]);

/** Makes one in the state of `start`; it answers its own calls after 1.5 s. */
export function createFakeUserAgent(start: FakeStart): UserAgent {
  const listeners = new Set<() => void>();
  const eventListeners = new Set<(event: EngineEvent) => void>();
  let snapshot: PhoneSnapshot = {
    registration: start.registration,
    calls: start.calls.map(withVerbs),
    activeCallId: start.activeCallId,
    grant:
      start.registration.phase === 'registered'
        ? { fingerprint: '5f3a91c2', issuedAt: Date.now() - 108_000, expiresAt: Date.now() + 192_500 }
        : null,
  };
  let count = 0;

  function set(change: Partial<PhoneSnapshot>): void {
    snapshot = { ...snapshot, ...change };
    for (const listener of listeners) listener();
  }
  function tell(kind: EngineEvent['kind'], title: string, detail: string): void {
    for (const listener of eventListeners) listener({ category: 'calls', kind, title, detail });
  }
  function move(id: CallId, event: CallEvent): void {
    const calls = snapshot.calls.map((call) => (call.id === id ? transition(call, event) : call));
    const active = calls.findLast((call) => call.phase === 'active');
    set({ calls, activeCallId: active?.id ?? null });
  }
  function holdOthers(id: CallId): void {
    for (const call of snapshot.calls)
      if (call.id !== id) move(call.id, { type: 'hold', at: Date.now(), side: 'us', on: true });
  }

  return {
    snapshot: () => snapshot,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onEvent: (listener) => {
      eventListeners.add(listener);
      return () => eventListeners.delete(listener);
    },
    start: () => {
      for (const event of start.events) for (const listener of eventListeners) listener(event);
      if (start.later !== undefined)
        setTimeout(() => set({ calls: [...snapshot.calls, ...(start.later ?? []).map(withVerbs)] }), 1000);
    },
    stop: () => Promise.resolve(),
    reconnectNow: () => set({ registration: { phase: 'connecting', attempt: 1 } }),
    networkChanged: () => undefined,
    place: (typed) => {
      count += 1;
      const id = `placed-${count}`;
      holdOthers(id);
      set({
        calls: [
          ...snapshot.calls,
          outgoingCall({ id, peer: party(typed), profileId: 'production', startedAt: Date.now() }),
        ],
      });
      tell('call-dialing', 'Calling', typed);
      setTimeout(() => move(id, { type: 'progress', earlyMedia: false }), 500);
      setTimeout(() => move(id, { type: 'answered', at: Date.now() }), 1500);
      return Promise.resolve(ok(id));
    },
    act: (id: CallId, command: CallCommand): Promise<void> => {
      switch (command.verb) {
        case 'answer':
          holdOthers(id);
          move(id, { type: 'answering' });
          move(id, { type: 'answered', at: Date.now() });
          tell('call-answered', 'Answered', id);
          break;
        case 'end':
          move(id, { type: 'ended', at: Date.now(), cause: 'hung-up', details: '' });
          tell('call-ended', 'Call ended', id);
          setTimeout(() => set({ calls: snapshot.calls.filter((call) => call.id !== id) }), 5000);
          break;
        case 'mute':
          move(id, { type: 'muted', on: command.on });
          break;
        case 'hold':
          move(id, { type: 'hold', at: Date.now(), side: 'us', on: true });
          break;
        case 'resume':
          holdOthers(id);
          move(id, { type: 'hold', at: Date.now(), side: 'us', on: false });
          break;
        case 'send-digits':
          move(id, { type: 'digits', digits: command.digits });
          break;
        case 'send-after':
          move(id, { type: 'after', after: [] });
          break;
        case 'dismiss':
          set({ calls: snapshot.calls.filter((call) => call.id !== id) });
      }
      return Promise.resolve();
    },
    useMicrophone: () => Promise.resolve(),
    remoteStream: () => null,
    sounds: () => NO_SOUNDS,
    onSounds: () => () => undefined,
    stats: () => Promise.resolve(statsNow()),
  };
}
