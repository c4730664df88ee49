/** Answered calls between two endpoints, counted from the 2xx to the end of the BYE. For statistics and limits only: routing needs no state. */
import type { CallLimit } from './call-limit';
import type { Endpoint } from './endpoint';
import type { SipRequest } from './sip-message';

interface AnsweredCall {
  readonly callId: string;
  readonly calleeTag: string;
  readonly parties: readonly Endpoint[];
  /** Null: it may last as long as it likes. */
  readonly limit: CallLimit | null;
  /** Told when it leaves this table. */
  readonly onOver: () => void;
}

export class CallTable {
  #calls: readonly AnsweredCall[] = [];

  answered(call: AnsweredCall): void {
    this.#calls = [...this.#calls, call];
  }

  /** A request went through a dialog between these two tags. */
  note(callId: string, tags: readonly (string | null)[], request: SipRequest, isFromCaller: boolean): void {
    for (const call of this.#calls)
      if (call.callId === callId && tags.includes(call.calleeTag)) call.limit?.note(request, isFromCaller);
  }

  /** A BYE between these two tags is over, however it was answered. */
  ended(callId: string, tags: readonly (string | null)[]): void {
    this.#keep((call) => call.callId !== callId || !tags.includes(call.calleeTag));
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
      call.limit?.cancel();
      call.onOver();
    }
  }
}
