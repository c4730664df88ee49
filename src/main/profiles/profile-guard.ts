/** The profiles as everybody else in main sees them: with the policy that holds, and saved only where the admin's file and the environments allow it. */
import type { Profile } from '../../contracts/profile/profile';
import { isTokensOnlyGateway, TOKENS_ONLY } from '../../contracts/profile/provider-facts';
import { fail, type Failure, type Result } from '../../contracts/base/result';
import { profileMixes } from './environment-guard';
import type { ManagedPolicy } from '../policy/managed-policy';
import type { ProfileStore } from './profile-store';

/** Its gateway is the address of a system that has none; null: it is not. */
export function noGateway({ gatewayUrl }: Pick<Profile, 'gatewayUrl'>): Failure | null {
  return isTokensOnlyGateway(gatewayUrl) ? fail('profile-invalid', TOKENS_ONLY, 'open-profiles').failure : null;
}

/** What would be kept of `wanted`. Fails with `environment-mixed`, `profile-invalid` or `managed`. */
export function admitProfile(
  store: Pick<ProfileStore, 'profiles' | 'keyRecords' | 'find'>,
  managed: Pick<ManagedPolicy, 'admitted'>,
  wanted: Profile,
): Result<Profile> {
  const refused = profileMixes(store, wanted) ?? noGateway(wanted);
  return refused === null ? managed.admitted(wanted, store.find(wanted.id)) : { ok: false, failure: refused };
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
