/** The port behind which each system's way to a token lives. */
import type { Profile, Purpose } from '../../contracts/profile';
import { fail, type Result } from '../../contracts/result';
import type { KeyHandle } from '../keys';

export interface TokenRequest {
  readonly profile: Profile;
  readonly purpose: Purpose;
  /** Wanted life in seconds, 1-3600. */
  readonly lifeS: number;
}

/** When it lives: milliseconds since the epoch, by this computer's clock. */
interface Life {
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** What the gateway wants to see: a token, or a SIP user and password that live as long as one. */
export type Minted = Life & ({ readonly kind: 'token'; readonly token: string } | { readonly kind: 'credentials'; readonly username: string; readonly password: string });

export interface TokenProvider {
  /** Makes what was never used before. Fails as the key does, with `profile-invalid`, or with `provider-refused` / `provider-unreachable`. */
  readonly mint: (request: TokenRequest, key: KeyHandle) => Promise<Result<Minted>>;
  /** The key will be needed soon: whatever can be done before the first mint is done now. Never fails; the mint says what is wrong. */
  readonly prepare: (key: KeyHandle) => Promise<void>;
  /** Drops whatever was derived from the key with this fingerprint. */
  readonly forget: (fingerprint: string) => void;
}

/** There is no user to mint for. */
export function identityUnusable(profile: Pick<Profile, 'name'>): ReturnType<typeof fail> {
  return fail('profile-invalid', `The identity of "${profile.name}" is no SIP address. Write it as user@domain.`, 'open-profiles');
}
