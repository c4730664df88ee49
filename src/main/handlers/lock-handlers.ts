/** The handlers of the two locks' channels. */
import type { Handlers } from '../../contracts/ipc/ipc';
import type { AdminQuestion } from '../../contracts/locks/locks';
import { ok } from '../../contracts/base/result';
import type { AdminLock } from '../locks/admin-lock';
import type { PhoneLock } from '../locks/phone-lock';

export interface LockPorts {
  readonly adminLock: Omit<AdminLock, 'notice'>;
  readonly phoneLock: PhoneLock;
  readonly unlockWindow: {
    /** Opens the small window, or brings it to the front; resolves when it is closed. */
    readonly open: (question: AdminQuestion) => Promise<void>;
    readonly close: () => void;
  };
}

type LockChannel =
  | 'admin.state'
  | 'admin.ask'
  | 'admin.lock'
  | 'admin.unlock'
  | 'admin.setPassphrase'
  | 'phone.state'
  | 'phone.lock'
  | 'phone.unlock'
  | 'phone.signOut'
  | 'phone.closed';

export function createLockHandlers({ adminLock, phoneLock, unlockWindow }: LockPorts): Pick<Handlers, LockChannel> {
  return {
    'admin.state': async () => ok(await adminLock.state()),
    'admin.ask': async ({ question }) => {
      await unlockWindow.open(question);
      return ok(await adminLock.state());
    },
    'admin.lock': async () => ok(await adminLock.lock()),
    'admin.unlock': async ({ passphrase }) => {
      const unlocked = await adminLock.unlock(passphrase);
      if (unlocked.ok) unlockWindow.close();
      return unlocked;
    },
    'admin.setPassphrase': async ({ current, wanted }) => {
      const set = await adminLock.setPassphrase(current, wanted);
      if (set.ok) unlockWindow.close();
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
