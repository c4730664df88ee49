/** Digits that wait for their turn: typed faster than they can be sent, none is lost and the order is kept. */
export type DtmfQueue = string;

export const emptyQueue: DtmfQueue = '';

/** Longest queue; more than anybody types while one digit sounds. */
const LONGEST = 256;

/** What RFC 4733 section 3.2 can send, of whatever was typed or pasted; lower-case letters become upper-case. */
export function cleanDigits(typed: string): string {
  return typed.toUpperCase().replace(/[^0-9*#A-D]/g, '');
}

/** Adds digits at the end. */
export function enqueue(queue: DtmfQueue, digits: string): DtmfQueue {
  return (queue + cleanDigits(digits)).slice(0, LONGEST);
}

/** The digit to send now and what then remains; null when nothing waits. */
export function dequeue(queue: DtmfQueue): { readonly digit: string; readonly rest: DtmfQueue } | null {
  return queue === '' ? null : { digit: queue.charAt(0), rest: queue.slice(1) };
}
