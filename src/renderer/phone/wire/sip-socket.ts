/**
 * The one wire that the stack sees. Under it WebSockets come and go: a renewed token opens a second one before the first
 * is let go (make before break), a lost one is replaced, and the stack notices neither: what it sends meanwhile waits.
 *
 *   current   new requests go here; probed for life
 *   draining  still delivers what arrives for calls that were set up on it, and takes the responses to it; probed as well;
 *             closed when the registrar knows its successor, its last call has ended and its last request is answered
 */
import type { Grant } from '../../../contracts/profile/grant';
import { openFlow, type Flow, type FlowDeps, type FlowEnd } from './flow';
import { createLiveCalls } from './live-calls';
import { createOpenRequests, isFirstInvite, type OpenRequest } from './open-requests';
import { withToken, type Presented } from './request-token';
import { peek, type WireMessage } from './sip-wire';
import { createUndelivered } from './undelivered';

export interface SipSocketListener {
  /** A SIP message for the stack. */
  readonly onMessage: (text: string) => void;
  /** The current flow is gone and nothing replaces it yet. */
  readonly onLost: (end: FlowEnd) => void;
  /** A server answered the connect under way, and not as a SIP gateway; `connect` says false in a moment. */
  readonly onNoSip?: () => void;
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
  /** Requests carry this grant's token from now on, where its presentation is bound to requests; `toProxy`: as Proxy-Authorization too. */
  readonly present: (grant: Grant, toProxy?: boolean) => void;
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
  /**
   * Calls whose INVITE travelled here: the gateway's Record-Route points to this flow (RFC 5626 section 5.3), or the far end's
   * remote target does.
   */
  readonly calls: Set<string>;
  /** The registrar may still send calls here. */
  registered: boolean;
  /** Top Via branches of requests that arrived here: their responses go back here (RFC 3261 section 18.2.2). */
  readonly arrived: Set<string>;
}

const BRANCHES_KEPT = 256;
/** How long the flow before stays when the registrar does not answer on the next one, ms. */
const HAND_OVER_MS = 5_000;

