/** What the computer's sleep and its screen lock mean for us. */
import { powerMonitor } from 'electron';

export interface PowerListeners {
  /** The computer woke up: sockets are suspect, and clocks have moved. */
  readonly onResumed: () => void;
  /** macOS and Windows tell of their screen lock; Linux does not. */
  readonly onScreenLocked: () => void;
  readonly onScreenUnlocked: () => void;
}

/** Call when Electron is ready. */
export function watchPower({ onResumed, onScreenLocked, onScreenUnlocked }: PowerListeners): void {
  powerMonitor.on('resume', onResumed);
  powerMonitor.on('lock-screen', onScreenLocked);
  powerMonitor.on('unlock-screen', onScreenUnlocked);
}

/** Whether the screen of this computer is locked now, as far as the system says. */
export function isScreenLocked(): boolean {
  // The number is what "idle" would mean (s); only "locked" is of interest.
  return powerMonitor.getSystemIdleState(3600) === 'locked';
}
