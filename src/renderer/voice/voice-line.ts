/** The way to an assistant: main places the call and ends it; what is secret about it stays there. */
import type { Result } from '../../contracts/base/result';
import type { VoiceEnded, VoiceToolCall } from '../../contracts/call/voice';

export interface VoiceLine {
  /** Sends the offer to the system; `callId` is main's name of the call. */
  readonly place: (offer: string) => Promise<Result<{ readonly callId: string; readonly answer: string }>>;
  /** Ends it at the system. A call that is over counts as ended. */
  readonly hangUp: (callId: string) => Promise<Result<null>>;
  readonly runTool: (call: VoiceToolCall) => Promise<Result<{ readonly output: string }>>;
  /** Main ended a call; returns the unsubscribe function. */
  readonly onEnded: (listener: (ended: VoiceEnded) => void) => () => void;
}
