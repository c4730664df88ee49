/** The port behind which keys are kept. */
import type { Result } from '../../contracts/base/result';
import type { Secret } from './secret';

/**
 * A store may ask a person before it answers. Meanwhile, and when it is silent for another reason, everything but a change that has begun fails within
 * two seconds with `keychain-asks`; what it answers later is given to whoever asks next.
 */
export interface SecretStore {
  /** Whether the store answers at all. Fails with `keychain-unavailable` or `keychain-asks`. */
  readonly probe: () => Promise<Result<null>>;
  /** Whether the store is open: keeps something of no value and removes it, which may make it ask. Fails as `write`. */
  readonly opens: () => Promise<Result<null>>;
  /**
   * Null: nothing there, or (a locked keychain says the same) nothing that it gives out now. Fails with `keychain-unavailable`, `keychain-asks`,
   * `keychain-refused`, or `key-unusable` where the entry is damaged.
   */
  readonly read: (account: string) => Promise<Result<Secret | null>>;
  /**
   * The same where no person waits for it. Once a dialog was refused it asks nothing and fails with `keychain-refused`, until the store has given out
   * something that a person wanted.
   */
  readonly readQuietly: (account: string) => Promise<Result<Secret | null>>;
  /** The same of what is known to have been kept: where nothing comes it fails with `key-locked`, `keychain-refused` or `key-removed`. */
  readonly readKept: (account: string) => Promise<Result<Secret>>;
  /**
   * Adds or replaces. Fails with `keychain-unavailable`, `key-locked`, `keychain-asks` or `keychain-refused`, and with `key-unusable` where it is too
   * large for the store. A change that has begun waits as long as a person takes: it never fails and happens all the same.
   */
  readonly write: (account: string, secret: Secret) => Promise<Result<null>>;
  /** True: it was there and is gone. False: not there, or locked. Fails and waits like `write`. */
  readonly remove: (account: string) => Promise<Result<boolean>>;
}
