/** The handlers of the two locks' channels. */
import type { Handlers } from '../../contracts/ipc/ipc';
import type { AdminQuestion } from '../../contracts/locks/locks';
import { fail, ok } from '../../contracts/base/result';
import type { AdminLock } from '../locks/admin-lock';
import type { DialogBackOff } from '../consent/dialog-back-off';
import type { PhoneLock } from '../locks/phone-lock';

export interface LockPorts {
  readonly adminLock: Omit<AdminLock, 'notice' | 'unanswered'>;
  readonly phoneLock: PhoneLock;
  readonly unlockWindow: {
    /** Opens the small window, or brings it to the front; resolves when it is closed. */
    readonly open: (question: AdminQuestion) => Promise<void>;
    readonly close: () => void;
  };
  /** A window that is asked for again and again is a page that hopes for somebody who is tired of it. */
  readonly backOff: DialogBackOff;
}

type LockChannel =
  | 'admin.state'
  | 'admin.glance'
  | 'admin.ask'
  | 'admin.lock'
  | 'admin.unlock'
  | 'admin.setPassphrase'
  | 'phone.state'
  | 'phone.lock'
  | 'phone.unlock'
  | 'phone.signOut'
  | 'phone.closed';

export function createLockHandlers({
  adminLock,
  phoneLock,
  unlockWindow,
  backOff,
}: LockPorts): Pick<Handlers, LockChannel> {
  /** The one window that is open, for all who ask meanwhile; it is answered once. */
  let asked: { answered: boolean } | null = null;
  const answered = (): void => {
    if (asked !== null) asked.answered = true;
    unlockWindow.close();
  };
  return {
    'admin.state': async () => ok(await adminLock.state()),
    'admin.glance': () => ok({ locked: adminLock.seemsLocked() }),
    'admin.ask': async ({ question }) => {
      const pauseMs = asked === null ? backOff.pauseMs() : 0;
      if (pauseMs > 0)
        return fail(
          'cancelled',
          `The window for the passphrase was closed a moment ago. It opens again in ${Math.ceil(pauseMs / 1000)} s.`,
          'none',
          { retryAfterMs: pauseMs },
        );
      asked ??= { answered: false };
      const mine = asked;
      await unlockWindow.open(question);
      if (asked === mine) {
        asked = null;
        backOff.answered(mine.answered);
      }
      return ok(await adminLock.state());
    },
    'admin.lock': async () => ok(await adminLock.lock()),
    'admin.unlock': async ({ passphrase }) => {
      const unlocked = await adminLock.unlock(passphrase);
      if (unlocked.ok) answered();
      return unlocked;
    },
    'admin.setPassphrase': async ({ current, wanted }) => {
      const set = await adminLock.setPassphrase(current, wanted);
      if (set.ok) answered();
      return set;
    },

    'phone.state': () => ok(phoneLock.state()),
    'phone.lock': () => {
      void phoneLock.lock('agent');
      return ok(phoneLock.state());
    },
    'phone.unlock': () => phoneLock.unlock(),
    'phone.signOut': () => {
      void phoneLock.signOut();
      return ok(phoneLock.state());
    },
    'phone.closed': () => {
      phoneLock.closed();
      return ok(null);
    },
  };
}
