/**
 * One request on its way through the proxy (RFC 3261 section 16): the server transaction towards its origin and the
 * branches towards its targets. Over WebSocket nothing is retransmitted, so the timers that remain are those that end things.
 *
 *   pending --2xx--> answered --ACK, or 32 s--> gone
 *           --best of the others, cancel, time-out--> refused --ACK, or 32 s--> gone    (non-INVITE: gone at once)
 */
import { ackFor, bestOf, cancelFor, makeBranch, type Branch, type Target } from './branch';
import type { Clock } from './clock';
import type { Endpoint } from './endpoint';
import type { LocationService } from './location-service';
import { withoutTopHeader, type HeaderField, type SipRequest, type SipResponse } from './sip-message';
import { randomToken, replyTo } from './sip-reply';

/** How long things may take, in ms. */
export interface ProxyTimers {
  /** From INVITE to answer (the place of Timer C, section 16.6 step 11). */
  readonly answerMs: number;
  /** 64*T1: any other transaction, and what lingers after a final response (Timers F, H). */
  readonly transactionMs: number;
  /** How long a phone whose flow broke is waited for. */
  readonly returnMs: number;
}

export const DEFAULT_TIMERS: ProxyTimers = { answerMs: 60_000, transactionMs: 32_000, returnMs: 4_000 };

export interface ContextOptions {
  readonly request: SipRequest;
  readonly origin: Endpoint;
  readonly domain: string;
  readonly clock: Clock;
  readonly location: LocationService;
  readonly timers: ProxyTimers;
  readonly onBranch: (branch: Branch) => void;
  /** A final response went to the origin; `by` is who sent it, null when the proxy made it. */
  readonly onFinal: (response: SipResponse, by: Endpoint | null) => void;
  /** Another phone answered the INVITE too; the origin heard it. */
  readonly onFork: (response: SipResponse, by: Endpoint) => void;
  readonly onGone: (branches: readonly Branch[]) => void;
}

const ELSEWHERE: HeaderField = { name: 'Reason', value: 'SIP;cause=200;text="Call completed elsewhere"' };
const DECLINED: HeaderField = { name: 'Reason', value: 'SIP;cause=603;text="Declined"' };

export class ResponseContext {
  readonly request: SipRequest;
  readonly origin: Endpoint;
  readonly #options: ContextOptions;
  readonly #branches: Branch[] = [];
  readonly #isInvite: boolean;
  /** The tag of responses that the proxy makes itself: one for the whole transaction. */
  readonly #toTag = randomToken();
  #phase: 'pending' | 'answered' | 'refused' | 'gone' = 'pending';
  #acknowledged = false;
  #last: SipResponse | null = null;
  #stopTimer: () => void = () => undefined;

  constructor(options: ContextOptions) {
    this.#options = options;
    this.request = options.request;
    this.origin = options.origin;
    this.#isInvite = options.request.method === 'INVITE';
  }

  get isPending(): boolean {
    return this.#phase === 'pending';
  }

