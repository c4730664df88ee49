/** What others see of the keys. */
import type { KeyRecord, KeySlot, KeyStatus, ProfilesSnapshot } from '../../contracts/profile/profile';
import type { Result } from '../../contracts/base/result';
import type { Secret } from '../secrets/secret';
import type { WayBack } from './way-back';

/** A key by its name; the bytes are fetched only where they are needed. */
export interface KeyHandle {
  readonly fingerprint: string;
  /** Fails as `SecretStore.readKept`, with `key-unusable` when it is another one; with `key-absent` when it was replaced meanwhile. */
  readonly open: () => Promise<Result<Secret>>;
}

export interface Keys extends Omit<WayBack, 'close'> {
  /** Resolves when it is known whether there is a keychain. */
  readonly ready: Promise<void>;
  readonly keychain: () => ProfilesSnapshot['keychain'];
  readonly status: (profileId: string) => KeyStatus;
  /** The keychain was silent, and has answered; `isOpen`: so that nothing that is asked of it now makes a dialog. */
  readonly keychainAnswered: (isOpen: boolean) => void;
  /** The key that signs. Fails with `key-absent` or `keychain-unavailable`. The Practice line makes its own at first use. */
  readonly active: (profileId: string) => Promise<Result<KeyHandle>>;
  /** Either key, as it was added. Fails with `key-absent`. */
  readonly inSlot: (profileId: string, slot: KeySlot) => Result<KeyHandle>;
  /** Both keys of the Practice line, for its gateway. Without a next key, the one that was just retired is `next`: its tokens die by themselves. */
  readonly practiceKeys: () => Promise<Result<{ readonly active: Secret; readonly next: Secret | null }>>;
  /** Adds or replaces; a replaced active key is retired. Fails with `keychain-unavailable`, `key-locked`, `key-unusable` or `file-unreadable`; then nothing has changed. */
  readonly put: (
    profileId: string,
    slot: KeySlot,
    secret: Secret,
    origin: KeyRecord['origin'],
  ) => Promise<Result<KeyStatus>>;
  readonly remove: (profileId: string, slot: KeySlot) => Promise<Result<KeyStatus>>;
  /** Next becomes active, and the one before is retired: it is kept until a token of the new one was accepted. Fails with `key-absent` when there is no next, or as `put`; then nothing has changed. */
  readonly promote: (profileId: string) => Promise<Result<KeyStatus>>;
  /** The retired key was removed from the gateway, and is kept no longer; one that was retired before it, and is still there, is named next. */
  readonly finishRotation: (profileId: string) => Promise<Result<KeyStatus>>;
  readonly noteMint: (profileId: string, at: number) => void;
}
