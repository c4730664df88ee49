/** The profiles and what is known of their keys, as main tells them. */
import type { RingfenceApi } from '../../contracts/ipc';
import type { KeySlot, KeyStatus, Profile, ProfilesSnapshot } from '../../contracts/profile';
import type { Result } from '../../contracts/result';
import { createStore, type Store } from './store';

/** The three ways a key comes in; none of them passes through this process. */
export type KeySource = 'keys.pasteFromClipboard' | 'keys.loadFromFile' | 'keys.generate';

/** Null until main has answered for the first time. */
export interface ProfilesStore extends Store<ProfilesSnapshot | null> {
  /** Subscribes, then asks. Call once. */
  readonly start: () => Promise<Result<ProfilesSnapshot>>;
  readonly select: (profileId: string) => Promise<Result<ProfilesSnapshot>>;
  readonly save: (profile: Profile) => Promise<Result<ProfilesSnapshot>>;
  readonly remove: (profileId: string) => Promise<Result<ProfilesSnapshot>>;
  readonly addKey: (source: KeySource, profileId: string, slot: KeySlot) => Promise<Result<KeyStatus>>;
  readonly removeKey: (profileId: string, slot: KeySlot) => Promise<Result<KeyStatus>>;
  readonly promoteKey: (profileId: string) => Promise<Result<KeyStatus>>;
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
    addKey: (source, profileId, slot) => statusFrom(api.invoke(source, { profileId, slot })),
    removeKey: (profileId, slot) => statusFrom(api.invoke('keys.remove', { profileId, slot })),
    promoteKey: (profileId) => statusFrom(api.invoke('keys.promote', { profileId })),
    finishRotation: (profileId) => statusFrom(api.invoke('keys.finishRotation', { profileId })),
  };
}
