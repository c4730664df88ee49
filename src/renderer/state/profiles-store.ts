/** The profiles and what is known of their keys, as main tells them. */
import type { ChannelOutput, RingfenceApi } from '../../contracts/ipc/ipc';
import type { EffectivePolicy } from '../../contracts/policy/managed-policy';
import type { Environment, KeySlot, KeyStatus, Profile, ProfilesSnapshot } from '../../contracts/profile/profile';
import { givesTokensOnly } from '../../contracts/profile/provider-facts';
import type { ImportPreview } from '../../contracts/profile/profile-transfer';
import type { Result } from '../../contracts/base/result';
import { createStore, type Store } from '../base/store';

/** The three ways a key comes in; none of them passes through this process. */
export type KeySource = 'keys.pasteFromClipboard' | 'keys.loadFromFile' | 'keys.generate';

/** Null until main has answered for the first time. */
export interface ProfilesStore extends Store<ProfilesSnapshot | null> {
  /** Subscribes, then asks. Call once. */
  readonly start: () => Promise<Result<ProfilesSnapshot>>;
  readonly select: (profileId: string) => Promise<Result<ProfilesSnapshot>>;
  readonly save: (profile: Profile) => Promise<Result<ProfilesSnapshot>>;
  readonly remove: (profileId: string) => Promise<Result<ProfilesSnapshot>>;
  /** What would hold for a profile in this environment, and who set it; the profile need not exist yet. */
  readonly policyOf: (profileId: string, environment: Environment) => Promise<Result<EffectivePolicy>>;
  readonly addKey: (source: KeySource, profileId: string, slot: KeySlot) => Promise<Result<KeyStatus>>;
  /** The half of a private key that its gateway verifies with. */
  /** Main shows it, in a box of the system; resolves when that is closed. */
  readonly showPublicKey: (profileId: string, slot: KeySlot) => Promise<Result<null>>;
  readonly removeKey: (profileId: string, slot: KeySlot) => Promise<Result<KeyStatus>>;
  readonly promoteKey: (profileId: string) => Promise<Result<KeyStatus>>;
  /** The key before the last promotion signs again. */
  readonly backToOldKey: (profileId: string) => Promise<Result<KeyStatus>>;
  /** Main shows the dialog and writes the lines, without keys. */
  readonly exportFile: () => Promise<Result<ChannelOutput<'profiles.export'>>>;
  /** Main shows the dialog and says what the file would change; nothing is changed yet. */
  readonly importFile: () => Promise<Result<ImportPreview>>;
  readonly applyImport: (ticket: string) => Promise<Result<ChannelOutput<'profiles.applyImport'>>>;
  /** The retired key was removed from the gateway. */
  readonly finishRotation: (profileId: string) => Promise<Result<KeyStatus>>;
}

/** The snapshot with one profile's key status replaced or added. */
export function withKeyStatus(snapshot: ProfilesSnapshot, status: KeyStatus): ProfilesSnapshot {
  const others = snapshot.keys.filter((key) => key.profileId !== status.profileId);
  return { ...snapshot, keys: [...others, status] };
}

/** The profile in use, or null before the first snapshot. */
export function activeProfile(snapshot: ProfilesSnapshot | null): Profile | null {
  return snapshot?.profiles.find((profile) => profile.id === snapshot.activeProfileId) ?? null;
}

/** The line registers and has telephone calls; without it there is nothing to dial a number on. */
export function hasSip(profile: Profile): boolean {
  return profile.policy.purposes.includes('sip');
}

/** The line's far end is an assistant. */
export function hasAssistant(profile: Profile): boolean {
  return !hasSip(profile) && profile.policy.purposes.includes('voice') && !givesTokensOnly(profile.provider.kind);
}

/** Makes the store over `api`. */
export function createProfilesStore(api: RingfenceApi): ProfilesStore {
  const store = createStore<ProfilesSnapshot | null>(null);

  async function snapshotFrom(answer: Promise<Result<ProfilesSnapshot>>): Promise<Result<ProfilesSnapshot>> {
    const result = await answer;
    if (result.ok) store.set(result.value);
    return result;
  }
  async function statusFrom(answer: Promise<Result<KeyStatus>>): Promise<Result<KeyStatus>> {
    const result = await answer;
    const snapshot = store.get();
    if (result.ok && snapshot !== null) store.set(withKeyStatus(snapshot, result.value));
    return result;
  }

  return {
    get: store.get,
    subscribe: store.subscribe,
    start: () => {
      api.subscribe('profiles.changed', store.set);
      return snapshotFrom(api.invoke('profiles.snapshot'));
    },
    select: (profileId) => snapshotFrom(api.invoke('profiles.select', { profileId })),
    save: (profile) => snapshotFrom(api.invoke('profiles.save', profile)),
    remove: (profileId) => snapshotFrom(api.invoke('profiles.remove', { profileId })),
    policyOf: (profileId, environment) => api.invoke('policy.effective', { profileId, environment }),
    exportFile: () => api.invoke('profiles.export'),
    importFile: () => api.invoke('profiles.import'),
    applyImport: (ticket) => api.invoke('profiles.applyImport', { ticket }),
    addKey: (source, profileId, slot) => statusFrom(api.invoke(source, { profileId, slot })),
    showPublicKey: (profileId, slot) => api.invoke('keys.publicKey', { profileId, slot }),
    removeKey: (profileId, slot) => statusFrom(api.invoke('keys.remove', { profileId, slot })),
    promoteKey: (profileId) => statusFrom(api.invoke('keys.promote', { profileId })),
    backToOldKey: (profileId) => statusFrom(api.invoke('keys.back', { profileId })),
    finishRotation: (profileId) => statusFrom(api.invoke('keys.finishRotation', { profileId })),
  };
}

/** What is known about a profile's keys; a profile main has not told about has none. */
export function keyStatusOf(snapshot: ProfilesSnapshot, profileId: string): KeyStatus {
  return (
    snapshot.keys.find((key) => key.profileId === profileId) ?? {
      profileId,
      state: 'absent',
      active: null,
      next: null,
      retired: null,
      former: null,
      lastMintAt: null,
    }
  );
}
