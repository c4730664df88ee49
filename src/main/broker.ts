/** Turns a request for a grant into a grant: policy -> secret -> provider -> audit. */
import type { Grant } from '../contracts/grant';
import type { Profile, ProviderConfig, Purpose } from '../contracts/profile';
import type { Failure, Result } from '../contracts/result';
import { ok } from '../contracts/result';
import type { NewAuditEntry } from './audit-log';
import { presentMinted } from './grant-presentation';
import type { Keys } from './keys';
import type { GrantPolicy } from './policy';
import type { ProfileStore } from './profile-store';
import type { TokenProvider } from './providers/token-provider';
import { fingerprintOf } from './secrets/secret';

/** A renderer asked, or main renews by its own clock. */
export type MintCause = 'asked' | 'renewal';

export interface Broker {
  /** A fresh token; requests for the same profile and purpose that meet in flight share one. Every refusal is audited. */
  readonly grant: (profileId: string, purpose: Purpose, cause: MintCause) => Promise<Result<Grant>>;
}

export interface BrokerPorts {
  readonly profiles: Pick<ProfileStore, 'find' | 'instanceId'>;
  readonly policy: GrantPolicy;
  readonly keys: Pick<Keys, 'active' | 'noteMint'>;
  readonly providers: Readonly<Record<ProviderConfig['kind'], TokenProvider>>;
  /** Where the profile's gateway is now; the Practice line waits here until its gateway listens. */
  readonly gatewayUrl: (profile: Profile) => Promise<Result<string>>;
  readonly audit: (entry: NewAuditEntry) => void;
  /** Told of each grant with its token, also where the grant itself holds none (`main-injected`); null: SIP credentials were made. */
  readonly onMinted: (grant: Grant, token: string | null) => void;
}

export function createBroker({ profiles, policy, keys, providers, gatewayUrl, audit, onMinted }: BrokerPorts): Broker {
  const flights = new Map<string, Promise<Result<Grant>>>();

  const mint = async (profile: Profile, purpose: Purpose, cause: MintCause): Promise<Result<Grant>> => {
    const [url, key] = await Promise.all([gatewayUrl(profile), keys.active(profile.id)]);
    if (!key.ok) return key;
    if (!url.ok) return url;
    const minted = await providers[profile.provider.kind].mint({ profile, purpose, lifeS: profile.policy.tokenLifeS }, key.value);
    // Promoted or replaced meanwhile: a token of the old key may be refused already, and whoever renews now wants one of the new.
    const current = await keys.active(profile.id);
    if (current.ok && current.value.fingerprint !== key.value.fingerprint) return mint(profile, purpose, cause);
    if (!minted.ok) return minted;
    const presentation = presentMinted(profile, minted.value);
    if (!presentation.ok) return presentation;
    const { issuedAt, expiresAt } = minted.value;
    const grant: Grant = {
      profileId: profile.id,
      purpose,
      issuedAt,
      expiresAt,
      fingerprint: fingerprintOf(minted.value.kind === 'token' ? minted.value.token : minted.value.password),
      presentation: presentation.value,
      url: url.value,
      identity: profile.identity,
      displayName: profile.displayName,
      instanceId: profiles.instanceId(profile.id),
      iceServers: profile.iceServers,
    };
    keys.noteMint(profile.id, issuedAt);
    onMinted(grant, minted.value.kind === 'token' ? minted.value.token : null);
    audit({ what: 'mint', profileId: profile.id, purpose, fingerprint: grant.fingerprint, lifeS: (expiresAt - issuedAt) / 1000, cause });
    return ok(grant);
  };

  return {
    grant: async (profileId, purpose, cause) => {
      const refuse = (failure: Failure): Result<Grant> => {
        audit({ what: 'refusal', profileId, purpose, reason: failure.reason });
        return { ok: false, failure };
      };
      const key = `${profileId} ${purpose}`;
      const inFlight = flights.get(key);
      if (inFlight !== undefined) return inFlight;
      const admitted = policy[cause === 'asked' ? 'admit' : 'permit'](profileId, profiles.find(profileId), purpose);
      if (!admitted.ok) return refuse(admitted.failure);
      const flight = mint(admitted.value, purpose, cause)
        .then((result) => (result.ok ? result : refuse(result.failure)))
        .finally(() => flights.delete(key));
      flights.set(key, flight);
      return flight;
    },
  };
}
