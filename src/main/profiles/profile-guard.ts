/** The profiles as everybody else in main sees them: with the policy that holds, and saved only where the admin's file and the environments allow it. */
import type { Profile } from '../../contracts/profile/profile';
import type { Result } from '../../contracts/base/result';
import { profileMixes } from './environment-guard';
import type { ManagedPolicy } from '../policy/managed-policy';
import type { ProfileStore } from './profile-store';

/** What would be kept of `wanted`. Fails with `environment-mixed` or `managed`. */
export function admitProfile(
  store: Pick<ProfileStore, 'profiles' | 'keyRecords' | 'find'>,
  managed: Pick<ManagedPolicy, 'admitted'>,
  wanted: Profile,
): Result<Profile> {
  const mixed = profileMixes(store, wanted);
  return mixed === null ? managed.admitted(wanted, store.find(wanted.id)) : { ok: false, failure: mixed };
}

/** `save` fails with `managed` or `environment-mixed` too, with a sentence that names the rule or the other profile. */
export function guardProfiles(store: ProfileStore, managed: Pick<ManagedPolicy, 'apply' | 'admitted'>): ProfileStore {
  return {
    ...store,
    profiles: () => store.profiles().map(managed.apply),
    find: (id) => {
      const found = store.find(id);
      return found === null ? null : managed.apply(found);
    },
    save: async (wanted) => {
      const admitted = admitProfile(store, managed, wanted);
      return admitted.ok ? store.save(admitted.value) : admitted;
    },
  };
}
