/** Which calls ring, as the small window shows them. */
import type { IncomingNotice } from '../../contracts/call/call';
import type { IncomingWindow } from './incoming-window';

/** How many calls can ring at once; the oldest stay. */
const MOST_NOTICES = 8;

/** The calls that ring, oldest first, and what follows from a change. */
export interface IncomingCalls {
  readonly notify: (notice: IncomingNotice) => void;
  readonly dismiss: (callId: string) => void;
  readonly current: () => readonly IncomingNotice[];
  /** False: no such call rings (any more). */
  readonly act: (callId: string, action: 'answer' | 'decline') => boolean;
  readonly clear: () => void;
}

export interface IncomingCallsPorts {
  readonly window: IncomingWindow;
  readonly onChanged: (notices: readonly IncomingNotice[]) => void;
  readonly onAction: (callId: string, action: 'answer' | 'decline') => void;
}

export function createIncomingCalls({ window, onChanged, onAction }: IncomingCallsPorts): IncomingCalls {
  let notices: readonly IncomingNotice[] = [];
  const set = (wanted: readonly IncomingNotice[]): void => {
    notices = wanted;
    if (notices.length === 0) window.close();
    else window.show();
    onChanged(notices);
  };
  const dismiss = (callId: string): void => {
    if (notices.some((each) => each.callId === callId)) set(notices.filter((each) => each.callId !== callId));
  };
  return {
    notify: (notice) =>
      set([...notices.filter((each) => each.callId !== notice.callId), notice].slice(0, MOST_NOTICES)),
    dismiss,
    current: () => notices,
    act: (callId, action) => {
      if (!notices.some((each) => each.callId === callId)) return false;
      onAction(callId, action);
      // Not when the phone says so: a second click must not act twice.
      dismiss(callId);
      return true;
    },
    clear: () => {
      if (notices.length > 0) set([]);
    },
  };
}
