/**
 * Between a promotion and the first token that a gateway accepts: the new key is untried, and the one before it is kept, so that an admin can bring it back.
 * No message of a window brings a key back by itself; the word that one was accepted only ends the way back.
 */
import type { KeyStatus } from '../../contracts/profile/profile';
import { fail, ok, type Failure, type Result } from '../../contracts/base/result';
import type { NewAuditEntry } from '../audit/audit-log';
import type { Clock } from '../base/clock';
import type { ProfileStore } from '../profiles/profile-store';
import { anotherKey } from './keychain-state';
import type { KeyPlaces } from './key-places';
import type { RetiredRecords } from './retired-keys';

/** A locked keychain may ask the person to unlock it: not at each token that is accepted, ms. */
export const ASKED_AGAIN_MS = 3_600_000;

export interface WayBack {
  /** The fingerprint of the active key, as long as it is untried; else null. */
  readonly untried: (profileId: string) => string | null;
  /** A token of this key was accepted: if it is the active one, the key before it goes. Fails with `key-locked` or `file-unreadable`; then all stays as it was. */
  readonly accepted: (profileId: string, fingerprint: string) => Promise<Result<null>>;
  /** The key before the promotion is active again, and the promoted one is next. Fails with `key-absent`, or as the keychain does; then nothing has changed. */
  readonly back: (profileId: string) => Promise<Result<KeyStatus>>;
  /** There is no way back any more. For use within a turn of `serial`. */
  readonly close: (profileId: string) => Promise<Result<null>>;
}

export interface WayBackPorts {
  readonly places: KeyPlaces;
  readonly profiles: ProfileStore;
  readonly serial: <T>(task: () => Promise<T>) => Promise<T>;
  readonly audit: (entry: NewAuditEntry) => void;
  readonly status: (profileId: string) => KeyStatus;
  /** What the file says of retired keys once this one is in use. */
  readonly retiredWith: (profileId: string, inUse: string) => RetiredRecords;
  readonly onChanged: (profileId: string, retired: readonly string[]) => void;
  readonly clock: Pick<Clock, 'wall'>;
}

export function createWayBack({
  places,
  profiles,
  serial,
  audit,
  status,
  retiredWith,
  onChanged,
  clock,
}: WayBackPorts): WayBack {
  /** When a keychain did not let a former key go, by profile, and what it said. */
  const kept = new Map<string, { readonly at: number; readonly failure: Failure }>();
  const nameOf = (profileId: string): string => profiles.find(profileId)?.name ?? profileId;
  const untried = (profileId: string): string | null =>
    profiles.keyRecords(profileId).untried === true ? (places.record(profileId, 'active')?.fingerprint ?? null) : null;
  const close: WayBack['close'] = (profileId) => {
    const { former, untried: isUntried, ...records } = profiles.keyRecords(profileId);
    // The key goes before its name does: whatever dies on the way, the file knows what is left in the keychain.
    if (former !== undefined) return places.remove(profileId, 'former', { untried: undefined });
    return isUntried === undefined ? Promise.resolve(ok(null)) : profiles.setKeyRecords(profileId, records);
  };
  return {
    untried,
    close,
    accepted: (profileId, fingerprint) =>
      serial(async () => {
        if (untried(profileId) !== fingerprint) return ok(null);
        const last = kept.get(profileId);
        if (last !== undefined && Math.abs(clock.wall() - last.at) < ASKED_AGAIN_MS)
          return { ok: false, failure: last.failure };
        const hadFormer = places.record(profileId, 'former') !== null;
        const closed = await close(profileId);
        if (closed.ok || closed.failure.reason === 'file-unreadable') kept.delete(profileId);
        else kept.set(profileId, { at: clock.wall(), failure: closed.failure });
        if (!closed.ok) return closed;
        if (hadFormer) audit({ what: 'key', profileId, slot: 'active', change: 'accepted', fingerprint });
        onChanged(profileId, []);
        return ok(null);
      }),
    back: (profileId) =>
      serial(async () => {
        const [former, active] = [places.record(profileId, 'former'), places.record(profileId, 'active')];
        if (former === null || active === null)
          return fail(
            'key-absent',
            `"${nameOf(profileId)}" has no old key to go back to: its gateway accepted the new one, or there was none before.`,
            'open-keys',
          );
        // A key that can't be read would leave the line without one.
        const found = await places.read(profileId, former);
        if (!found.ok) return found;
        if (found.value.fingerprint !== former.fingerprint)
          return anotherKey(nameOf(profileId), former.fingerprint, found.value.fingerprint);
        const changed = await places.bringBack(profileId, retiredWith(profileId, former.fingerprint));
        if (!changed.ok) return changed;
        audit({ what: 'key', profileId, slot: 'active', change: 'back', fingerprint: former.fingerprint });
        onChanged(profileId, [active.fingerprint]);
        return ok(status(profileId));
      }),
  };
}
