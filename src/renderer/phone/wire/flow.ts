/** One WebSocket to the gateway (a flow, RFC 5626), with a liveness probe that wants an answer. */
import type { Grant } from '../../../contracts/profile/grant';
import type { Clock } from '../../base/clock';
import { frameText } from './frame-text';
import { createInbox } from './inbox';
import { secretsOf, SIP_PROTOCOL, socketArguments } from './presented-socket';
import { isProbeBranch, optionsProbe, peek } from './sip-wire';
import { redact, type TraceEntry } from './trace';

/** What the engine needs of a WebSocket; the browser's and that of `ws` have it. */
export interface WebSocketLike {
  readonly protocol: string;
  /** As in the WebSocket API: 2 (CLOSING) once the far end's Close frame is there. */
  readonly readyState: number;
  /** Set to `arraybuffer`: a Blob could not be read at once. */
  binaryType?: string;
  send(data: string): void;
  readonly close: () => void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'close', listener: (event: { readonly code?: number }) => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}
export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

/**
 * How a flow ended. `refused`: it never opened; `noSip`: a server answered, but chose another subprotocol. `closed`: with
 * this close code, where that is known. `probe`: it was silent for `afterMs` although it was asked.
 */
export type FlowEnd =
  | { readonly how: 'refused'; readonly noSip?: true }
  | { readonly how: 'closed'; readonly code?: number }
  | { readonly how: 'probe'; readonly afterMs: number };

export interface FlowDeps {
  readonly WebSocket: WebSocketConstructor;
  readonly clock: Clock;
  readonly random: () => number;
  readonly trace: (entry: TraceEntry) => void;
}

export interface FlowListener {
  readonly onOpen: () => void;
  /** A SIP message; keep-alives and probe answers are not passed on. */
  readonly onMessage: (text: string, flow: Flow) => void;
  /** Messages waited to be handled, and none does any more. */
  readonly onCaughtUp: () => void;
  /** Once, whatever ended it, unless `close` did. */
  readonly onEnd: (end: FlowEnd, flow: Flow) => void;
}

export interface Flow {
  readonly number: number;
  readonly send: (text: string) => void;
  /** Messages came that are not handled yet. */
  readonly isBehind: () => boolean;
  /** Asks for a sign of life now; none within `answerMs` ends the flow. */
  readonly probe: (answerMs: number) => void;
  /** Requests carry another grant from now on: its secrets are not traced either. */
  readonly conceal: (grant: Grant) => void;
  readonly close: () => void;
}

/** Milliseconds. */
/** Unless somebody wants it sooner. */
const OPEN_WITHIN = 5_000;
/**
 * While nothing arrives, a probe leaves every 2 s, and the next one does not wait for the answer to the one before: so
 * answers may come 5 s late, or one of them 10 s, and a flow on which nothing comes at all is found within 8 s even so.
 */
const PROBE_EVERY = 2_000;
const SILENT_AT_MOST = 7_500;
/** Answers by which the gateway's slowness is known. */
const ANSWERS_KEPT = 10;
/**
 * `close` comes when the server has closed TCP as well, for which Chromium waits up to 2 s: some servers (Kamailio) leave that to us.
 * So the state is looked at.
 */
const LOOK_EVERY = 250;
const CLOSING = 2;
/** What a flow remembers not to trace; older ones have expired. */
const SECRETS_KEPT = 8;

/** Null: the browser refuses to try, as it does when a token has characters that no subprotocol may have. Its complaint, which quotes them, goes nowhere. */
function openSocket(grant: Grant, WebSocket: WebSocketConstructor): WebSocketLike | null {
  const { url, protocols } = socketArguments(grant);
  try {
    return new WebSocket(url, protocols);
  } catch {
    return null;
  }
}

