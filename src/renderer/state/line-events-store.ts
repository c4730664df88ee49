/**
 * The live events of the line in use: its channel, the snapshot under them, and the calls that result. The live column gets a line for each event that
 * changed something; who watches gets one change for a burst.
 */
import type { RingfenceApi } from '../../contracts/ipc/ipc';
import type { Profile } from '../../contracts/profile/profile';
import { fieldOf, isFields, readRows } from '../../contracts/call/remote-call';
import { fail, ok, type Failure, type Result } from '../../contracts/base/result';
import {
  createEventChannel,
  type ChannelNote,
  type ChannelPhase,
  type ChannelSocket,
  type EventChannel,
} from '../events/event-channel';
import type { NewEvent } from '../events/event-log';
import { channelEvent, lineEvent } from '../events/line-messages';
import { createRemoteCalls, type RemoteCall } from '../events/remote-calls';
import { readEvent } from '../events/remote-event';
import { createCoalescer } from './coalesce';
import { createListeners, type Store } from '../base/store';

/** How often the list of calls is asked for while the channel is joined, ms; and after each join. */
export const REFETCH_MS = 30_000;

export interface LineEvents {
  readonly phase: ChannelPhase;
  /** Why main refused the last grant or the last list, or null. */
  readonly failure: Failure | null;
  /** True where the line's system ends calls for us. */
  readonly canEnd: boolean;
  /** Newest first. */
  readonly calls: readonly RemoteCall[];
  /** Those that ring or run. */
  readonly underWay: readonly RemoteCall[];
  /** Events of the channel in this run, whatever they said. */
  readonly heard: number;
}

export interface LineEventsStore extends Store<LineEvents> {
  /** Hears what main sees of connects that fail. Call once. */
  readonly start: () => void;
  /** Follows this line, if it has live events; null: none. A line whose settings are unchanged keeps its channel. */
  readonly use: (profile: Profile | null) => void;
  /** The socket is suspect: the computer slept, its addresses changed. */
  readonly reconnectNow: () => void;
  readonly end: (callUuid: string) => Promise<Result<null>>;
}

export interface LineEventsParts {
  readonly api: RingfenceApi;
  readonly openSocket: (url: string) => ChannelSocket;
  /** Runs `task` once after `ms`; returns the function that prevents it. */
  readonly after: (ms: number, task: () => void) => () => void;
  /** 0 <= x < 1. */
  readonly random: () => number;
  readonly onEvent: (event: NewEvent) => void;
  readonly onNote: (note: ChannelNote) => void;
}

const NO_EVENTS: LineEvents = { phase: 'off', failure: null, canEnd: false, calls: [], underWay: [], heard: 0 };
const wiring = ({ id, provider, policy }: Profile): string => JSON.stringify([id, provider, policy.purposes]);

/** Makes the store, following no line. */
export function createLineEventsStore({
  api,
  openSocket,
  after,
  random,
  onEvent,
  onNote,
}: LineEventsParts): LineEventsStore {
  const listeners = createListeners();
  const calls = createRemoteCalls();
  let shown = NO_EVENTS;
  let current: Pick<LineEvents, 'phase' | 'failure' | 'canEnd' | 'heard'> = NO_EVENTS;
  let following: { readonly profileId: string; readonly wiring: string; readonly channel: EventChannel } | null = null;
  let cancelRefetch = (): void => undefined;

  const tellSoon = createCoalescer(
    (run, ms) => after(ms, run),
    () => {
      shown = { ...current, calls: calls.newestFirst(), underWay: calls.underWay() };
      listeners.tell();
    },
  );
  const change = (part: Partial<typeof current>): void => {
    current = { ...current, ...part };
    tellSoon();
  };

  const follow = (profileId: string): EventChannel => {
    /** What was asked for a line that is not followed any more is not laid over the next one's. */
    const isCurrent = (): boolean => following?.channel === channel;

    let untriedKey: string | undefined;
    let asked = 0;
    const refetch = async (): Promise<void> => {
      cancelRefetch();
      const mine = (asked += 1);
      const snapshot = await api.invoke('events.snapshot', { profileId });
      // A join since then has asked anew.
      if (mine !== asked || !isCurrent() || current.phase !== 'joined') return;
      cancelRefetch = after(REFETCH_MS, () => void refetch());
      if (!snapshot.ok) {
        if (current.failure?.sentence !== snapshot.failure.sentence)
          onEvent({
            category: 'errors',
            kind: 'problem',
            title: 'Calls of the line not listed',
            detail: snapshot.failure.sentence,
          });
        change({ failure: snapshot.failure });
        return;
      }
      // Without a list of its own the line's system has sent it with the join.
      if (snapshot.value.canEnd) calls.layRows(snapshot.value.calls, true);
      change({ failure: null, canEnd: snapshot.value.canEnd });
    };

    const channel = createEventChannel({
      grant: async () => {
        const granted = await api.invoke('grants.get', { profileId, purpose: 'events' });
        if (!granted.ok) return granted;
        ({ untriedKey } = granted.value);
        return granted.value.purpose === 'events'
          ? ok(granted.value)
          : fail('internal', 'Ringfence gave a grant for another purpose.', 'retry');
      },
      open: openSocket,
      after,
      random,
      onPhase: (phase) => {
        if (phase !== 'joined') cancelRefetch();
        change({ phase });
        if (phase === 'joined') void refetch();
      },
      onNote: (note) => {
        if (note.kind === 'joined' && isFields(note.response) && fieldOf(note.response, 'calls') !== undefined)
          calls.layRows(readRows(note.response), true);
        if (note.kind === 'joined') {
          change({ failure: null });
          if (untriedKey !== undefined) void api.invoke('grants.accepted', { profileId, key: untriedKey });
        }
        if (note.kind === 'mint-failed') change({ failure: note.failure });
        const event = channelEvent(note);
        if (event !== null) onEvent(event);
        onNote(note);
      },
      onEvent: (name, payload) => {
        change({ heard: current.heard + 1 });
        const event = readEvent(name, payload);
        if (event === null) return;
        const { after: call, changed } = calls.lay(event);
        const line = changed ? lineEvent(event, call) : null;
        if (line !== null) onEvent(line);
      },
    });
    return channel;
  };

  return {
    get: () => shown,
    subscribe: listeners.add,
    start: () =>
      // A page learns of a refused upgrade no more than close code 1006.
      void api.subscribe('grants.failed', ({ profileId, purpose, failure }) => {
        if (purpose === 'events' && profileId === following?.profileId) change({ failure });
      }),
    use: (profile) => {
      const wanted = profile?.policy.purposes.includes('events') === true ? profile : null;
      if ((wanted === null ? null : wiring(wanted)) === (following?.wiring ?? null)) return;
      following?.channel.stop();
      cancelRefetch();
      following = null;
      calls.clear();
      change({ phase: 'off', failure: null, canEnd: false });
      if (wanted === null) return;
      const channel = follow(wanted.id);
      following = { profileId: wanted.id, wiring: wiring(wanted), channel };
      channel.start();
    },
    reconnectNow: () => following?.channel.reconnectNow(),
    end: async (callUuid) => {
      if (following === null)
        return fail('unknown-profile', 'No line with live events is in use: choose one at the top.', 'open-profiles');
      // Each try that failed is in main's audit log, and so in the live column.
      return api.invoke('events.endCall', { profileId: following.profileId, callUuid });
    },
  };
}
