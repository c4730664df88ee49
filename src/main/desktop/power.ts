/** What the computer's sleep means for us. */
import { powerMonitor } from 'electron';

/** Calls `onResumed` when the computer wakes up: sockets are suspect then, and clocks have moved. Call when Electron is ready. */
export function watchPower(onResumed: () => void): void {
  powerMonitor.on('resume', onResumed);
}