export function createSipSocket(deps: FlowDeps, listener: SipSocketListener): SipSocket {
  let current: Carried | null = null;
  let presented: Presented | null = null;
  let abandonOpening: () => void = () => undefined;
  const draining = new Set<Carried>();
  const unanswered = createOpenRequests<Carried>(deps.clock, () => settle());
  const live = createLiveCalls();
  const undelivered = createUndelivered(deps.clock, (text) => listener.onMessage(text));
  let flowNumber = 0;
  let quietWaiters: (() => void)[] = [];

  const all = (): Carried[] => (current === null ? [...draining] : [current, ...draining]);

  function settle(): void {
    const open = unanswered.list();
    for (const one of draining) {
      // A call may be among what came and is not read yet.
      if (one.flow.isBehind() || one.registered || one.calls.size > 0 || open.some((waiting) => waiting.on === one))
        continue;
      draining.delete(one);
      one.flow.close();
    }
    if (open.length > 0) return;
    for (const resolve of quietWaiters) resolve();
    quietWaiters = [];
  }
  /** Requests of the far end may come here until the call is over. */
  const belongs = (callId: string, on: Carried): void => {
    if (live.has(callId)) on.calls.add(callId);
  };

  const over = (callId: string): void => {
    live.ended(callId);
    for (const one of all()) one.calls.delete(callId);
  };

  const write = (text: string, message: WireMessage, on: Carried): void => {
    if (message.kind === 'request') {
      if (message.method !== 'ACK' && message.method !== 'CANCEL') unanswered.sent({ text, message, on });
      if (isFirstInvite(message)) {
        live.placed(message.callId);
        on.calls.add(message.callId);
      }
    } else if (message.method === 'INVITE' && message.status >= 200 && message.status < 300)
      belongs(message.callId, on);
    on.flow.send(withToken(text, message, presented));
    const refused = message.kind === 'response' ? live.refusedBy(message) : null;
    if (refused !== null) {
      over(refused);
      settle();
    }
    if (message.kind === 'request') listener.onRequestSent(message);
  };

  /** A final response came. */
  const finished = ({ branch, callId, status }: WireMessage): void => {
    const asked = unanswered.get(branch);
    unanswered.close(branch);
    if (asked === undefined) return;
    const accepted = status < 300;
    if (asked.message.method === 'REGISTER' && accepted && asked.on === current)
      for (const one of draining) one.registered = false;
    if (asked.message.method !== 'INVITE') return;
    if (accepted) belongs(callId, asked.on);
    else if (!asked.message.inDialog) {
      // A refused INVITE makes no dialog that a flow would have to stay for.
      over(callId);
    }
  };

  const receive = (text: string, on: Carried): void => {
    const message = peek(text);
    if (message === null) return;
    if (message.kind === 'response') {
      if (message.status >= 200) finished(message);
    } else {
      on.arrived.add(message.branch);
      if (on.arrived.size > BRANCHES_KEPT) for (const oldest of [...on.arrived].slice(0, 64)) on.arrived.delete(oldest);
      if (live.asked(message)) on.calls.add(message.callId);
    }
    listener.onMessage(text);
    if (message.kind === 'response') settle();
  };

  const giveUp = (message: WireMessage): void => {
    unanswered.close(message.branch);
    undelivered.giveUp(message);
  };

  /** Ends here what no other flow can bring to its end: the binding is made anew anyway, and a call that nobody answered yet is better dialled again. */
  const giveUpOn = (lost: Carried): void => {
    for (const { text, message, on } of unanswered.list()) {
      if (on !== lost || message.inDialog) continue;
      if (isFirstInvite(message)) undelivered.mayRing(text);
      giveUp(message);
    }
  };
  /** The far end rings for a call that is over here: the gateway is told by the flow that there is. */
  const cancelOrphans = (by: Carried): void => {
    for (const cancel of undelivered.takeCancels()) by.flow.send(cancel);
  };

  const lose = (lost: Carried, end: FlowEnd): void => {
    if (draining.delete(lost)) {
      // Within a dialog the answer may still come, to the request repeated here.
      if (current !== null) repeatUnanswered(current, ({ on }) => on === lost);
      giveUpOn(lost);
      if (current === null) return;
      cancelOrphans(current);
      if (lost.calls.size > 0) listener.onStranded(lost.calls);
      return;
    }
    if (current !== lost) return;
    current = null;
    // Within a dialog a request is repeated on the next flow.
    giveUpOn(lost);
    listener.onLost(end);
  };

  /** A repeated request keeps its branch: whoever has it already takes it for a retransmission (RFC 3261 section 17.2.3). */
  const repeatUnanswered = (next: Carried, which: (waiting: OpenRequest<Carried>) => boolean): void => {
    for (const waiting of unanswered.list())
      if (waiting.message.inDialog && which(waiting)) write(waiting.text, waiting.message, next);
  };

  const become = (next: Carried, beforeIsSuspect: boolean): void => {
    const before = current;
    current = next;
    if (before !== null) {
      // Make before break: until the registrar has heard of the new flow, calls arrive on this one.
      draining.add(before);
      deps.clock.after(HAND_OVER_MS, () => {
        before.registered = false;
        settle();
      });
      if (beforeIsSuspect) {
        repeatUnanswered(next, () => true);
        // A REGISTER over the new flow has to wait for the answer to the one before: here it is.
        const stuck = unanswered.list().filter(({ message, on }) => on === before && message.method === 'REGISTER');
        deps.clock.after(0, () =>
          stuck
            .filter(({ message }) => unanswered.get(message.branch) !== undefined)
            .forEach(({ message }) => giveUp(message)),
        );
      }
      return;
    }
    cancelOrphans(next);
    repeatUnanswered(next, () => true);
    for (const text of undelivered.takeKept()) send(text);
  };

  const send = (text: string): void => {
    const message = peek(text);
    if (message === null) return;
    if (message.kind === 'response') {
      const home = all().find((one) => one.arrived.has(message.branch)) ?? current;
      if (home === null) undelivered.keep(text);
      else write(text, message, home);
      return;
    }
    if (message.method === 'ACK' && undelivered.takeGivenUp(message.branch)) return;
    if (message.method === 'CANCEL') {
      // A CANCEL follows its INVITE (RFC 3261 section 9.1).
      const home = unanswered.get(message.branch)?.on ?? current;
      if (home !== null) write(text, message, home);
    } else if (current !== null) write(text, message, current);
    else if (message.inDialog) undelivered.keep(text);
    // JsSIP is still inside its own send(): the answer has to come after it.
    else queueMicrotask(() => giveUp(message));
  };

  const open = (grant: Grant, beforeIsSuspect: boolean, openWithinMs?: number): Promise<boolean> =>
    new Promise((resolve) => {
      abandonOpening();
      flowNumber += 1;
      const flow = openFlow(
        flowNumber,
        grant,
        deps,
        {
          onOpen: () => {
            abandonOpening = () => undefined;
            become(carried, beforeIsSuspect);
            resolve(true);
          },
          onMessage: (text) => receive(text, carried),
          onCaughtUp: settle,
          onEnd: (end) => {
            if (end.how === 'refused' && end.noSip === true) listener.onNoSip?.();
            lose(carried, end);
            resolve(false);
          },
        },
        openWithinMs,
      );
      const carried: Carried = { flow, calls: new Set(), registered: true, arrived: new Set() };
      abandonOpening = () => {
        flow.close();
        resolve(false);
      };
    });

  return {
    connect: (grant, openWithinMs) => open(grant, false, openWithinMs),
    replace: (grant, openWithinMs) => open(grant, true, openWithinMs),
    present: (grant, toProxy = false) => {
      presented = { grant, toProxy };
      current?.flow.conceal(grant);
    },
    send,
    isUp: () => current !== null,
    probe: (answerMs) => current?.flow.probe(answerMs),
    callEnded: (callId) => {
      over(callId);
      unanswered.callEnded(callId);
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
      live.clear();
      undelivered.clear();
      settle();
    },
  };
}
