/**
 * A Phoenix channel for live events, with a fresh grant for each connect:
 *
 *   (start) -> granting -> opening -> joining -> joined
 *                 ^           |          |^        |
 *                 |           |          v| rejoin v (phx_error, phx_close)
 *                 +-- waiting +<- socket gone, a heartbeat missed, or two joins refused
 *   (stop) from anywhere -> off
 *
 * A refused upgrade looks to a page like any lost socket (close code 1006, before `open`); since each connect has a grant of its own, the next try
 * never repeats a refused token. Time goes on while the window is hidden: nothing here looks at the page's visibility.
 */
import type { EventsGrant } from '../../contracts/profile/grant';
import type { Failure, Result } from '../../contracts/base/result';
import { untriedDelay } from '../base/untried-delay';
import { mintDelay, reconnectDelay, rejoinDelay } from './channel-retry';
import { decodeFrame, encodeFrame, replyOf, SOCKET_TOPIC } from './phoenix-frame';

/** How often the socket is asked whether it lives, ms; an answer that is not there by the next time is missed. */
export const HEARTBEAT_MS = 30_000;
/** How long a socket may take to open, and a join to be answered, ms. */
export const ANSWER_WITHIN_MS = 10_000;
/** A join that lasted so long has been a good one, ms: only then do the waits begin anew. Each connect costs a token. */
export const STEADY_AFTER_MS = 10_000;

/** So many joins in a row are refused, or not answered, on one connection: then its token is what is refused, and another one may be taken. */
export const MOST_REFUSED_JOINS = 2;

