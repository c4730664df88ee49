/**
 * Where keys lie, and which of them is which. The profile file alone says which place of the keychain holds the active and which the next
 * key, and it is written at once or not at all. So whatever dies on the way, one of the two keys signs and the records say which: a
 * new key is written to a free place, then the file names it, then what the file names no more is removed. The key before a promotion stays
 * named, as the former one, until a token of the promoted one was accepted.
 */
import type { KeyRecord, KeySlot } from '../../contracts/profile/profile';
import { ok, type Result } from '../../contracts/base/result';
import { keyPlace, type KeyPlace, type KeyRecords, type ProfileStore, type StoredKey } from '../profiles/profile-store';
import type { RetiredRecords } from './retired-keys';
import type { Secret } from '../secrets/secret';
import type { SecretStore } from '../secrets/secret-store';

/** A key's record, and where the key is. */
export interface PlacedKey extends KeyRecord {
  readonly place: KeyPlace;
  readonly store: 'keychain' | 'memory';
}

/** What the file names: the two slots, and the key before the last promotion. */
export type NamedKey = KeySlot | 'former';
const NAMED: readonly NamedKey[] = ['active', 'next', 'former'];

export interface KeyPlaces {
  /** What is known about a slot; a key in memory goes before one in the keychain. */
  readonly record: (profileId: string, slot: NamedKey) => PlacedKey | null;
  /** Fails as the store's `readKept`. */
  readonly read: (profileId: string, key: PlacedKey) => Promise<Result<Secret>>;
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
  /** The next key, which lies in the keychain, becomes the active one; `keepsBefore`: the one before is the former one. Failing, it changes nothing. */
  readonly promote: (profileId: string, retired: RetiredRecords, keepsBefore: boolean) => Promise<Result<null>>;
  /** The former key becomes the active one again, and that one the next. Failing, it changes nothing. */
  readonly bringBack: (profileId: string, retired: RetiredRecords) => Promise<Result<null>>;
  /** The next key, which lies in memory, was kept as the active one. */
  readonly forgetInMemory: (profileId: string, slot: KeySlot) => Promise<void>;
  /** Fails when the keychain is locked: a key is never forgotten while it is there. Failing, it changes nothing. `change`: what the file says with it. */
  readonly remove: (profileId: string, slot: NamedKey, change?: Partial<KeyRecords>) => Promise<Result<null>>;
}

const stored = ({ fingerprint, addedAt, origin, place }: PlacedKey): StoredKey => ({
  fingerprint,
  addedAt,
  origin,
  place,
});

export function createKeyPlaces(keychain: SecretStore, memory: SecretStore, profiles: ProfileStore): KeyPlaces {
  const inMemory = new Map<string, KeyRecord>();
  const account = (profileId: string, place: NamedKey | KeyPlace): string =>
    `${profiles.installId}/${profileId}/${place}`;

  const inFile = (profileId: string, slot: NamedKey): PlacedKey | null => {
    const known = profiles.keyRecords(profileId)[slot] ?? null;
    // The former key was the active one.
    const place = known?.place ?? (slot === 'former' ? 'active' : slot);
    return known === null ? null : { ...known, place, store: 'keychain' };
  };
  const record = (profileId: string, slot: NamedKey): PlacedKey | null => {
    const held = inMemory.get(account(profileId, slot));
    return held === undefined || slot === 'former'
      ? inFile(profileId, slot)
      : { ...held, place: slot, store: 'memory' };
  };
  const isFree = (profileId: string, place: KeyPlace): boolean =>
    NAMED.every((slot) => inFile(profileId, slot)?.place !== place);
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
    read: (profileId, { place, store }) => (store === 'memory' ? memory : keychain).readKept(account(profileId, place)),
    keep: async (profileId, slot, secret, { fingerprint, addedAt, origin }, change = {}) => {
      // Of three places two at most are named: there is a next key or a former one.
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
    promote: async (profileId, retired, keepsBefore) => {
      const next = inFile(profileId, 'next');
      if (next === null) return ok(null);
      const before = keepsBefore ? inFile(profileId, 'active') : null;
      const named = await setRecords(profileId, {
        active: stored(next),
        next: null,
        former: before === null ? undefined : stored(before),
        untried: before === null ? undefined : true,
        ...retired,
      });
      if (!named.ok) return named;
      await forgetInMemory(profileId, 'active');
      await tidy(profileId);
      return named;
    },
    bringBack: async (profileId, retired) => {
      const [former, active] = [inFile(profileId, 'former'), inFile(profileId, 'active')];
      if (former === null || active === null) return ok(null);
      return setRecords(profileId, {
        active: stored(former),
        next: stored(active),
        former: undefined,
        untried: undefined,
        ...retired,
      });
    },
    forgetInMemory,
    remove: async (profileId, slot, change = {}) => {
      const known = record(profileId, slot);
      if (known === null) return ok(null);
      let restore = (): Promise<void> => Promise.resolve();
      if (known.store === 'memory' && slot !== 'former') {
        await forgetInMemory(profileId, slot);
      } else {
        const kept = await keychain.read(account(profileId, known.place));
        // What is damaged can be removed all the same.
        if (!kept.ok && kept.failure.reason !== 'key-unusable') return kept;
        const removed = await keychain.remove(account(profileId, known.place));
        if (!removed.ok) return removed;
        restore = async () => {
          if (kept.ok && kept.value !== null) await keychain.write(account(profileId, known.place), kept.value);
        };
        if (!removed.value) {
          // Not there, or locked?
          const told = await keychain.opens();
          if (!told.ok) return told;
          await keychain.remove(account(profileId, known.place));
        }
      }
      const named = await setRecords(profileId, { ...change, [slot]: slot === 'former' ? undefined : null });
      // The file still names it: so it has to be there.
      await (named.ok ? tidy(profileId) : restore());
      return named;
    },
  };
}
