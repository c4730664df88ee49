/** Shows the public half of a line's key to the person: what an admin takes to the gateway. No window draws it. */
import type { Handlers } from '../../contracts/ipc/ipc';
import type { KeySlot, Profile } from '../../contracts/profile/profile';
import type { PublicKey } from '../../contracts/profile/public-key';
import type { Result } from '../../contracts/base/result';
import { publicKeyOf } from '../secrets/key-kinds';
import type { Keys } from '../keys/keys';
import type { ProfileStore } from '../profiles/profile-store';
import { unknownProfile } from '../policy/policy';

export interface PublicKeyPorts {
  readonly profiles: Pick<ProfileStore, 'find'>;
  readonly keys: Pick<Keys, 'inSlot'>;
  /** In a box of the system. */
  readonly showPublicKey: (profile: Profile, slot: KeySlot, key: PublicKey) => Promise<Result<null>>;
}

/** Reads the key for the length of one call. Nothing of it is in the answer. */
export function createPublicKeyHandlers({
  profiles,
  keys,
  showPublicKey,
}: PublicKeyPorts): Pick<Handlers, 'keys.publicKey'> {
  return {
    'keys.publicKey': async ({ profileId, slot }) => {
      const profile = profiles.find(profileId);
      if (profile === null) return unknownProfile(profileId);
      const key = keys.inSlot(profileId, slot);
      if (!key.ok) return key;
      const opened = await key.value.open();
      const half = opened.ok ? publicKeyOf(opened.value, profile) : opened;
      return half.ok ? showPublicKey(profile, slot, half.value) : half;
    },
  };
}
