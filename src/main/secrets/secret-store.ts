/** The port behind which keys are kept. */
import type { Result } from '../../contracts/base/result';
import type { Secret } from './secret';

export interface SecretStore {
  /** Whether the store answers at all. Fails with `keychain-unavailable`. */
  readonly probe: () => Promise<Result<null>>;
  /**
   * Null: nothing there, or (a locked keychain says the same) nothing that it gives out now; the caller knows whether a key was
   * saved. Fails with `keychain-unavailable`, or `key-locked` when it does not answer in time.
   */
  readonly read: (account: string) => Promise<Result<Secret | null>>;
  /** Adds or replaces. Fails with `keychain-unavailable` or `key-locked`, and with `key-unusable` where it is too large for the store. */
  readonly write: (account: string, secret: Secret) => Promise<Result<null>>;
  /** True: it was there and is gone. False: not there, or locked. Fails like `write`. */
  readonly remove: (account: string) => Promise<Result<boolean>>;
}
