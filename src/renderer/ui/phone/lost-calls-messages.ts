/** What the agent reads of calls that the window, or the run before, lost. */
import type { LostCalls } from '../../../contracts/call/lost-calls';

/** One sentence. */
export function lostCallsSentence({ calls, how }: LostCalls): string {
  const during = calls === 1 ? 'a call' : `${calls} calls`;
  const they = calls === 1 ? 'it' : 'they';
  switch (how) {
    case 'window-crashed':
      return `The window crashed during ${during}, and ${they} ended without a goodbye.`;
    case 'stopped':
      return `Last time Ringfence stopped during ${during}, and ${they} ended without a goodbye.`;
    case 'shutdown':
      return `Last time the computer shut down during ${during}, and Ringfence hung up.`;
    case 'signal':
      return `Last time somebody ended Ringfence during ${during}, and Ringfence hung up.`;
  }
}
