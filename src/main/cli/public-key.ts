/** `ringfence public-key`: the public half of a line's key, and its fingerprint. Nothing private is printed. */
import type { KeySlot } from '../../contracts/profile/profile';
import type { Keys } from '../keys/keys';
import type { ProfileStore } from '../profiles/profile-store';
import { publicKeyOf } from '../secrets/key-kinds';
import { asJson, done, failed, type Answer } from './answer';
import { profileForKeys } from './known-profile';

export interface PublicKeyPorts {
  readonly profiles: Pick<ProfileStore, 'find' | 'profiles'>;
  readonly keys: Pick<Keys, 'ready' | 'inSlot'>;
}

/** The PEM alone is on standard output, so that it can become a file; the fingerprint is beside it. */
export async function publicKey(
  { profiles, keys }: PublicKeyPorts,
  { profileId, slot, json }: { readonly profileId: string; readonly slot: KeySlot; readonly json: boolean },
): Promise<Answer> {
  const profile = profileForKeys(profiles, profileId);
  if (!profile.ok) return failed(profile.failure);
  await keys.ready;
  const key = keys.inSlot(profileId, slot);
  const opened = key.ok ? await key.value.open() : key;
  const half = opened.ok ? publicKeyOf(opened.value, profile.value) : opened;
  if (!half.ok) return failed(half.failure);
  if (json) return done(asJson({ profileId, slot, ...half.value }));
  return {
    ...done(`${half.value.pem.trim()}\n`),
    err: `The ${slot} key of "${profile.value.name}" has the fingerprint ${half.value.fingerprint}. The gateway must show the same.\n`,
  };
}
