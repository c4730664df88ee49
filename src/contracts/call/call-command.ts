/** What somebody does with a call, as data: a new verb is one member here, one case in each engine, and one message. */
export type CallCommand =
  /** Acquires the microphone first; refused or missing, the call keeps ringing with `problem` set. Holds the others. */
  | { readonly verb: 'answer' }
  /** Declines an incoming call (603; 486 with `busy`), cancels an outgoing one, ends an answered one. `time-limit`: not by the agent's wish. */
  | { readonly verb: 'end'; readonly how?: 'busy' | 'time-limit' }
  | { readonly verb: 'mute'; readonly on: boolean }
  | { readonly verb: 'hold' }
  /** Holds the other calls, then resumes this one. */
  | { readonly verb: 'resume' }
  /** Queues digits 0-9 * # A-D; RFC 4733, INFO where the peer offers no telephone-event. */
  | { readonly verb: 'send-digits'; readonly digits: string }
  /** Sends the next of the digits that stood behind the number and wait for the agent. */
  | { readonly verb: 'send-after' }
  /** Removes an ended call from the snapshot. */
  | { readonly verb: 'dismiss' };

export type CallVerb = CallCommand['verb'];
