/** The small window in which the admin's passphrase is typed. */
import type { AdminQuestion } from '../../contracts/locks/locks';
import { createSmallWindow, type SmallWindowPorts } from './small-window';

const HEIGHTS: Readonly<Record<AdminQuestion, number>> = { unlock: 320, 'set-passphrase': 480 };

export interface UnlockWindow {
  /** Opens it, or brings the one that is open to the front, for whatever question that is; resolves when it is closed. */
  readonly open: (question: AdminQuestion) => Promise<void>;
  /** Closes it after what is being answered has been answered. */
  readonly close: () => void;
}

export function createUnlockWindow(ports: SmallWindowPorts): UnlockWindow {
  const small = createSmallWindow(ports);
  return {
    open: (question) =>
      small.open({
        title: 'Admin passphrase - Ringfence',
        height: HEIGHTS[question],
        path: `unlock.html?question=${question}`,
      }),
    close: small.close,
  };
}
