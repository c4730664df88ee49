/** The port behind which each system's way to a token lives. */
import type { Purpose } from '../../contracts/policy/policy';
import type { Profile } from '../../contracts/profile/profile';
import { fail, type Result } from '../../contracts/base/result';
import type { KeyHandle } from '../keys/keys';
import type { AnsweredIce } from './answered-ice';

export interface TokenRequest {
  readonly profile: Profile;
  readonly purpose: Purpose;
  /** Wanted life in seconds, 1-3600; a system may give another. */
  readonly lifeS: number;
}

interface MintedFacts {
  /** When it lives: milliseconds since the epoch, by this computer's clock. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** Where it may be used, when the system's answer says so; else the profile's gateway. */
  readonly url?: string;
  /** Those of the answer, good for as long as the token lives, and what of them is not used. */
  readonly ice?: AnsweredIce;
  /** What the system wants to hear when it is to end before its time; only `revoke` reads it. */
  readonly handle?: string;
}

/** What the gateway wants to see: a token, a SIP user and password that live as long as one, or a token for a Phoenix channel. */
export type Minted = MintedFacts &
  (
    | { readonly kind: 'token'; readonly token: string }
    | { readonly kind: 'credentials'; readonly username: string; readonly password: string }
    | {
        readonly kind: 'events';
        readonly token: string;
        readonly url: string;
        readonly parameter: string;
        readonly topic: string;
      }
  );

export interface TokenProvider {
  /** Makes what was never used before. Fails as the key does, with `profile-invalid`, or as the system refuses (`provider-refused`, `provider-unreachable`, `balance-exhausted`, `not-ready`, `answer-invalid`). */
  readonly mint: (request: TokenRequest, key: KeyHandle) => Promise<Result<Minted>>;
  /** The key will be needed soon: whatever can be done before the first mint is done now. Never fails; the mint says what is wrong. */
  readonly prepare: (key: KeyHandle) => Promise<void>;
  /** Drops whatever was derived from the key with this fingerprint. */
  readonly forget: (fingerprint: string) => void;
  /** Ends what was minted before its time; absent where the system can't. */
  readonly revoke?: (profile: Profile, minted: Minted, key: KeyHandle) => Promise<Result<null>>;
}

/** There is no user to mint for. */
export function identityUnusable(profile: Pick<Profile, 'name'>): ReturnType<typeof fail> {
  return fail(
    'profile-invalid',
    `The identity of "${profile.name}" is no SIP address. Write it as user@domain.`,
    'open-profiles',
  );
}
