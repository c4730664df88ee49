/** Keys that live as long as the process: for the Practice line where there is no keychain. */
import { ok, type Result } from '../../contracts/base/result';
import { removed } from './keychain-failures';
import type { Secret } from './secret';
import type { SecretStore } from './secret-store';

/** A store that forgets everything at exit and writes nothing anywhere. Nothing fails but the reading of what was not kept. */
export function createMemoryStore(): SecretStore {
  const secrets = new Map<string, Secret>();
  const read = (account: string): Promise<Result<Secret | null>> => Promise.resolve(ok(secrets.get(account) ?? null));
  return {
    probe: () => Promise.resolve(ok(null)),
    opens: () => Promise.resolve(ok(null)),
    readKept: (account) => {
      const secret = secrets.get(account);
      return Promise.resolve(secret === undefined ? removed() : ok(secret));
    },
    read,
    readQuietly: read,
    write: (account, secret) => {
      secrets.set(account, secret);
      return Promise.resolve(ok(null));
    },
    remove: (account) => Promise.resolve(ok(secrets.delete(account))),
  };
}
