/** Requests of ours that have no final response yet, and how long one is waited for. */
import type { Clock } from '../../base/clock';
import type { WireMessage } from './sip-wire';

export interface OpenRequest<Place> {
  readonly text: string;
  readonly message: WireMessage;
  /** The flow that it was sent on last. */
  readonly on: Place;
}

export interface OpenRequests<Place> {
  /** It was sent, or sent again. */
  readonly sent: (request: OpenRequest<Place>) => void;
  readonly get: (branch: string) => OpenRequest<Place> | undefined;
  readonly list: () => readonly OpenRequest<Place>[];
  /** It is answered, or given up. */
  readonly close: (branch: string) => void;
  /** The dialog, or what was to become one, is over: its INVITEs are waited for no longer than anything else. */
  readonly callEnded: (callId: string) => void;
  readonly clear: () => void;
}

/** RFC 3261 section 17.1.2.2, ms: nobody answers later than this. */
export const TIMER_F_MS = 32_000;

/** True for the INVITE that starts a call: it may ring for minutes, and has no Timer F. */
export function isFirstInvite({ method, inDialog }: Pick<WireMessage, 'method' | 'inDialog'>): boolean {
  return method === 'INVITE' && !inDialog;
}

/** `onTimeout` is called when one was closed because nobody answered it in time. */
export function createOpenRequests<Place>(clock: Clock, onTimeout: () => void): OpenRequests<Place> {
  const open = new Map<string, OpenRequest<Place>>();
  const closeLater = (branch: string): void => {
    clock.after(TIMER_F_MS, () => {
      if (open.delete(branch)) onTimeout();
    });
  };
  return {
    sent: (request) => {
      const { branch } = request.message;
      if (!open.has(branch) && !isFirstInvite(request.message)) closeLater(branch);
      open.set(branch, request);
    },
    get: (branch) => open.get(branch),
    list: () => [...open.values()],
    close: (branch) => void open.delete(branch),
    callEnded: (callId) => {
      for (const [branch, { message }] of open) {
        if (message.callId !== callId || message.method !== 'INVITE') continue;
        // A re-INVITE that crossed the BYE may never be answered, and its answer matters to nobody; a first INVITE that was
        // cancelled gets its 487.
        if (message.inDialog) open.delete(branch);
        else closeLater(branch);
      }
    },
    clear: () => open.clear(),
  };
}
