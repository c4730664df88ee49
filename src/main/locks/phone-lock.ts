/**
 * Takes the phone off the line: Lock now, the screen lock (by policy), sign-out and the end of the program, all in the same order. No new grant from
 * the first moment on; the window has 3 s to end its calls, unregister and close its sockets; then its process ends, whatever the window said, and with it
 * every token that it held; then the provider is asked to revoke its tokens.
 */
import type { LockCause, PhoneLockState } from '../../contracts/locks/locks';
import { fail, ok, type Failure, type Result } from '../../contracts/base/result';
import type { NewAuditEntry } from '../audit/audit-log';
import type { Clock } from '../base/clock';
import { createSerial } from '../base/serial';

/** The window's time for hanging up, unregistering and leaving, ms, in all: its engine takes 2 s at most. Then its process has ended. */
export const CLOSE_WITHIN_MS = 3_000;
/** The providers' time for revoking their tokens, ms; what is not ended by then dies by itself. */
export const REVOKE_WITHIN_MS = 3_000;

/** Why a channel that needs an open line is refused. */
export const phoneLocked = (): { readonly ok: false; readonly failure: Failure } =>
  fail('locked', 'The phone is locked: unlock it to go on.', 'unlock-phone');

export interface PhoneLock {
  readonly state: () => PhoneLockState;
  /** Resolves when the line is closed and the provider was asked; a phone that is locked already stays as it is. */
  readonly lock: (cause: 'agent' | 'quit') => Promise<void>;
  /** Opens the line again, once it is closed. Fails with `locked` while the computer's own screen is locked. */
  readonly unlock: () => Promise<Result<PhoneLockState>>;
  /** Locks, then forgets: what was derived from the line's key, and the choice of the line. */
  readonly signOut: () => Promise<void>;
  /** The computer's screen was locked: does the same where the policy of the line in use says so. */
  readonly screenLocked: () => Promise<void>;
  /** The computer's screen is open: brings back what its lock took away, and nothing that the agent closed. */
  readonly screenUnlocked: () => Promise<void>;
  /** The window says that its sockets are closed. */
  readonly closed: () => void;
}

export interface PhoneLockPorts {
  readonly clock: Pick<Clock, 'after' | 'monotonic'>;
  readonly activeProfileId: () => string;
  /** By the policy of the line in use. */
  readonly onScreenLock: () => 'keep' | 'lock';
  /** The computer's own screen is locked now, as far as it says. */
  readonly isScreenLocked: () => boolean;
  /** Nothing is renewed any more, and main holds no token for an upgrade. */
  readonly dropGrants: () => void;
  /** Asks the providers to revoke their tokens; never fails, audits by itself. */
  readonly revoke: () => Promise<void>;
  readonly forgetLine: () => Promise<void>;
  /** Ends the phone window's process, whatever its page does, within so many ms, and loads the page in a new one: what it held is gone. Resolves when the process is. */
  readonly endWindow: (leaveWithinMs: number) => Promise<void>;
  readonly audit: (entry: NewAuditEntry) => void;
  readonly onChanged: (state: PhoneLockState) => void;
}

export function createPhoneLock(ports: PhoneLockPorts): PhoneLock {
  const { clock, activeProfileId, audit } = ports;
  let lockedBy: LockCause | null = null;
  let onClosed: () => void = () => undefined;
  const serial = createSerial();

  const within = (ms: number, work: Promise<unknown>): Promise<boolean> =>
    new Promise((resolve) => {
      const cancel = clock.after(ms, () => resolve(false));
      void work.finally(() => {
        cancel();
        resolve(true);
      });
    });

  const set = (cause: LockCause | null): void => {
    lockedBy = cause;
    ports.onChanged({ lockedBy });
  };

  const close = async (profileId: string, cause: LockCause): Promise<void> => {
    ports.dropGrants();
    audit({ what: 'phone', profileId, change: 'locked', cause });
    const windowClosed = new Promise<void>((resolve) => {
      onClosed = resolve;
    });
    set(cause);
    const began = clock.monotonic();
    if (!(await within(CLOSE_WITHIN_MS, windowClosed))) audit({ what: 'phone', profileId, change: 'late', cause });
    // Always: a page that was taken over says that it is closed, and keeps a socket of its own. (The program's end is the window's end as well.)
    if (cause !== 'quit') await ports.endWindow(Math.max(0, began + CLOSE_WITHIN_MS - clock.monotonic()));
    // After the unregistering, which needs the token; what was minted on the way is among it.
    await within(REVOKE_WITHIN_MS, ports.revoke());
  };

  /** Begins at once, so that no grant slips through while an unlocking is on its way. */
  const lock = (cause: LockCause): Promise<void> => {
    if (lockedBy !== null) {
      // A sign-out and an end are noted, whoever locked it before; the line is closed already.
      if (cause === 'quit' || cause === 'sign-out')
        audit({ what: 'phone', profileId: activeProfileId(), change: 'locked', cause });
      return serial(() => Promise.resolve());
    }
    lockedBy = cause;
    return serial(() => close(activeProfileId(), cause));
  };

  const open = (): void => {
    if (lockedBy === null) return;
    audit({ what: 'phone', profileId: activeProfileId(), change: 'unlocked', cause: lockedBy });
    set(null);
  };

  return {
    state: () => ({ lockedBy }),
    lock,
    unlock: () => {
      if (ports.isScreenLocked())
        return Promise.resolve(
          fail('locked', 'The screen of this computer is locked: unlock that first.', 'unlock-phone'),
        );
      return serial(() => {
        if (lockedBy !== 'quit') open();
        return Promise.resolve(ok({ lockedBy }));
      });
    },
    signOut: async () => {
      const wasLocked = lockedBy !== null;
      await lock('sign-out');
      await serial(async () => {
        lockedBy = 'sign-out';
        await ports.forgetLine();
        // A locked page shows why it is locked, and whose it was.
        if (wasLocked) await ports.endWindow(CLOSE_WITHIN_MS);
      });
    },
    screenLocked: async () => {
      if (ports.onScreenLock() === 'lock') await lock('screen');
    },
    screenUnlocked: () =>
      serial(() => {
        if (lockedBy === 'screen') open();
        return Promise.resolve();
      }),
    closed: () => onClosed(),
  };
}