/** Opens a WebSocket with the grant's token as its presentation says (RFC 7118 section 5: subprotocol `sip`). */
export function openFlow(
  number: number,
  grant: Grant,
  deps: FlowDeps,
  listener: FlowListener,
  openWithinMs: number = OPEN_WITHIN,
): Flow {
  const { clock } = deps;
  const secrets = new Set(secretsOf(grant.presentation));
  const token = Math.floor(deps.random() * 0xffffffff).toString(36);
  const transport = grant.url.startsWith('wss:') ? 'WSS' : 'WS';
  let state: 'opening' | 'open' | 'over' = 'opening';
  let sequence = 0;
  /** When each probe left that has no answer yet, by its branch. */
  const asked = new Map<string, number>();
  /** How long the last answers took, ms. */
  let answersTook: number[] = [];
  /** When the flow is given up, ms since the epoch. */
  let deadline = Infinity;
  let cancelTimer: () => void = () => undefined;
  let cancelProbe: () => void = () => undefined;
  let cancelLook: () => void = () => undefined;
  const socket = openSocket(grant, deps.WebSocket);

  const over = (end: FlowEnd | null): void => {
    if (state === 'over') return;
    state = 'over';
    cancelTimer();
    cancelProbe();
    cancelLook();
    inbox.close();
    try {
      socket?.close();
    } catch {
      // A socket that never opened may refuse to be closed; it is gone either way.
    }
    if (end !== null) listener.onEnd(end, flow);
  };
  const write = (text: string): void => {
    if (state !== 'open') return;
    deps.trace({ direction: 'out', flow: number, text: redact(text, [...secrets]) });
    socket?.send(text);
  };
  const ask = (): void => {
    cancelProbe();
    sequence += 1;
    const text = optionsProbe({ identity: grant.identity, transport, token, sequence });
    asked.set(peek(text)?.branch ?? '', clock.now());
    for (const oldest of [...asked.keys()].slice(0, -ANSWERS_KEPT)) asked.delete(oldest);
    cancelProbe = clock.after(PROBE_EVERY, ask);
    write(text);
  };
  const giveUpAfter = (ms: number): void => {
    cancelTimer();
    deadline = clock.now() + ms;
    cancelTimer = clock.after(ms, () => over({ how: 'probe', afterMs: ms }));
  };
  const probe = (answerMs: number): void => {
    if (state !== 'open') return;
    ask();
    // Who is in a hurry does not get a gateway that answers slowly to answer fast.
    const patience = Math.min(SILENT_AT_MOST, Math.max(answerMs, 2 * Math.max(0, ...answersTook)));
    if (clock.now() + patience < deadline) giveUpAfter(patience);
  };
  const alive = (): void => {
    if (state !== 'open') return;
    cancelProbe();
    cancelProbe = clock.after(PROBE_EVERY, ask);
    giveUpAfter(SILENT_AT_MOST);
  };
  const answered = (branch: string): void => {
    const at = asked.get(branch);
    if (at === undefined) return;
    asked.delete(branch);
    answersTook = [...answersTook.slice(1 - ANSWERS_KEPT), clock.now() - at];
  };
  const inbox = createInbox(clock, take, () => listener.onCaughtUp());
  /** The socket ended: what it delivered before counts. */
  const ended = (end: FlowEnd): void => {
    inbox.finish();
    over(end);
  };
  const flow: Flow = {
    number,
    send: write,
    isBehind: inbox.isBehind,
    probe,
    conceal: ({ presentation }) => {
      for (const secret of secretsOf(presentation)) secrets.add(secret);
      for (const oldest of [...secrets].slice(0, -SECRETS_KEPT)) secrets.delete(oldest);
    },
    close: () => over(null),
  };

  function take(data: unknown): void {
    if (state !== 'open') return;
    const text = frameText(data);
    if (text === null) return;
    // A keep-alive (RFC 5626 section 3.5.1) is answered here.
    if (text.trim() === '') {
      if (text === '\r\n\r\n') socket?.send('\r\n');
      return;
    }
    deps.trace({ direction: 'in', flow: number, text: redact(text, [...secrets]) });
    const message = peek(text);
    if (message !== null && message.kind === 'response' && isProbeBranch(message.branch)) {
      answered(message.branch);
      return;
    }
    listener.onMessage(text, flow);
  }

  if (socket === null) {
    // Not before the caller has the flow in its hands.
    cancelTimer = clock.after(0, () => over({ how: 'refused' }));
    return flow;
  }
  const look = (): void => {
    if (socket.readyState >= CLOSING) ended({ how: 'closed' });
    else cancelLook = clock.after(LOOK_EVERY, look);
  };
  socket.binaryType = 'arraybuffer';
  cancelTimer = clock.after(openWithinMs, () => over({ how: 'refused' }));
  socket.addEventListener('open', () => {
    if (state !== 'opening') return;
    if (socket.protocol !== SIP_PROTOCOL) {
      over({ how: 'refused', noSip: true });
      return;
    }
    state = 'open';
    alive();
    look();
    listener.onOpen();
  });
  socket.addEventListener('message', (event: { readonly data: unknown }) => {
    if (state !== 'open') return;
    alive();
    inbox.put(event.data);
  });
  // The reason of a refused handshake is hidden from a page: all of them are close code 1006.
  socket.addEventListener('error', () => ended({ how: state === 'opening' ? 'refused' : 'closed' }));
  socket.addEventListener('close', ({ code }) =>
    ended(state === 'opening' ? { how: 'refused' } : { how: 'closed', ...(code === undefined ? {} : { code }) }),
  );
  return flow;
}
