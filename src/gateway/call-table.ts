/**
 * Answered calls between two endpoints, counted from the 2xx to a BYE that somebody agreed to. What belongs to none of them is not passed on: the
 * token in a Route says where a dialog ran, not that it still does.
 */
import type { CallLimit } from './call-limit';
import type { Endpoint } from './endpoint';
import { headerOf, parseCseq, type SipRequest } from './sip-message';

export interface AnsweredCall {
  readonly callId: string;
  readonly callerTag: string;
  readonly calleeTag: string;
  /** The caller, and who answered. */
  readonly parties: readonly [Endpoint, Endpoint];
  /** The number of the caller's last request, and of the callee's. */
  readonly numbers: { caller: number; callee: number };
  /** Null: it may last as long as it likes. */
  readonly limit: CallLimit | null;
  /** Told when it leaves this table. */
  readonly onOver: () => void;
}

/** How many calls of an earlier life of the gateway are remembered as over. */
const MOST_OVER = 10_000;

export class CallTable {
  #calls: readonly AnsweredCall[] = [];
  readonly #over = new Set<string>();

  answered(call: AnsweredCall): void {
    if (this.find(call.callId, call.callerTag, call.calleeTag) === undefined) this.#calls = [...this.#calls, call];
    else call.limit?.cancel();
  }

  find(callId: string, callerTag: string, calleeTag: string): AnsweredCall | undefined {
    return this.#calls.find(
      (call) => call.callId === callId && call.callerTag === callerTag && call.calleeTag === calleeTag,
    );
  }

  /** A call that was answered before the gateway started: null where it ended since. */
  adopt(call: AnsweredCall): AnsweredCall | null {
    if (this.#over.has(keyOf(call))) return null;
    this.answered(call);
    return call;
  }

  /** The calls that this user has placed. */
  placedBy(user: string): number {
    return this.#calls.filter(({ parties: [caller] }) => caller.user === user).length;
  }

  /** A request within the call; false where its number is not above the last one's (RFC 3261 section 12.2.2). */
  note(call: AnsweredCall, request: SipRequest, isFromCaller: boolean): boolean {
    const side = isFromCaller ? 'caller' : 'callee';
    const number = parseCseq(headerOf(request, 'CSeq') ?? '')?.number ?? 0;
    if (request.method !== 'ACK') {
      if (number <= call.numbers[side]) return false;
      call.numbers[side] = number;
    }
    call.limit?.note(request, isFromCaller);
    return true;
  }

  /** The call is over. */
  ended(over: AnsweredCall): void {
    this.#keep((call) => call !== over);
  }

  /** Forgets the calls that nobody can end any more: none of their parties can be reached. */
  sweep(canReach: (endpoint: Endpoint) => boolean): void {
    this.#keep((call) => call.parties.some(canReach));
  }

  /** Forgets all of them. */
  clear(): void {
    this.#keep(() => false);
  }

  get size(): number {
    return this.#calls.length;
  }

  #keep(wanted: (call: AnsweredCall) => boolean): void {
    const over = this.#calls.filter((call) => !wanted(call));
    this.#calls = this.#calls.filter(wanted);
    for (const call of over) {
      this.#over.add(keyOf(call));
      for (const oldest of this.#over) {
        if (this.#over.size <= MOST_OVER) break;
        this.#over.delete(oldest);
      }
      call.limit?.cancel();
      call.onOver();
    }
  }
}

const keyOf = ({ callId, callerTag, calleeTag }: AnsweredCall): string => [callId, callerTag, calleeTag].join('\n');
