/** The port behind which each system's way to a token lives. */
import type { Profile, Purpose } from '../../contracts/profile';
import type { Result } from '../../contracts/result';
import type { KeyHandle } from '../keys';

export interface TokenRequest {
  readonly profile: Profile;
  readonly purpose: Purpose;
  /** Wanted life in seconds, 1-3600. */
  readonly lifeS: number;
}

export interface MintedToken {
  readonly token: string;
  /** Milliseconds since the epoch, by this computer's clock. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

export interface TokenProvider {
  /** Makes a token that was never used before. Fails as the key does, or with `provider-refused` / `provider-unreachable`. */
  readonly mint: (request: TokenRequest, key: KeyHandle) => Promise<Result<MintedToken>>;
  /** The key will be needed soon: whatever can be done before the first mint is done now. Never fails; the mint says what is wrong. */
  readonly prepare: (key: KeyHandle) => Promise<void>;
  /** Drops whatever was derived from the key with this fingerprint. */
  readonly forget: (fingerprint: string) => void;
}
