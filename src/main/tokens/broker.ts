/** Turns a request for a grant into a grant: policy -> secret -> provider -> audit. */
import { isDeepStrictEqual } from 'node:util';
import type { AnyGrant } from '../../contracts/profile/grant';
import type { Purpose } from '../../contracts/policy/policy';
import type { Profile } from '../../contracts/profile/profile';
import type { ProviderKind } from '../../contracts/profile/provider';
import { signsHere } from '../../contracts/profile/signs-here';
import { fail, ok, type Failure, type Result } from '../../contracts/base/result';
import type { NewAuditEntry } from '../audit/audit-log';
import { createGrantOf } from './grant-of';
import type { KeyHandle, Keys } from '../keys/keys';
import { createRevocableTokens } from './revocable-tokens';
import { unknownProfile, type GrantPolicy } from '../policy/policy';
import type { ProfileStore } from '../profiles/profile-store';
import type { Minted, TokenProvider } from '../providers/token-provider';
import { fingerprintOf } from '../secrets/secret';

/** A renderer asked, or main renews by its own clock. */
export type MintCause = 'asked' | 'renewal' | 'test';

/** A token for an assistant's voice line. It never leaves main. */
export interface VoiceToken {
  /** What it was made for: where it may be used. */
  readonly profile: Profile;
  readonly token: string;
  /** Milliseconds since the epoch, by this computer's clock. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly fingerprint: string;
}

/** What a test of the connection may use. */
export interface Trial {
  /** Null: a token for `voice`. */
  readonly grant: AnyGrant | null;
  /** Null: SIP credentials were made. */
  readonly token: string | null;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly fingerprint: string;
  /** Gives it back to the provider, where that takes it back. */
  readonly end: () => Promise<void>;
}

export interface Broker {
  /**
   * A fresh grant; requests for the same profile and purpose that meet in flight share one. Every refusal is audited. `voice` is always
   * refused (`unknown-purpose`): its token is for main alone.
   */
  readonly grant: (profileId: string, purpose: Purpose, cause: Exclude<MintCause, 'test'>) => Promise<Result<AnyGrant>>;
  /** A fresh token for the voice line; refused and audited as grants are. */
  readonly voiceToken: (profileId: string) => Promise<Result<VoiceToken>>;
  /** What `grant` or `voiceToken` would make, without being counted and without `onMinted`: the line in use knows nothing of it. Refused and audited as they are. */
  readonly trial: (profileId: string, purpose: Purpose) => Promise<Result<Trial>>;
  /** Ends what was minted for this profile (null: for all) and still lives, where the provider can. Never fails: what could not be ended is audited and dies by itself. */
  readonly revokeAll: (profileId: string | null) => Promise<void>;
}

export interface BrokerPorts {
  readonly profiles: Pick<ProfileStore, 'find' | 'instanceId'>;
  readonly policy: GrantPolicy;
  readonly keys: Pick<Keys, 'active' | 'noteMint' | 'untried' | 'accepted'>;
  readonly providers: Readonly<Record<ProviderKind, TokenProvider>>;
  /** Where the profile's gateway is now, or ''; the Practice line waits here until its gateway listens. */
  readonly gatewayUrl: (profile: Profile) => Promise<Result<string>>;
  readonly audit: (entry: NewAuditEntry) => void;
  /** Fails with `audit-unwritten` where the policy wants every line kept, and one is not: then nothing is given out. */
  readonly auditKept: () => Promise<Result<null>>;
  /** Told of each grant with its token, also where the grant itself holds none (`main-injected`); null: SIP credentials were made. */
  readonly onMinted: (grant: AnyGrant, token: string | null) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

interface Made {
  /** As it was when this was minted, with the gateway's URL of now. */
  readonly profile: Profile;
  readonly minted: Minted;
  readonly fingerprint: string;
  /** The key, if no token of it was accepted yet. */
  readonly untriedKey: string | null;
}

const secretOf = (minted: Minted): string => (minted.kind === 'credentials' ? minted.password : minted.token);

/** Starts what is not in flight under this key, and joins what is. */
function createFlights<T>(): (key: string, start: () => Promise<T>) => Promise<T> {
  const flights = new Map<string, Promise<T>>();
  return (key, start) => {
    const inFlight = flights.get(key);
    if (inFlight !== undefined) return inFlight;
    const flight = start().finally(() => flights.delete(key));
    flights.set(key, flight);
    return flight;
  };
}

export function createBroker({
  profiles,
  policy,
  keys,
  providers,
  gatewayUrl,
  audit,
  auditKept,
  onMinted,
  now,
}: BrokerPorts): Broker {
  const grantFlights = createFlights<Result<AnyGrant>>();
  const voiceFlights = createFlights<Result<VoiceToken>>();
  const grantOf = createGrantOf(profiles.instanceId);
  const revocable = createRevocableTokens(now);
  const grantMade = (
    { profile, minted, fingerprint, untriedKey }: Made,
    purpose: 'sip' | 'events',
  ): Result<AnyGrant> => {
    const made = grantOf(profile, purpose, minted, fingerprint);
    return made.ok && untriedKey !== null ? ok({ ...made.value, untriedKey }) : made;
  };

  /** The profile with the gateway's URL of now. */
  const lineOf = async (profile: Profile): Promise<Result<Profile>> => {
    const url = await gatewayUrl(profile);
    if (!url.ok) return url;
    return ok(url.value === profile.gatewayUrl ? profile : { ...profile, gatewayUrl: url.value });
  };

  const mint = async (profile: Profile, purpose: Purpose): Promise<Result<Made>> => {
    const provider = providers[profile.provider.kind];
    const [line, key] = await Promise.all([lineOf(profile), keys.active(profile.id)]);
    if (!key.ok) return key;
    if (!line.ok) return line;
    const minted = await provider.mint(
      { profile: line.value, purpose, lifeS: line.value.policy.tokenLifeS },
      key.value,
    );
    if (minted.ok && provider.revoke !== undefined) revocable.keep(line.value, purpose, minted.value);
    // Key or profile changed meanwhile, and whoever renews for that reason has joined this flight: what was made of the old ones never goes out.
    const current = await keys.active(profile.id);
    if (!current.ok) return current;
    const found = profiles.find(profile.id);
    if (found === null) return unknownProfile(profile.id);
    const lineNow = found === profile ? line : await lineOf(found);
    if (!lineNow.ok) return lineNow;
    if (current.value.fingerprint !== key.value.fingerprint || !isDeepStrictEqual(lineNow.value, line.value)) {
      const permitted = policy.permit(profile.id, found, purpose);
      return permitted.ok ? mint(permitted.value, purpose) : permitted;
    }
    if (!minted.ok) return minted;
    const isUntried = keys.untried(profile.id) === key.value.fingerprint;
    // The system that issued the key has just accepted it; a key that signs here is tried at the gateway.
    const isTried = isUntried && !signsHere(line.value.provider);
    if (isTried) void keys.accepted(profile.id, key.value.fingerprint);
    return ok({
      profile: line.value,
      minted: minted.value,
      fingerprint: fingerprintOf(secretOf(minted.value)),
      untriedKey: isUntried && !isTried ? key.value.fingerprint : null,
    });
  };

  const revoke = async (profile: Profile, purpose: Purpose, minted: Minted): Promise<void> => {
    // Of now: the one that it was minted with may be replaced. It is the same account's.
    const key: Result<KeyHandle> = await keys.active(profile.id);
    const ended = key.ok ? await providers[profile.provider.kind].revoke?.(profile, minted, key.value) : key;
    audit({
      what: 'revoke',
      profileId: profile.id,
      purpose,
      fingerprint: fingerprintOf(secretOf(minted)),
      outcome: ended?.ok === true ? 'ended' : (ended?.failure.reason ?? 'internal'),
    });
  };

  /** Ends one token, where its provider can. */
  const takeBack = async (minted: Minted): Promise<void> => {
    const one = revocable.takeOne(minted);
    if (one !== null) await revoke(one.profile, one.purpose, one.minted);
  };

  const whileKept = async (admitted: Result<Profile>): Promise<Result<Profile>> => {
    if (!admitted.ok) return admitted;
    const kept = await auditKept();
    return kept.ok ? admitted : kept;
  };

  /** Before anybody gets it. What is not kept is taken back. */
  const note = async (
    { profile, minted, fingerprint, untriedKey }: Made,
    purpose: Purpose,
    cause: MintCause,
  ): Promise<Result<null>> => {
    keys.noteMint(profile.id, minted.issuedAt);
    audit({
      what: 'mint',
      profileId: profile.id,
      purpose,
      fingerprint,
      lifeS: (minted.expiresAt - minted.issuedAt) / 1000,
      cause,
      ...(untriedKey === null ? {} : { untriedKey }),
    });
    const kept = await auditKept();
    if (!kept.ok) await takeBack(minted);
    return kept;
  };

  const refuse = (
    profileId: string,
    purpose: Purpose,
    failure: Failure,
  ): { readonly ok: false; readonly failure: Failure } => {
    audit({ what: 'refusal', profileId, purpose, reason: failure.reason });
    return { ok: false, failure };
  };

  const makeGrant = async (
    profile: Profile,
    purpose: 'sip' | 'events',
    cause: MintCause,
  ): Promise<Result<AnyGrant>> => {
    const made = await mint(profile, purpose);
    if (!made.ok) return refuse(profile.id, purpose, made.failure);
    const grant = grantMade(made.value, purpose);
    if (!grant.ok) return refuse(profile.id, purpose, grant.failure);
    const noted = await note(made.value, purpose, cause);
    if (!noted.ok) return refuse(profile.id, purpose, noted.failure);
    onMinted(grant.value, made.value.minted.kind === 'credentials' ? null : made.value.minted.token);
    return grant;
  };

  const makeVoiceToken = async (profile: Profile): Promise<Result<VoiceToken>> => {
    const made = await mint(profile, 'voice');
    if (!made.ok) return refuse(profile.id, 'voice', made.failure);
    const { minted, fingerprint } = made.value;
    if (minted.kind !== 'token')
      return refuse(
        profile.id,
        'voice',
        fail(
          'profile-invalid',
          `The provider of "${profile.name}" makes no tokens for an assistant. Choose another one.`,
          'open-profiles',
        ).failure,
      );
    const noted = await note(made.value, 'voice', 'asked');
    if (!noted.ok) return refuse(profile.id, 'voice', noted.failure);
    return ok({
      profile: made.value.profile,
      token: minted.token,
      issuedAt: minted.issuedAt,
      expiresAt: minted.expiresAt,
      fingerprint,
    });
  };

  return {
    grant: (profileId, purpose, cause) => {
      if (purpose === 'voice')
        return Promise.resolve(
          refuse(
            profileId,
            purpose,
            fail('unknown-purpose', 'Tokens for "voice" stay inside Ringfence: no window gets one.', 'none').failure,
          ),
        );
      return grantFlights(`${profileId} ${purpose}`, async () => {
        const admitted = policy[cause === 'asked' ? 'admit' : 'permit'](profileId, profiles.find(profileId), purpose);
        const ready = await whileKept(admitted);
        return ready.ok ? makeGrant(ready.value, purpose, cause) : refuse(profileId, purpose, ready.failure);
      });
    },
    voiceToken: (profileId) =>
      voiceFlights(profileId, async () => {
        const admitted = policy.admit(profileId, profiles.find(profileId), 'voice');
        const ready = await whileKept(admitted);
        return ready.ok ? makeVoiceToken(ready.value) : refuse(profileId, 'voice', ready.failure);
      }),
    trial: async (profileId, purpose) => {
      const ready = await whileKept(policy.admitTest(profileId, profiles.find(profileId), purpose));
      const made = ready.ok ? await mint(ready.value, purpose) : ready;
      if (!made.ok) return refuse(profileId, purpose, made.failure);
      const { minted, fingerprint } = made.value;
      const end = (): Promise<void> => takeBack(minted);
      const granted = purpose === 'voice' ? ok(null) : grantMade(made.value, purpose);
      if (!granted.ok) {
        await end();
        return refuse(profileId, purpose, granted.failure);
      }
      const noted = await note(made.value, purpose, 'test');
      if (!noted.ok) return refuse(profileId, purpose, noted.failure);
      return ok({
        grant: granted.value,
        token: minted.kind === 'credentials' ? null : minted.token,
        issuedAt: minted.issuedAt,
        expiresAt: minted.expiresAt,
        fingerprint,
        end,
      });
    },
    revokeAll: async (profileId) => {
      await Promise.all(
        revocable.take(profileId).map(({ profile, purpose, minted }) => revoke(profile, purpose, minted)),
      );
    },
  };
}
