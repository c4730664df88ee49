/**
 * Where keys lie, and which of them is which. The profile file alone says which place of the keychain holds the active and which the next
 * key, and it is written at once or not at all. So whatever dies on the way, one of the two keys signs and the records say which: a
 * new key is written to a free place, then the file names it, then what the file names no more is removed.
 */
import type { KeyRecord, KeySlot } from '../../contracts/profile/profile';
import { ok, type Result } from '../../contracts/base/result';
import { keyPlace, type KeyPlace, type KeyRecords, type ProfileStore } from '../profiles/profile-store';
import type { RetiredRecords } from './retired-keys';
import { Secret } from '../secrets/secret';
import type { SecretStore } from '../secrets/secret-store';

/** A key's record, and where the key is. */
export interface PlacedKey extends KeyRecord {
  readonly place: KeyPlace;
  readonly store: 'keychain' | 'memory';
}

export interface KeyPlaces {
  /** What is known about a slot; a key in memory goes before one in the keychain. */
  readonly record: (profileId: string, slot: KeySlot) => PlacedKey | null;
  /** Null: nothing there, or nothing that a locked keychain gives out. Fails as the store does. */
  readonly read: (profileId: string, key: PlacedKey) => Promise<Result<Secret | null>>;
  /** Puts a key into the keychain, names it in the file together with what `change` says, and removes the one before. Failing, it changes nothing. */
  readonly keep: (
    profileId: string,
    slot: KeySlot,
    secret: Secret,
    made: KeyRecord,
    change?: Partial<KeyRecords>,
  ) => Promise<Result<null>>;
  /** For this run only: the file never names it, or the next start would look for it in the keychain. */
  readonly keepInMemory: (profileId: string, slot: KeySlot, secret: Secret, made: KeyRecord) => Promise<void>;
  /** The next key, which lies in the keychain, becomes the active one. Failing, it changes nothing. */
  readonly promote: (profileId: string, retired: RetiredRecords) => Promise<Result<null>>;
  /** The next key, which lies in memory, was kept as the active one. */
  readonly forgetInMemory: (profileId: string, slot: KeySlot) => Promise<void>;
  /** Fails when the keychain is locked: a key is never forgotten while it is there. Failing, it changes nothing. */
  readonly remove: (profileId: string, slot: KeySlot) => Promise<Result<null>>;
}

export function createKeyPlaces(keychain: SecretStore, memory: SecretStore, profiles: ProfileStore): KeyPlaces {
  const inMemory = new Map<string, KeyRecord>();
  const account = (profileId: string, place: KeyPlace): string => `${profiles.installId}/${profileId}/${place}`;

  const inFile = (profileId: string, slot: KeySlot): PlacedKey | null => {
    const stored = profiles.keyRecords(profileId)[slot];
    return stored === null ? null : { ...stored, place: stored.place ?? slot, store: 'keychain' };
  };
  const record = (profileId: string, slot: KeySlot): PlacedKey | null => {
    const held = inMemory.get(account(profileId, slot));
    return held === undefined ? inFile(profileId, slot) : { ...held, place: slot, store: 'memory' };
  };
  const isFree = (profileId: string, place: KeyPlace): boolean =>
    inFile(profileId, 'active')?.place !== place && inFile(profileId, 'next')?.place !== place;
  const setRecords = (profileId: string, change: Partial<KeyRecords>): Promise<Result<null>> =>
    profiles.setKeyRecords(profileId, { ...profiles.keyRecords(profileId), ...change });

  const forgetInMemory = async (profileId: string, slot: KeySlot): Promise<void> => {
    inMemory.delete(account(profileId, slot));
    await memory.remove(account(profileId, slot));
  };
  /** What stays behind when this fails is in nobody's way, and goes with the next change. */
  const tidy = async (profileId: string): Promise<void> => {
    for (const place of keyPlace.options)
      if (isFree(profileId, place)) await keychain.remove(account(profileId, place));
  };

  return {
    record,
    read: (profileId, { place, store }) => (store === 'memory' ? memory : keychain).read(account(profileId, place)),
    keep: async (profileId, slot, secret, { fingerprint, addedAt, origin }, change = {}) => {
      // Of three places two at most are named.
      const place = keyPlace.options.find((each) => isFree(profileId, each)) ?? 'spare';
      const written = await keychain.write(account(profileId, place), secret);
      if (!written.ok) return written;
      const named = await setRecords(profileId, { ...change, [slot]: { fingerprint, addedAt, origin, place } });
      if (named.ok) await forgetInMemory(profileId, slot);
      await tidy(profileId);
      return named;
    },
    keepInMemory: async (profileId, slot, secret, made) => {
      await memory.write(account(profileId, slot), secret);
      inMemory.set(account(profileId, slot), made);
    },
    promote: async (profileId, retired) => {
      const next = inFile(profileId, 'next');
      if (next === null) return ok(null);
      const { fingerprint, addedAt, origin, place } = next;
      const named = await setRecords(profileId, {
        active: { fingerprint, addedAt, origin, place },
        next: null,
        ...retired,
      });
      if (!named.ok) return named;
      await forgetInMemory(profileId, 'active');
      await tidy(profileId);
      return named;
    },
    forgetInMemory,
    remove: async (profileId, slot) => {
      const known = record(profileId, slot);
      if (known === null) return ok(null);
      let restore = (): Promise<void> => Promise.resolve();
      if (known.store === 'memory') {
        await forgetInMemory(profileId, slot);
      } else {
        const kept = await keychain.read(account(profileId, known.place));
        const removed = await keychain.remove(account(profileId, known.place));
        if (!removed.ok) return removed;
        restore = async () => {
          if (kept.ok && kept.value !== null) await keychain.write(account(profileId, known.place), kept.value);
        };
        if (!removed.value) {
          // Not there, or locked? Only a write can tell: a locked keychain refuses it, or asks to be unlocked.
          const probe = `${profiles.installId}/probe`;
          const told = await keychain.write(probe, Secret.generate());
          if (!told.ok) return told;
          await keychain.remove(probe);
          await keychain.remove(account(profileId, known.place));
        }
      }
      const named = await setRecords(profileId, { [slot]: null });
      // The file still names it: so it has to be there.
      await (named.ok ? tidy(profileId) : restore());
      return named;
    },
  };
}
