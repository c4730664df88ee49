/**
 * The one wire that the stack sees. Under it WebSockets come and go: a renewed token opens a second one before the first
 * is let go (make before break), a lost one is replaced, and the stack notices neither: what it sends meanwhile waits.
 *
 *   current   new requests go here; probed for life
 *   draining  still delivers what arrives for calls that were set up on it, and takes the responses to it;
 *             closed when its last call has ended and its last request is answered
 */
import type { Grant } from '../../contracts/grant';
import { openFlow, type Flow, type FlowDeps, type FlowEnd } from './flow';
import { localResponse, peek, type WireMessage } from './sip-wire';

export interface SipSocketListener {
  /** A SIP message for the stack. */
  readonly onMessage: (text: string) => void;
  /** The current flow is gone and nothing replaces it yet. */
  readonly onLost: (end: FlowEnd) => void;
  /** The bytes of a request were handed to a WebSocket. */
  readonly onRequestSent: (request: WireMessage) => void;
}

export interface SipSocket {
  /** Opens a flow with this grant and makes it current. False: it could not be opened, and whatever was current still is. */
  readonly connect: (grant: Grant) => Promise<boolean>;
  /** Sends, or keeps for the next flow what still makes sense then. */
  readonly send: (text: string) => void;
  readonly isUp: () => boolean;
  /** The current flow must show life within `answerMs`, or is lost. */
  readonly probe: (answerMs: number) => void;
  /** The dialog is over: flows need not stay for it. */
  readonly callEnded: (callId: string) => void;
  /** Resolves when no request waits for its answer. */
  readonly quiet: () => Promise<void>;
  /** Closes every flow; no event follows. */
  readonly close: () => void;
}

/** What is known about one WebSocket beside the flow itself. */
interface Carried {
  readonly flow: Flow;
  /** Calls whose INVITE travelled here: the gateway's Record-Route points to this flow (RFC 5626 section 5.3). */
  readonly calls: Set<string>;
  /** Top Via branches of requests that arrived here: their responses go back here (RFC 3261 section 18.2.2). */
  readonly arrived: Set<string>;
}
interface Waiting {
  readonly text: string;
  readonly message: WireMessage;
  readonly on: Carried;
}

const BRANCHES_KEPT = 256;
/** RFC 3261 section 17.1.2.2: nobody answers later than this. An unanswered INVITE keeps its flow by its call. */
const TIMER_F_MS = 32_000;

