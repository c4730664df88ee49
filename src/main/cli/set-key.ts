/** `ringfence keys set`: keeps a key that came by standard input. */
import type { KeySlot } from '../../contracts/profile/profile';
import type { Result } from '../../contracts/base/result';
import type { NewAuditEntry } from '../audit/audit-log';
import type { Keys } from '../keys/keys';
import type { ProfileStore } from '../profiles/profile-store';
import { doubtAbout, type OfferedKey } from '../secrets/offered-key';
import { done, failed, refusal, type Answer } from './answer';
import { EXIT } from './command-line';
import { profileForKeys } from './known-profile';

export interface SetKeyPorts {
  readonly profiles: Pick<ProfileStore, 'find' | 'profiles'>;
  readonly keys: Pick<Keys, 'put'>;
  readonly audit: (entry: NewAuditEntry) => void;
}

/** The checks are those of the window: what it looks like, the kind of key, and production kept apart. */
export async function setKey(
  { profiles, keys, audit }: SetKeyPorts,
  { profileId, slot, anyway }: { readonly profileId: string; readonly slot: KeySlot; readonly anyway: boolean },
  offered: OfferedKey,
): Promise<Answer> {
  const profile = profileForKeys(profiles, profileId);
  const refuse = ({ failure }: Extract<Result<unknown>, { readonly ok: false }>): Answer => {
    audit({ what: 'refusal', profileId: profile.ok ? profileId : '', purpose: 'key', reason: failure.reason });
    return failed(failure);
  };
  if (!profile.ok) return refuse(profile);
  const { secret } = offered;
  const doubt = doubtAbout(offered, profile.value);
  if (!doubt.ok) return refuse(doubt);
  if (doubt.value !== null && !anyway) {
    audit({ what: 'refusal', profileId, purpose: 'key', reason: 'key-unusable' });
    return refusal(
      EXIT.doubtful,
      `This does not look like a key. ${doubt.value}\nNothing was changed. Where its ${secret.use((bytes) => bytes.length)} characters are the key exactly as they stand: add --anyway.`,
    );
  }
  const put = await keys.put(profileId, slot, secret, 'file');
  if (!put.ok) return refuse(put);
  const { fingerprint } = secret;
  const halves =
    secret.kind === 'private-key'
      ? `the public half of this key (ringfence public-key --profile ${profileId} --slot ${slot})`
      : 'this key';
  const { retired } = put.value;
  const gateway =
    slot === 'next'
      ? `The gateway must accept ${halves} beside the active one. One token life (${profile.value.policy.tokenLifeS} s) later: ringfence keys rotate --profile ${profileId}`
      : retired === null
        ? `The gateway must accept ${halves}.`
        : `The gateway must accept ${halves}, and ${retired.fingerprint} no longer. Then: ringfence keys rotate --profile ${profileId} --finish`;
  return done(`The ${slot} key of "${profile.value.name}" is ${fingerprint}.\n${gateway}\n`);
}
