/** Which calls ring, as the small window shows them: none but those that main itself has seen come in. */
import type { IncomingAnnouncement, IncomingNotice } from '../../contracts/call/call';
import type { Profile } from '../../contracts/profile/profile';
import type { IncomingWindow } from './incoming-window';

/** How many calls the window shows at once; the oldest stay. */
export const MOST_NOTICES = 4;

/** The calls that ring, oldest first, and what follows from a change. */
export interface IncomingCalls {
  /** False: main knows of no such call, or enough ring already; nothing is shown. */
  readonly notify: (announced: IncomingAnnouncement) => Promise<boolean>;
  readonly dismiss: (callId: string) => void;
  /** The call with this Call-ID rings no more, as main sees it. */
  readonly over: (sipCallId: string) => void;
  readonly current: () => readonly IncomingNotice[];
  /** False: no such call rings (any more). */
  readonly act: (callId: string, action: 'answer' | 'decline') => boolean;
  readonly clear: () => void;
}

export interface IncomingCallsPorts {
  readonly window: IncomingWindow;
  /** Whether main has seen this call come in, and ring still. */
  readonly rings: (sipCallId: string) => Promise<boolean>;
  /** The name and the environment that are shown are main's own. */
  readonly line: (profileId: string) => Pick<Profile, 'name' | 'environment'> | null;
  readonly onChanged: (notices: readonly IncomingNotice[]) => void;
  readonly onAction: (callId: string, action: 'answer' | 'decline') => void;
}

export function createIncomingCalls({ window, rings, line, onChanged, onAction }: IncomingCallsPorts): IncomingCalls {
  let shown: readonly { readonly sipCallId: string; readonly notice: IncomingNotice }[] = [];
  /** A call that the page takes back while main still looks for it is not shown. */
  const wanted = new Map<string, IncomingAnnouncement>();
  const current = (): readonly IncomingNotice[] => shown.map(({ notice }) => notice);
  const set = (next: typeof shown): void => {
    shown = next;
    if (shown.length === 0) window.close();
    else window.show();
    onChanged(current());
  };
  const leaveOut = (isGone: (each: (typeof shown)[number]) => boolean): void => {
    if (shown.some(isGone)) set(shown.filter((each) => !isGone(each)));
  };
  const dismiss = (callId: string): void => {
    wanted.delete(callId);
    leaveOut(({ notice }) => notice.callId === callId);
  };
  return {
    notify: async (announced) => {
      const { sipCallId, profileId, ...facts } = announced;
      wanted.set(facts.callId, announced);
      const known = await rings(sipCallId);
      if (wanted.get(facts.callId) !== announced) return false;
      wanted.delete(facts.callId);
      const about = line(profileId);
      // One notice for a call, whatever the page calls it.
      const others = shown.filter(({ notice, sipCallId: id }) => notice.callId !== facts.callId && id !== sipCallId);
      if (!known || about === null || others.length >= MOST_NOTICES) return false;
      set([...others, { sipCallId, notice: { ...facts, line: about.name, environment: about.environment } }]);
      return true;
    },
    dismiss,
    over: (sipCallId) => leaveOut((each) => each.sipCallId === sipCallId),
    current,
    act: (callId, action) => {
      if (!shown.some(({ notice }) => notice.callId === callId)) return false;
      onAction(callId, action);
      // Not when the phone says so: a second click must not act twice.
      dismiss(callId);
      return true;
    },
    clear: () => {
      wanted.clear();
      if (shown.length > 0) set([]);
    },
  };
}
