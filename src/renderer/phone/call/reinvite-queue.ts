/**
 * The offers (re-INVITEs) of one answered call. What is wished (held or not, a new path for the sound, a dialog that knows
 * our new flow) is a desired state; at most one offer at a time brings the far end to it, again and again while that can help.
 */
import type { Clock } from '../../base/clock';
import { afterAsked, dialogRetryDelay, glareDelay } from '../base/retry-policy';
import type { Reoffer } from '../port/sip-stack';

/** Does the far end still know the dialog? `doubted`: the last request found nobody. `gone`: it was told that there is none (481). */
export type DialogState = 'known' | 'doubted' | 'gone';

export interface ReinviteQueueDeps {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** The call is answered and its flow is registered: a request may be sent. */
  readonly mayOffer: () => boolean;
  /** We sent the INVITE that began the dialog (RFC 3261 section 14.1: who waits longer after a glare). */
  readonly ownsCallId: () => boolean;
  readonly isHeldByPeer: () => boolean;
  /** No sound has come for a while: a new path is needed, not only wished. */
  readonly isSoundDown: () => boolean;
  /** False: the stack is busy with another offer. */
  readonly send: (offer: Reoffer) => boolean;
  /** A 2xx; `iceRestart`: with a new path for the sound. */
  readonly onAgreed: (iceRestart: boolean) => void;
  /** The far end did not accept the hold (or its end); everything stays as it was agreed before. */
  readonly onHoldRefused: (held: boolean, status: number) => void;
  readonly onDialog: (state: DialogState) => void;
}

export interface ReinviteQueue {
  readonly isHeld: () => boolean;
  readonly dialog: () => DialogState;
  readonly wantHeld: (held: boolean) => void;
  /** ICE restart (RFC 8839 section 4.4.1.1.1): the sound's path broke, or this computer's addresses changed. */
  readonly wantNewPath: () => void;
  /** The path healed by itself. */
  readonly pathHealed: () => void;
  /** The flow is another one: the far end's requests have to find it, and ours tells whether the dialog still exists. */
  readonly wantRefresh: (afterMs: number) => void;
  /** An offer of the far end's own came. */
  readonly heardOfPeer: () => void;
  /** A request that was none of these offers found nobody. */
  readonly doubt: (status: number) => void;
  /** The stack's answer to the last offer; `retryAfterMs` as the far end asked for it (RFC 3261 section 14.2). */
  readonly done: (status: number, retryAfterMs?: number | null) => void;
  /** Something changed that may allow an offer. */
  readonly reconcile: () => void;
  readonly stop: () => void;
}

/** Milliseconds until another offer is tried while the dialog is busy with one. */
const BUSY = 50;
const GLARE_TRIES = 4;
/** Nobody was found (477 and 478 are Kamailio's words for it), which may change when the far end has come back too. */
const FOUND_NOBODY = new Set([404, 408, 410, 430, 477, 478, 480, 502, 503, 504]);

export function createReinviteQueue(deps: ReinviteQueueDeps): ReinviteQueue {
  const { clock } = deps;
  let held = false;
  let agreedHeld = false;
  /** New paths are counted: one that is wished while an offer of the one before is on its way is another one. */
  let pathsWished = 0;
  let pathsAgreed = 0;
  let pathFailures = 0;
  let refresh = false;
  let dialog: DialogState = 'known';
  /** `path`: the newest wish that it fulfils, or null. */
  let offered: { readonly held: boolean; readonly path: number | null } | null = null;
  let glares = 0;
  let failures = 0;
  let cancel: () => void = () => undefined;

  const wantsPath = (): boolean => pathsWished > pathsAgreed;
  const later = (ms: number): void => {
    cancel();
    cancel = clock.after(ms, reconcile);
  };

  function reconcile(): void {
    if (offered !== null || dialog === 'gone' || !deps.mayOffer()) return;
    const newPath = wantsPath();
    if (held === agreedHeld && !newPath && !refresh) return;
    cancel();
    offered = { held, path: newPath ? pathsWished : null };
    // RFC 3264 section 8.4: a stream that we may only receive is held by `inactive`.
    const sent = deps.send({
      hold: !held ? 'none' : deps.isHeldByPeer() ? 'inactive' : 'sendonly',
      iceRestart: newPath,
    });
    if (sent) return;
    offered = null;
    later(BUSY);
  }

  const become = (next: DialogState): void => {
    if (next === 'known') failures = 0;
    if (next === dialog) return;
    dialog = next;
    deps.onDialog(next);
  };
  const foundNobody = (status: number): void => {
    if (status === 481) {
      become('gone');
      return;
    }
    refresh = true;
    later(dialogRetryDelay(failures, deps.random()));
    failures += 1;
    become('doubted');
  };

  /** The far end is there and does not want it. True: it is asked for a path again, later. */
  const pathRefused = (path: number, retryAfterMs: number | null): boolean => {
    if (retryAfterMs === null && !deps.isSoundDown()) {
      pathsAgreed = Math.max(pathsAgreed, path);
      return false;
    }
    later(Math.max(afterAsked(retryAfterMs ?? 0, deps.random()), dialogRetryDelay(pathFailures, deps.random())));
    pathFailures += 1;
    return true;
  };
  const refused = (
    before: { readonly held: boolean; readonly path: number | null },
    status: number,
    retryAfterMs: number | null,
  ): void => {
    glares = 0;
    let waits = true;
    if (status === 481 || FOUND_NOBODY.has(status)) foundNobody(status);
    else {
      refresh = false;
      become('known');
      waits = before.path !== null && pathRefused(before.path, retryAfterMs);
    }
    if (before.held !== agreedHeld) {
      // RFC 3261 section 14.1: a refused re-INVITE leaves the session as it was, and so do we.
      held = agreedHeld;
      deps.onHoldRefused(held, status);
    }
    // What was wished meanwhile.
    if (!waits) reconcile();
  };

  return {
    isHeld: () => held,
    dialog: () => dialog,
    wantHeld: (wished) => {
      held = wished;
      reconcile();
    },
    wantNewPath: () => {
      pathsWished += 1;
      reconcile();
    },
    pathHealed: () => {
      pathFailures = 0;
      const onItsWay = offered?.path ?? null;
      if (onItsWay === null) pathsAgreed = pathsWished;
      else pathsWished = onItsWay;
    },
    wantRefresh: (afterMs) => {
      refresh = true;
      if (afterMs === 0) reconcile();
      else later(afterMs);
    },
    heardOfPeer: () => {
      refresh = false;
      become('known');
    },
    doubt: (status) => {
      if (status === 481 || FOUND_NOBODY.has(status)) foundNobody(status);
    },
    done: (status, retryAfterMs = null) => {
      const before = offered;
      offered = null;
      if (before === null) return;
      if (status >= 200 && status < 300) {
        glares = 0;
        agreedHeld = before.held;
        if (before.path !== null) {
          pathsAgreed = Math.max(pathsAgreed, before.path);
          pathFailures = 0;
        }
        refresh = false;
        become('known');
        deps.onAgreed(before.path !== null);
        reconcile();
      } else if (status === 491 && glares < GLARE_TRIES) {
        glares += 1;
        later(glareDelay(deps.ownsCallId(), deps.random()));
      } else refused(before, status, retryAfterMs);
    },
    reconcile,
    stop: () => cancel(),
  };
}
