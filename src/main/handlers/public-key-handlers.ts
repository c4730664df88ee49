/** Shows the public half of a line's key: what an admin takes to the gateway. */
import type { Handlers } from '../../contracts/ipc/ipc';
import { fail } from '../../contracts/base/result';
import { publicKeyOf } from '../secrets/key-kinds';
import type { Keys } from '../keys/keys';
import type { ProfileStore } from '../profiles/profile-store';

export interface PublicKeyPorts {
  readonly profiles: Pick<ProfileStore, 'find'>;
  readonly keys: Pick<Keys, 'inSlot'>;
}

/** Reads the key for the length of one call. Nothing private is in the answer, and its schema has no place for it. */
export function createPublicKeyHandlers({ profiles, keys }: PublicKeyPorts): Pick<Handlers, 'keys.publicKey'> {
  return {
    'keys.publicKey': async ({ profileId, slot }) => {
      const profile = profiles.find(profileId);
      if (profile === null)
        return fail(
          'unknown-profile',
          `There is no profile "${profileId}" (any more). Choose another one.`,
          'open-profiles',
        );
      const key = keys.inSlot(profileId, slot);
      if (!key.ok) return key;
      const opened = await key.value.open();
      return opened.ok ? publicKeyOf(opened.value, profile) : opened;
    },
  };
}