  /** Sends the copies out. `limitMs` is the longest wait for a final response. */
  start(targets: readonly Target[], limitMs: number): void {
    if (this.#isInvite) this.#sendUpstream(replyTo(this.request, 100));
    for (const target of targets) {
      const branch = makeBranch(this.request, target, this.#options.domain);
      this.#branches.push(branch);
      this.#options.onBranch(branch);
    }
    this.#stopTimer = this.#options.clock.after(limitMs, () => this.#timeOut());
    for (const branch of [...this.#branches]) this.#deliver(branch);
  }

  /** The same request came again: the last response goes out again. */
  repeat(): void {
    if (this.#last !== null) this.#sendUpstream(this.#last);
  }

  /** A response for one of the branches. */
  receive(branchId: string, response: SipResponse, from: Endpoint): void {
    const branch = this.#branches.find((one) => one.id === branchId);
    // Only the user that was asked may answer; on which of its flows does not matter.
    if (branch === undefined || from.user !== branch.target.endpoint.user || this.#phase === 'gone') return;
    if (response.status < 200) this.#provisional(branch, response);
    else this.#final(branch, response, from);
  }

  /** The origin gave up: CANCEL goes to every branch that is not done. */
  cancel(reason: readonly HeaderField[]): void {
    if (this.#phase !== 'pending') return;
    this.#cancelBranches(reason);
    this.#stopTimer();
    // Section 9.1: a branch that does not answer its CANCEL within 64*T1 is taken as cancelled.
    this.#stopTimer = this.#options.clock.after(this.#options.timers.transactionMs, () =>
      this.#refuse(replyTo(this.request, 487, { toTag: this.#toTag })),
    );
  }

  /** The ACK of the final response has come; nothing is waited for but branches that are still open. */
  acknowledge(): void {
    this.#acknowledged = true;
    this.#settle();
  }

  /** A flow ended. Its phone has a few seconds to come back on another one. */
  endpointGone(endpoint: Endpoint): void {
    const { location, timers } = this.#options;
    if (this.#phase !== 'pending') return;
    if (endpoint.id === this.origin.id && this.#isInvite && location.reach(endpoint) === null) {
      location.whenBack(endpoint, timers.returnMs, (back) => {
        if (back === null) this.cancel([]);
      });
    }
    for (const branch of this.#branches) {
      if (branch.state === 'done' || branch.target.endpoint.id !== endpoint.id || location.reach(endpoint) !== null)
        continue;
      location.whenBack(endpoint, timers.returnMs, (back) => {
        if (back === null) this.#final(branch, replyTo(branch.request, 480, { toTag: this.#toTag }), null);
      });
    }
  }

  /** Ends without another word. */
  dispose(): void {
    if (this.#phase === 'gone') return;
    this.#phase = 'gone';
    this.#stopTimer();
    this.#options.onGone(this.#branches);
  }

  #deliver(branch: Branch): void {
    const { location, timers } = this.#options;
    const now = location.reach(branch.target.endpoint);
    if (now !== null) {
      now.send(branch.request);
      return;
    }
    location.whenBack(branch.target.endpoint, timers.returnMs, (back) => {
      if (branch.state === 'done' || this.#phase === 'gone') return;
      // Section 15.1.1: who is not there to hear a BYE has left the call.
      const status = branch.request.method === 'BYE' ? 408 : 480;
      if (back !== null) back.send(branch.request);
      else this.#final(branch, replyTo(branch.request, status, { toTag: this.#toTag }), null);
    });
  }

  #provisional(branch: Branch, response: SipResponse): void {
    if (branch.state === 'done') return;
    branch.state = 'proceeding';
    const waiting = branch.waitingCancel;
    branch.waitingCancel = null;
    if (waiting !== null) this.#sendCancel(branch, waiting);
    if (response.status > 100 && this.#phase === 'pending') this.#sendUpstream(withoutTopHeader(response, 'Via'));
  }

  #final(branch: Branch, response: SipResponse, from: Endpoint | null): void {
    if (branch.state === 'done') {
      // Section 16.7 step 5: every 2xx to an INVITE goes back, also another one of the same branch, whose dialog the caller must end.
      if (this.#isInvite && this.#phase === 'answered' && response.status < 300) this.#fork(response, from);
      return;
    }
    branch.state = 'done';
    branch.final = response;
    if (response.status < 300) this.#answer(response, from);
    else {
      if (this.#isInvite && from !== null)
        this.#options.location.reach(branch.target.endpoint)?.send(ackFor(branch, response));
      // Section 16.7 step 5: a 6xx speaks for the whole user.
      if (response.status >= 600) this.#cancelBranches([DECLINED]);
      if (this.#branches.every((one) => one.state === 'done')) this.#refuseWithBest();
    }
    this.#settle();
  }

  #answer(response: SipResponse, from: Endpoint | null): void {
    const first = this.#phase === 'pending';
    if (!first) {
      this.#fork(response, from);
      return;
    }
    this.#last = withoutTopHeader(response, 'Via');
    this.#sendUpstream(this.#last);
    this.#phase = 'answered';
    this.#lingerOn();
    this.#options.onFinal(response, from);
    if (this.#isInvite) this.#cancelBranches([ELSEWHERE]);
  }

  #fork(response: SipResponse, from: Endpoint | null): void {
    this.#sendUpstream(withoutTopHeader(response, 'Via'));
    if (this.#isInvite && from !== null) this.#options.onFork(response, from);
  }

  #refuseWithBest(): void {
    const best = bestOf(
      this.#branches.flatMap((branch) => (branch.final === null || branch.final.status < 300 ? [] : [branch.final])),
    );
    if (best !== null) this.#refuse(withoutTopHeader(best, 'Via'));
  }

  #refuse(response: SipResponse): void {
    if (this.#phase !== 'pending') return;
    this.#phase = 'refused';
    this.#last = response;
    this.#sendUpstream(response);
    this.#lingerOn();
    this.#options.onFinal(response, null);
    this.#settle();
  }

  #timeOut(): void {
    if (this.#phase !== 'pending') return;
    if (this.#isInvite) this.#cancelBranches([]);
    this.#refuse(replyTo(this.request, 408, { toTag: this.#toTag }));
  }

  #cancelBranches(reason: readonly HeaderField[]): void {
    for (const branch of this.#branches) {
      if (branch.state === 'proceeding') this.#sendCancel(branch, reason);
      else if (branch.state === 'calling') branch.waitingCancel = reason;
    }
  }

  #sendCancel(branch: Branch, reason: readonly HeaderField[]): void {
    this.#options.location.reach(branch.target.endpoint)?.send(cancelFor(branch, reason));
  }

  #sendUpstream(response: SipResponse): void {
    const { location, timers } = this.#options;
    const now = location.reach(this.origin);
    if (now !== null) now.send(response);
    else if (response.status >= 200) location.whenBack(this.origin, timers.returnMs, (back) => back?.send(response));
  }

  #lingerOn(): void {
    this.#stopTimer();
    this.#stopTimer = this.#options.clock.after(this.#options.timers.transactionMs, () => this.dispose());
  }

  #settle(): void {
    if (this.#phase === 'pending') return;
    const finished = this.#branches.every((branch) => branch.state === 'done');
    if (finished && (!this.#isInvite || this.#acknowledged)) this.dispose();
  }
}
