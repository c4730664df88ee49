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
import { withToken } from './request-token';
import { localResponse, peek, type WireMessage } from './sip-wire';

export interface SipSocketListener {
  /** A SIP message for the stack. */
  readonly onMessage: (text: string) => void;
  /** The current flow is gone and nothing replaces it yet. */
  readonly onLost: (end: FlowEnd) => void;
  /** The bytes of a request were handed to a WebSocket. */
  readonly onRequestSent: (request: WireMessage) => void;
  /** A draining flow broke: the far ends of these calls (by Call-ID) can't reach us until they hear of the current one. */
  readonly onStranded: (callIds: ReadonlySet<string>) => void;
}

export interface SipSocket {
  /** Opens a flow with this grant and makes it current. False: it could not be opened, and whatever was current still is. */
  readonly connect: (grant: Grant, openWithinMs?: number) => Promise<boolean>;
  /** Like `connect`, when the flow that is current may be dead: what waits for an answer within a dialog is repeated. */
  readonly replace: (grant: Grant, openWithinMs?: number) => Promise<boolean>;
  /** Requests carry this grant's token from now on, where its presentation is bound to requests. */
  readonly present: (grant: Grant) => void;
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
  let presented: Grant | null = null;
  let abandonOpening: () => void = () => undefined;
  const draining = new Set<Carried>();
  /** Requests of ours without a final response, by branch. */
  const unanswered = new Map<string, Waiting>();
  /** Written while no flow was up, and when (ms since the epoch). */
  let kept: { readonly text: string; readonly at: number }[] = [];
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
    on.flow.send(withToken(text, message, presented));
    if (message.kind === 'request') listener.onRequestSent(message);
  };

  const receive = (text: string, on: Carried): void => {
    const message = peek(text);
    if (message === null) return;
    if (message.kind === 'response') {
      // A refused INVITE makes no dialog that a flow would have to stay for.
      const refused = message.status >= 300 ? unanswered.get(message.branch)?.message : undefined;
      if (refused?.method === 'INVITE' && !refused.inDialog) for (const one of all()) one.calls.delete(message.callId);
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
    if (draining.delete(lost)) {
      // Within a dialog the answer may still come, to the request repeated here.
      if (current !== null) repeatUnanswered(current, ({ on }) => on === lost);
      for (const { message, on } of [...unanswered.values()]) if (on === lost && !message.inDialog) giveUp(message);
      if (current !== null && lost.calls.size > 0) listener.onStranded(lost.calls);
      return;
    }
    if (current !== lost) return;
    current = null;
    // Within a dialog a request is repeated on the next flow; REGISTER and a first INVITE are not: the binding is made
    // anew anyway, and a call that nobody answered yet is better dialled again.
    for (const { message } of [...unanswered.values()]) if (!message.inDialog) giveUp(message);
    listener.onLost(end);
  };

  /** A repeated request keeps its branch: whoever has it already takes it for a retransmission (RFC 3261 section 17.2.3). */
  const repeatUnanswered = (next: Carried, which: (waiting: Waiting) => boolean): void => {
    for (const waiting of [...unanswered.values()]) if (waiting.message.inDialog && which(waiting)) write(waiting.text, waiting.message, next);
  };

  const become = (next: Carried, beforeIsSuspect: boolean): void => {
    const before = current;
    current = next;
    if (before !== null) {
      before.flow.stopProbing();
      draining.add(before);
      if (beforeIsSuspect) {
        repeatUnanswered(next, () => true);
        // A REGISTER over the new flow has to wait for the answer to the one before: here it is.
        const stuck = [...unanswered.values()].filter(({ message, on }) => on === before && message.method === 'REGISTER');
        deps.clock.after(0, () => stuck.filter(({ message }) => unanswered.has(message.branch)).forEach(({ message }) => giveUp(message)));
      }
      settle();
      return;
    }
    repeatUnanswered(next, () => true);
    const written = kept;
    kept = [];
    // The stack has given up on what is older; an answer would meet nobody. A BYE is worth sending even so.
    for (const { text, at } of written) if (deps.clock.now() - at < TIMER_F_MS || text.startsWith('BYE ')) send(text);
  };

  const keep = (text: string): void => void kept.push({ text, at: deps.clock.now() });

  const send = (text: string): void => {
    const message = peek(text);
    if (message === null) return;
    if (message.kind === 'response') {
      const home = all().find((one) => one.arrived.has(message.branch)) ?? current;
      if (home === null) keep(text);
      else write(text, message, home);
      return;
    }
    if (message.method === 'ACK' && madeUp.delete(message.branch)) return;
    if (message.method === 'CANCEL') {
      // A CANCEL follows its INVITE (RFC 3261 section 9.1).
      const home = unanswered.get(message.branch)?.on ?? current;
      if (home !== null) write(text, message, home);
    } else if (current !== null) write(text, message, current);
    else if (message.inDialog) keep(text);
    // JsSIP is still inside its own send(): the answer has to come after it.
    else queueMicrotask(() => giveUp(message));
  };

  const open = (grant: Grant, beforeIsSuspect: boolean, openWithinMs?: number): Promise<boolean> =>
    new Promise((resolve) => {
      abandonOpening();
      flowNumber += 1;
      const flow = openFlow(flowNumber, grant, deps, {
        onOpen: () => {
          abandonOpening = () => undefined;
          become(carried, beforeIsSuspect);
          resolve(true);
        },
        onMessage: (text) => receive(text, carried),
        onEnd: (end) => {
          lose(carried, end);
          resolve(false);
        },
      }, openWithinMs);
      const carried: Carried = { flow, calls: new Set(), arrived: new Set() };
      abandonOpening = () => {
        flow.close();
        resolve(false);
      };
    });

  return {
    connect: (grant, openWithinMs) => open(grant, false, openWithinMs),
    replace: (grant, openWithinMs) => open(grant, true, openWithinMs),
    present: (grant) => {
      presented = grant;
      current?.flow.conceal(grant);
    },
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
      presented = null;
      draining.clear();
      unanswered.clear();
      kept = [];
      settle();
    },
  };
}
