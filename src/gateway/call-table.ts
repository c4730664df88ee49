/** Answered calls between two endpoints, counted from the 2xx to the end of the BYE. For statistics only: routing needs no state. */
import type { Endpoint } from './endpoint';

interface AnsweredCall {
  readonly callId: string;
  readonly calleeTag: string;
  readonly parties: readonly Endpoint[];
}

export class CallTable {
  #calls: readonly AnsweredCall[] = [];

  answered(call: AnsweredCall): void {
    this.#calls = [...this.#calls, call];
  }

  /** A BYE between these two tags is over, however it was answered. */
  ended(callId: string, tags: readonly (string | null)[]): void {
    this.#calls = this.#calls.filter((call) => call.callId !== callId || !tags.includes(call.calleeTag));
  }

  /** Forgets the calls that nobody can end any more: none of their parties can be reached. */
  sweep(canReach: (endpoint: Endpoint) => boolean): void {
    this.#calls = this.#calls.filter((call) => call.parties.some(canReach));
  }

  get size(): number {
    return this.#calls.length;
  }
}