export function createSipSocket(deps: FlowDeps, listener: SipSocketListener): SipSocket {
  let current: Carried | null = null;
  let abandonOpening: () => void = () => undefined;
  const draining = new Set<Carried>();
  /** Requests of ours without a final response, by branch. */
  const unanswered = new Map<string, Waiting>();
  /** Written while no flow was up. */
  let kept: string[] = [];
  /** ACKs to responses that we made up ourselves stay here. */
  const madeUp = new Set<string>();
  let flowNumber = 0;
  let quietWaiters: (() => void)[] = [];

  const all = (): Carried[] => (current === null ? [...draining] : [current, ...draining]);

  const settle = (): void => {
    for (const one of draining) {
      const busy = one.calls.size > 0 || [...unanswered.values()].some((waiting) => waiting.on === one);
      if (busy) continue;
      draining.delete(one);
      one.flow.close();
    }
    if (unanswered.size > 0) return;
    for (const resolve of quietWaiters) resolve();
    quietWaiters = [];
  };

  const expectAnswer = (waiting: Waiting): void => {
    const { branch } = waiting.message;
    if (!unanswered.has(branch)) {
      deps.clock.after(TIMER_F_MS, () => {
        if (unanswered.delete(branch)) settle();
      });
    }
    unanswered.set(branch, waiting);
  };

  const write = (text: string, message: WireMessage, on: Carried): void => {
    if (message.kind === 'request') {
      if (message.method !== 'ACK' && message.method !== 'CANCEL') expectAnswer({ text, message, on });
      if (message.method === 'INVITE' && !message.inDialog) on.calls.add(message.callId);
    }
    on.flow.send(text);
    if (message.kind === 'request') listener.onRequestSent(message);
  };

  const receive = (text: string, on: Carried): void => {
    const message = peek(text);
    if (message === null) return;
    if (message.kind === 'response') {
      if (message.status >= 200) unanswered.delete(message.branch);
    } else {
      on.arrived.add(message.branch);
      if (on.arrived.size > BRANCHES_KEPT) for (const oldest of [...on.arrived].slice(0, 64)) on.arrived.delete(oldest);
      if (message.method === 'INVITE' && !message.inDialog) on.calls.add(message.callId);
    }
    listener.onMessage(text);
    if (message.kind === 'response') settle();
  };

  /** A request that can't wait for another flow is answered on the spot as if the gateway had said 503. */
  const giveUp = (message: WireMessage): void => {
    unanswered.delete(message.branch);
    madeUp.add(message.branch);
    listener.onMessage(localResponse(message, 503, 'Connection Lost'));
  };

  const lose = (lost: Carried, end: FlowEnd): void => {
    if (draining.delete(lost)) return;
    if (current !== lost) return;
    current = null;
    // Within a dialog a request is repeated on the next flow; REGISTER and a first INVITE are not: the binding is made
    // anew anyway, and a call that nobody answered yet is better dialled again.
    for (const { message } of [...unanswered.values()]) if (!message.inDialog) giveUp(message);
    listener.onLost(end);
  };

  const become = (next: Carried): void => {
    const before = current;
    current = next;
    if (before !== null) {
      before.flow.stopProbing();
      draining.add(before);
      settle();
      return;
    }
    for (const waiting of [...unanswered.values()]) write(waiting.text, waiting.message, next);
    const texts = kept;
    kept = [];
    for (const text of texts) send(text);
  };

  const send = (text: string): void => {
    const message = peek(text);
    if (message === null) return;
    if (message.kind === 'response') {
      const home = all().find((one) => one.arrived.has(message.branch)) ?? current;
      if (home === null) kept.push(text);
      else write(text, message, home);
      return;
    }
    if (message.method === 'ACK' && madeUp.delete(message.branch)) return;
    if (message.method === 'CANCEL') {
      // A CANCEL follows its INVITE (RFC 3261 section 9.1).
      const home = unanswered.get(message.branch)?.on ?? current;
      if (home !== null) write(text, message, home);
    } else if (current !== null) write(text, message, current);
    else if (message.inDialog) kept.push(text);
    // JsSIP is still inside its own send(): the answer has to come after it.
    else queueMicrotask(() => giveUp(message));
  };

  return {
    connect: (grant) =>
      new Promise((resolve) => {
        abandonOpening();
        flowNumber += 1;
        const flow = openFlow(flowNumber, grant, deps, {
          onOpen: () => {
            abandonOpening = () => undefined;
            become(carried);
            resolve(true);
          },
          onMessage: (text) => receive(text, carried),
          onEnd: (end) => {
            lose(carried, end);
            resolve(false);
          },
        });
        const carried: Carried = { flow, calls: new Set(), arrived: new Set() };
        abandonOpening = () => {
          flow.close();
          resolve(false);
        };
      }),
    send,
    isUp: () => current !== null,
    probe: (answerMs) => current?.flow.probe(answerMs),
    callEnded: (callId) => {
      for (const one of all()) one.calls.delete(callId);
      // A re-INVITE that crossed the BYE may never be answered, and its answer matters to nobody.
      for (const [branch, { message }] of unanswered) if (message.callId === callId && message.inDialog && message.method === 'INVITE') unanswered.delete(branch);
      settle();
    },
    quiet: () =>
      new Promise((resolve) => {
        quietWaiters.push(resolve);
        settle();
      }),
    close: () => {
      abandonOpening();
      for (const one of all()) one.flow.close();
      current = null;
      draining.clear();
      unanswered.clear();
      kept = [];
      settle();
    },
  };
}
