/** What a person is asked before the app ends with calls up. Names of callers stay out of it: they come from strangers. */
import type { NativeQuestion } from './change-question';

export function closeQuestion(calls: number): NativeQuestion {
  const one = calls === 1;
  return {
    title: one ? 'End the call?' : 'End the calls?',
    message: one ? 'A call is still up.' : `${calls} calls are still up.`,
    detail: `If you close Ringfence now, ${one ? 'it ends' : 'they end'}. Calls on hold and calls that ring count, too.`,
    agree: one ? 'End call and close' : 'End calls and close',
    refuse: 'Keep calling',
  };
}
