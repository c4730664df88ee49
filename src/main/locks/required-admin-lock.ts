/** The admin's policy file may want an admin passphrase: until there is one, nobody changes what it would protect. */
import { fail, type Result } from '../../contracts/base/result';
import type { AdminLock } from './admin-lock';

/** Decides for an admin's channel; `wanted` says whether the file wants a passphrase now. Fails with `admin-locked`. */
export function admitAdmin(
  lock: Pick<AdminLock, 'admit' | 'state'>,
  wanted: () => boolean,
): () => Promise<Result<null>> {
  return async () => {
    if (wanted() && !(await lock.state()).configured) {
      return fail(
        'admin-locked',
        "The admin's policy file wants an admin passphrase before this can be changed. Set one first.",
        'unlock-admin',
      );
    }
    return lock.admit();
  };
}
