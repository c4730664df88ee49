/** `ringfence keys list`: what is known about the keys of all profiles. No key is read for it. */
import type { Keys } from '../keys/keys';
import type { ProfileStore } from '../profiles/profile-store';
import { ageOf, asJson, done, table, type Answer } from './answer';

export interface ListKeysPorts {
  readonly profiles: Pick<ProfileStore, 'profiles'>;
  readonly keys: Pick<Keys, 'ready' | 'status' | 'keychain'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The former key is the one before the last promotion, until a token of the active one was accepted. */
const SLOTS = ['active', 'next', 'former'] as const;
const isoOf = (ms: number): string => new Date(ms).toISOString();

export async function listKeys(
  { profiles, keys, now }: ListKeysPorts,
  { json }: { readonly json: boolean },
): Promise<Answer> {
  await keys.ready;
  const at = now();
  const listed = profiles.profiles().map(({ id, name, environment }) => {
    const status = keys.status(id);
    const known = SLOTS.flatMap((slot) => {
      const record = status[slot];
      return record === null
        ? []
        : [
            {
              slot,
              fingerprint: record.fingerprint,
              addedAt: isoOf(record.addedAt),
              ageS: Math.max(0, Math.floor((at - record.addedAt) / 1000)),
              origin: record.origin,
            },
          ];
    });
    const { retired } = status;
    return {
      profileId: id,
      name,
      environment,
      state: status.state,
      keys: known,
      retired: retired === null ? null : { fingerprint: retired.fingerprint, retiredAt: isoOf(retired.retiredAt) },
    };
  });
  const keychain = keys.keychain();
  if (json) return done(asJson({ keychain, profiles: listed }));
  const rows = listed.flatMap(({ profileId, environment, keys: known, retired }) => [
    ...known.map(({ slot, fingerprint, ageS }) => [profileId, environment, slot, fingerprint, ageOf(ageS * 1000)]),
    ...(retired === null
      ? []
      : [[profileId, environment, 'retired', retired.fingerprint, `${ageOf(at - Date.parse(retired.retiredAt))} ago`]]),
    ...(known.length === 0 && retired === null ? [[profileId, environment, '-', '-', '-']] : []),
  ]);
  const advice = keychain.advice === null ? '' : `${keychain.advice}\n`;
  return { ...done(table([['PROFILE', 'ENVIRONMENT', 'SLOT', 'FINGERPRINT', 'AGE'], ...rows])), err: advice };
}