/** Of WebSocket, what is used. */
export interface ChannelSocket {
  readonly send: (text: string) => void;
  readonly close: () => void;
  addEventListener(type: 'open' | 'close', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

/** off -> granting -> opening -> joining -> joined; `waiting`: for the next try. */
export type ChannelPhase = 'off' | 'granting' | 'opening' | 'joining' | 'joined' | 'waiting';

/** What went on, for the live column and the counters. Tokens are fingerprints. */
export type ChannelNote =
  | { readonly kind: 'joined'; readonly fingerprint: string; readonly again: boolean; readonly response: unknown }
  | { readonly kind: 'lost'; readonly why: 'closed' | 'heartbeat-missed' | 'channel-error' | 'asked' }
  | {
      readonly kind: 'unreachable';
      /** The socket closed, or did not open, before it was open. */ readonly fingerprint: string;
    }
  | { readonly kind: 'join-refused' }
  | { readonly kind: 'mint-failed'; readonly failure: Failure }
  | { readonly kind: 'malformed' };

export interface EventChannelPorts {
  /** A grant that was never used before. */
  readonly grant: () => Promise<Result<EventsGrant>>;
  readonly open: (url: string) => ChannelSocket;
  /** Runs `task` once after `ms`; returns the function that prevents it. */
  readonly after: (ms: number, task: () => void) => () => void;
  /** 0 <= x < 1. */
  readonly random: () => number;
  readonly onEvent: (event: string, payload: unknown) => void;
  readonly onPhase: (phase: ChannelPhase) => void;
  readonly onNote: (note: ChannelNote) => void;
}

export interface EventChannel {
  readonly start: () => void;
  /** Ends the socket and every timer; nothing is told afterwards. */
  readonly stop: () => void;
  /** The socket is suspect (the computer slept, its addresses changed): a new one at once. */
  readonly reconnectNow: () => void;
}

/** The WebSocket URL of a grant, with its token. */
export function channelUrl({ url, parameter, token }: EventsGrant): string {
  const target = new URL(url);
  target.searchParams.set(parameter, token);
  target.searchParams.set('vsn', '2.0.0');
  return target.href;
}

/** Makes the channel; nothing happens before `start`. */
export function createEventChannel({
  grant,
  open,
  after,
  random,
  onEvent,
  onPhase,
  onNote,
}: EventChannelPorts): EventChannel {
  let phase: ChannelPhase = 'off';
  /** Counts connects and stops: what belongs to one before is heard no more. */
  let turn = 0;
  let socket: ChannelSocket | null = null;
  let topic = '';
  let fingerprint = '';
  /** The key of this connection's token has never been accepted: the system may not know it yet. */
  let untried = false;
  let ref = 0;
  let joinRef = '';
  let beatRef: string | null = null;
  let everJoined = false;
  /** In a row, on this connection. */
  let refusedJoins = 0;
  let tries = { connect: 0, join: 0, mint: 0 };
  let cancelTimer = (): void => undefined;
  let cancelBeat = (): void => undefined;
  let cancelSteady = (): void => undefined;

  const nextRef = (): string => String((ref += 1));
  const isJoined = (): boolean => phase === 'joined';
  const enter = (next: ChannelPhase): void => {
    if (phase === next) return;
    phase = next;
    onPhase(next);
  };
  const later = (ms: number, task: () => void): void => {
    cancelTimer();
    cancelTimer = after(ms, task);
  };

  /** Lets go of the socket, if there is one, without another word from it. */
  const letGo = (): void => {
    turn += 1;
    cancelTimer();
    cancelBeat();
    cancelSteady();
    beatRef = null;
    const leaving = socket;
    socket = null;
    leaving?.close();
  };

  const wait = (ms: number): void => {
    enter('waiting');
    later(ms, () => void connect());
  };

  const lose = (note: ChannelNote): void => {
    letGo();
    onNote(note);
    tries.connect += 1;
    const slow = untried && note.kind === 'unreachable' ? untriedDelay(tries.connect, random()) : 0;
    wait(Math.max(slow, reconnectDelay(tries.connect, random())));
  };

  const join = (): void => {
    enter('joining');
    joinRef = nextRef();
    socket?.send(encodeFrame({ joinRef, ref: joinRef, topic, event: 'phx_join', payload: {} }));
    later(ANSWER_WITHIN_MS, joinRefused);
  };

  function rejoinLater(note: ChannelNote): void {
    cancelSteady();
    onNote(note);
    tries.join += 1;
    enter('joining');
    later(rejoinDelay(tries.join, random()), join);
  }

  function joinRefused(): void {
    refusedJoins += 1;
    if (refusedJoins < MOST_REFUSED_JOINS) {
      rejoinLater({ kind: 'join-refused' });
      return;
    }
    letGo();
    onNote({ kind: 'join-refused' });
    tries.join += 1;
    // Each try costs a token from here on.
    wait(Math.max(rejoinDelay(tries.join, random()), mintDelay(tries.join / MOST_REFUSED_JOINS, random())));
  }

  const beat = (): void => {
    if (beatRef !== null) {
      lose({ kind: 'lost', why: 'heartbeat-missed' });
      return;
    }
    beatRef = nextRef();
    socket?.send(encodeFrame({ joinRef: null, ref: beatRef, topic: SOCKET_TOPIC, event: 'heartbeat', payload: {} }));
    cancelBeat = after(HEARTBEAT_MS, beat);
  };

  const hear = (data: unknown): void => {
    const frame = decodeFrame(data);
    if (frame === null) {
      onNote({ kind: 'malformed' });
      return;
    }
    if (frame.topic === SOCKET_TOPIC) {
      if (frame.ref === beatRef) beatRef = null;
      return;
    }
    // What belongs to a join before this one is late; a broadcast (null) belongs to all.
    if (frame.topic !== topic || (frame.joinRef !== null && frame.joinRef !== joinRef)) return;
    switch (frame.event) {
      case 'phx_reply': {
        if (frame.ref !== joinRef || phase !== 'joining') return;
        const reply = replyOf(frame.payload);
        if (!reply.ok) {
          joinRefused();
          return;
        }
        cancelTimer();
        const again = everJoined;
        everJoined = true;
        refusedJoins = 0;
        cancelSteady = after(STEADY_AFTER_MS, () => (tries = { connect: 0, join: 0, mint: 0 }));
        enter('joined');
        onNote({ kind: 'joined', fingerprint, again, response: reply.response });
        return;
      }
      case 'phx_error':
      case 'phx_close':
        if (isJoined()) rejoinLater({ kind: 'lost', why: 'channel-error' });
        return;
      default:
        onEvent(frame.event, frame.payload);
    }
  };

  async function connect(): Promise<void> {
    letGo();
    const mine = turn;
    enter('granting');
    const granted = await grant();
    if (mine !== turn) return;
    if (!granted.ok) {
      onNote({ kind: 'mint-failed', failure: granted.failure });
      tries.mint += 1;
      wait(mintDelay(tries.mint, random(), granted.failure.retryAfterMs));
      return;
    }
    tries = { ...tries, mint: 0 };
    refusedJoins = 0;
    enter('opening');
    ({ topic, fingerprint } = granted.value);
    untried = granted.value.untriedKey !== undefined;
    const made = open(channelUrl(granted.value));
    socket = made;
    let opened = false;
    later(ANSWER_WITHIN_MS, () => lose({ kind: 'unreachable', fingerprint }));
    made.addEventListener('open', () => {
      if (mine !== turn) return;
      opened = true;
      cancelBeat = after(HEARTBEAT_MS, beat);
      join();
    });
    made.addEventListener('message', ({ data }) => {
      if (mine === turn) hear(data);
    });
    made.addEventListener('close', () => {
      if (mine === turn) lose(opened ? { kind: 'lost', why: 'closed' } : { kind: 'unreachable', fingerprint });
    });
  }

  return {
    start: () => {
      if (phase === 'off') void connect();
    },
    stop: () => {
      letGo();
      tries = { connect: 0, join: 0, mint: 0 };
      everJoined = false;
      enter('off');
    },
    reconnectNow: () => {
      if (phase === 'off' || phase === 'granting') return;
      if (isJoined()) onNote({ kind: 'lost', why: 'asked' });
      void connect();
    },
  };
}
