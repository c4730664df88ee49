/** Digits that wait for their turn: typed faster than they can be sent, none is lost and the order is kept. */
export type DtmfQueue = string;

export const emptyQueue: DtmfQueue = '';

/** Longest queue; more than anybody types while one digit sounds. */
const LONGEST = 256;

/** What RFC 4733 section 3.2 can send, of whatever was typed or pasted; lower-case letters become upper-case. */
export function cleanDigits(typed: string): string {
  return typed.toUpperCase().replace(/[^0-9*#A-D]/g, '');
}

/** Stands for a pause of 2 s in the queue. */
export const PAUSE = ',';

/** Adds digits at the end, behind so many pauses. */
export function enqueue(queue: DtmfQueue, digits: string, pauses = 0): DtmfQueue {
  return (queue + PAUSE.repeat(pauses) + cleanDigits(digits)).slice(0, LONGEST);
}

/** The digit to send now (or `PAUSE`) and what then remains; null when nothing waits. */
export function dequeue(queue: DtmfQueue): { readonly digit: string; readonly rest: DtmfQueue } | null {
  return queue === '' ? null : { digit: queue.charAt(0), rest: queue.slice(1) };
}
