/** What can be done with a profile's two keys, wherever they are kept. Nothing here ever gives a key to a window. */
import { PRACTICE_PROFILE_ID } from '../../contracts/profile/practice';
import type { KeyRecord, KeySlot, KeyState, KeyStatus, RetiredKey } from '../../contracts/profile/profile';
import { fail, ok, type Failure, type Result } from '../../contracts/base/result';
import type { NewAuditEntry } from '../audit/audit-log';
import type { Clock } from '../base/clock';
import { keyMixes } from '../profiles/environment-guard';
import { keyFits } from '../secrets/key-kinds';
export type { KeyHandle, Keys } from './keys-port';
import type { Keys } from './keys-port';
import { anotherKey, keychainState, troubleOf, type KeyTrouble } from './keychain-state';
import { createKeyPlaces, type PlacedKey } from './key-places';
import type { KeyRecords, ProfileStore } from '../profiles/profile-store';
import { createPracticeKey } from './practice-key';
import { createRetiredPracticeKey } from './retired-practice-key';
import { forgetNewest, retire, type RetiredRecords } from './retired-keys';
import { createWayBack } from './way-back';
import type { Secret } from '../secrets/secret';
import type { SecretStore } from '../secrets/secret-store';
import { createSerial } from '../base/serial';
import { unknownProfile } from '../policy/policy';

export interface KeysPorts {
  readonly keychain: SecretStore;
  readonly memory: SecretStore;
  /** The keychain is silent just now. */
  readonly asks?: () => boolean;
  readonly profiles: ProfileStore;
  readonly audit: (entry: NewAuditEntry) => void;
  readonly clock: Pick<Clock, 'wall' | 'after'>;
  /** Called after each change of what `status` says. `retired` are the fingerprints of keys that sign no more. */
  readonly onChanged: (profileId: string, retired: readonly string[]) => void;
}

const shown = ({ fingerprint, addedAt, origin }: PlacedKey): KeyRecord => ({ fingerprint, addedAt, origin });

export function createKeys({
  keychain,
  memory,
  asks = () => false,
  profiles,
  audit,
  clock,
  onChanged,
}: KeysPorts): Keys {
  const places = createKeyPlaces(keychain, memory, profiles);
  const { record } = places;
  const trouble = new Map<string, KeyTrouble>();
  const lastMints = new Map<string, number>();
  let keychainProblem: Failure | null = null;
  const practiceRetired = createRetiredPracticeKey(clock, () => onChanged(PRACTICE_PROFILE_ID, []));
  const serial = createSerial();

  const nameOf = (profileId: string): string => profiles.find(profileId)?.name ?? profileId;
  const retiredOf = (profileId: string): RetiredKey | null =>
    profileId === PRACTICE_PROFILE_ID ? practiceRetired.key() : profiles.keyRecords(profileId).retired;

  /** What the file says of retired keys once this one is in use. The Practice line's are not in the file. */
  const retiredAfter = (profileId: string, leaving: RetiredKey | null, inUse: string): RetiredRecords =>
    profileId === PRACTICE_PROFILE_ID ? { retired: null } : retire(profiles.keyRecords(profileId), leaving, inUse);

  const noteProblem = (profileId: string, failure: Failure): void => {
    trouble.set(profileId, troubleOf(failure));
    onChanged(profileId, []);
  };

  const status = (profileId: string): KeyStatus => {
    const active = record(profileId, 'active');
    const next = record(profileId, 'next');
    const former = record(profileId, 'former');
    const state = ((): KeyState => {
      if (active?.store === 'memory' || next?.store === 'memory') return 'in-memory';
      const known = trouble.get(profileId);
      if (known !== undefined) return known;
      if (keychainProblem !== null) return troubleOf(keychainProblem);
      return active === null && next === null ? 'absent' : 'in-keychain';
    })();
    return {
      profileId,
      state,
      active: active && shown(active),
      next: next && shown(next),
      retired: retiredOf(profileId),
      former: former && shown(former),
      lastMintAt: lastMints.get(profileId) ?? null,
    };
  };

  const read = async (profileId: string, expected: PlacedKey): Promise<Result<Secret>> => {
    const found = await places.read(profileId, expected);
    if (found.ok && found.value.fingerprint === expected.fingerprint) {
      // A key in memory says nothing about the keychain.
      if (expected.store === 'keychain' && (trouble.delete(profileId) || keychainProblem !== null)) {
        keychainProblem = null;
        onChanged(profileId, []);
      }
      return ok(found.value);
    }
    if (!(['active', 'next'] as const).some((slot) => record(profileId, slot)?.fingerprint === expected.fingerprint)) {
      return fail('key-absent', `The key of "${nameOf(profileId)}" was changed a moment ago. Try again.`, 'retry');
    }
    const failure = found.ok ? anotherKey(nameOf(profileId), expected.fingerprint, found.value.fingerprint) : found;
    noteProblem(profileId, failure.failure);
    return failure;
  };

  /** Writes to the keychain; the Practice line makes do with memory. */
  const store = async (
    profileId: string,
    slot: KeySlot,
    secret: Secret,
    made: KeyRecord,
    change?: Partial<KeyRecords>,
  ): Promise<Result<null>> => {
    const kept = await places.keep(profileId, slot, secret, made, change);
    if (kept.ok) {
      trouble.delete(profileId);
      keychainProblem = null;
      return kept;
    }
    // Neither says anything about the keychain, and that it asks something is over when it is answered.
    if (['file-unreadable', 'key-unusable', 'keychain-asks'].includes(kept.failure.reason)) {
      if (profileId !== PRACTICE_PROFILE_ID || kept.failure.reason !== 'keychain-asks') return kept;
    } else keychainProblem = kept.failure;
    if (profileId !== PRACTICE_PROFILE_ID) return kept;
    await places.keepInMemory(profileId, slot, secret, made);
    return ok(null);
  };

  const wayBack = createWayBack({
    places,
    profiles,
    serial,
    audit,
    status,
    retiredWith: (profileId, inUse) => retiredAfter(profileId, null, inUse),
    onChanged,
    clock,
  });

  const practiceKey = createPracticeKey({
    record: () => record(PRACTICE_PROFILE_ID, 'active'),
    read: (key) => read(PRACTICE_PROFILE_ID, key),
    keepInMemory: (secret, made) => places.keepInMemory(PRACTICE_PROFILE_ID, 'active', secret, made),
    keep: (secret, made) =>
      serial(() => {
        const current = record(PRACTICE_PROFILE_ID, 'active');
        return current?.store === 'memory' && current.fingerprint === made.fingerprint
          ? store(PRACTICE_PROFILE_ID, 'active', secret, made)
          : Promise.resolve(ok(null));
      }),
    audit,
    clock,
    onChanged: () => onChanged(PRACTICE_PROFILE_ID, []),
  });

  const probe = async (): Promise<void> => {
    const answer = await keychain.probe();
    keychainProblem = answer.ok ? null : answer.failure;
  };
  const ready = probe();

  return {
    ready,
    keychain: () =>
      keychainState(keychainProblem, {
        inMemory: record(PRACTICE_PROFILE_ID, 'active')?.store === 'memory',
        withheld: trouble.has(PRACTICE_PROFILE_ID),
        asks: asks(),
      }),
    keychainAnswered: (isOpen) => {
      // What is not there makes no dialog.
      if (keychainProblem?.reason === 'keychain-asks') void probe().then(() => onChanged(PRACTICE_PROFILE_ID, []));
      if (isOpen) practiceKey.move();
      // What it says now is not known before it is asked again; whoever waits for that hears that it is worth it.
      for (const [profileId, what] of [...trouble])
        if (what === 'asking') {
          trouble.delete(profileId);
          onChanged(profileId, []);
        }
    },
    status,
    active: async (profileId) => {
      if (profileId === PRACTICE_PROFILE_ID) await practiceKey.ready();
      const known = record(profileId, 'active');
      if (known === null) {
        await ready;
        if (keychainProblem?.reason === 'keychain-unavailable') return { ok: false, failure: keychainProblem };
        return fail('key-absent', `No key was added for "${nameOf(profileId)}" yet. Add one under Keys.`, 'open-keys');
      }
      return ok({ fingerprint: known.fingerprint, open: () => read(profileId, known) });
    },
    inSlot: (profileId, slot) => {
      const known = record(profileId, slot);
      if (known === null)
        return fail('key-absent', `"${nameOf(profileId)}" has no ${slot} key. Add one under Keys.`, 'open-keys');
      return ok({ fingerprint: known.fingerprint, open: () => read(profileId, known) });
    },
    practiceKeys: async () => {
      await practiceKey.ready();
      const active = record(PRACTICE_PROFILE_ID, 'active');
      const next = record(PRACTICE_PROFILE_ID, 'next');
      if (active === null)
        return fail('key-absent', 'The Practice line has no key. Generate one under Keys.', 'open-keys');
      const opened = await read(PRACTICE_PROFILE_ID, active);
      if (!opened.ok) return opened;
      const other = next === null ? null : await read(PRACTICE_PROFILE_ID, next);
      return ok({ active: opened.value, next: other?.ok === true ? other.value : practiceRetired.secret() });
    },
    put: (profileId, slot, secret, origin) =>
      serial(async () => {
        const profile = profiles.find(profileId);
        if (profile === null) return unknownProfile(profileId);
        const fits = keyFits(secret, profile);
        if (!fits.ok) return fits;
        const mixed = keyMixes(profiles, profile, secret.fingerprint);
        if (mixed !== null) return { ok: false, failure: mixed };
        const { fingerprint } = secret;
        const at = clock.wall();
        const before = record(profileId, slot);
        const comesFromNext = slot === 'active' && record(profileId, 'next')?.fingerprint === fingerprint;
        if (slot === 'next' && record(profileId, 'active')?.fingerprint === fingerprint) {
          return fail(
            'key-unusable',
            `That is the active key of "${nameOf(profileId)}" already. Copy the key that comes next, and try again.`,
            'paste-key',
          );
        }
        const replaced =
          slot === 'active' && before !== null && before.fingerprint !== fingerprint ? before.fingerprint : null;
        const stored = await store(
          profileId,
          slot,
          secret,
          { fingerprint, addedAt: at, origin },
          {
            ...retiredAfter(
              profileId,
              replaced === null ? null : { fingerprint: replaced, retiredAt: at },
              fingerprint,
            ),
            ...(comesFromNext ? { next: null } : {}),
            // There is no way back to a key that was replaced, nor past a key that comes next.
            ...(slot === 'next' || replaced !== null ? { former: undefined } : {}),
            ...(replaced !== null && profileId !== PRACTICE_PROFILE_ID ? { untried: true } : {}),
          },
        );
        if (!stored.ok) return stored;
        if (comesFromNext) await places.forgetInMemory(profileId, 'next');
        // A replaced key is a key not to be trusted: the Practice line's gateway stops accepting it, and the one retired before, at once.
        if (profileId === PRACTICE_PROFILE_ID && replaced !== null) practiceRetired.forget();
        audit({ what: 'key', profileId, slot, change: before === null ? 'added' : 'replaced', fingerprint });
        onChanged(profileId, replaced === null ? [] : [replaced]);
        return ok(status(profileId));
      }),
    remove: (profileId, slot) =>
      serial(async () => {
        const before = record(profileId, slot);
        if (before === null) return ok(status(profileId));
        const closed = slot === 'active' ? await wayBack.close(profileId) : ok(null);
        const removed = closed.ok ? await places.remove(profileId, slot) : closed;
        if (!removed.ok) return removed;
        trouble.delete(profileId);
        if (profileId === PRACTICE_PROFILE_ID && slot === 'active') practiceKey.makeAnew();
        audit({ what: 'key', profileId, slot, change: 'removed', fingerprint: before.fingerprint });
        onChanged(profileId, slot === 'active' ? [before.fingerprint] : []);
        return ok(status(profileId));
      }),
    promote: (profileId) =>
      serial(async () => {
        const next = record(profileId, 'next');
        const before = record(profileId, 'active');
        if (next === null) return fail('key-absent', 'There is no next key to promote. Add it first.', 'open-keys');
        // A key that can't be read would leave the line without one.
        const secret = await read(profileId, next);
        if (!secret.ok) return secret;
        const retired = before === null ? null : { fingerprint: before.fingerprint, retiredAt: clock.wall() };
        const leaving =
          before === null || profileId !== PRACTICE_PROFILE_ID ? null : await places.read(profileId, before);
        const inUse =
          next.store === 'keychain'
            ? await places.promote(
                profileId,
                retiredAfter(profileId, retired, next.fingerprint),
                // Its gateway is ours, and has both.
                profileId !== PRACTICE_PROFILE_ID,
              )
            : await store(profileId, 'active', secret.value, shown(next));
        if (!inUse.ok) return inUse;
        if (next.store === 'memory') await places.forgetInMemory(profileId, 'next');
        if (retired !== null && leaving?.ok === true) {
          const lifeS = profiles.find(PRACTICE_PROFILE_ID)?.policy.tokenLifeS ?? 0;
          practiceRetired.retire(retired, leaving.value, lifeS);
        }
        audit({ what: 'key', profileId, slot: 'active', change: 'promoted', fingerprint: next.fingerprint });
        onChanged(profileId, before === null ? [] : [before.fingerprint]);
        return ok(status(profileId));
      }),
    finishRotation: (profileId) =>
      serial(async () => {
        const retired = retiredOf(profileId);
        if (retired === null) return ok(status(profileId));
        if (profileId === PRACTICE_PROFILE_ID) practiceRetired.forget();
        else {
          // A gateway without the old key has no use for it, either.
          const gone = await places.remove(profileId, 'former');
          if (!gone.ok) return gone;
          const kept = await profiles.setKeyRecords(profileId, {
            ...profiles.keyRecords(profileId),
            ...forgetNewest(profiles.keyRecords(profileId)),
          });
          if (!kept.ok) return kept;
        }
        audit({ what: 'key', profileId, slot: 'active', change: 'finished', fingerprint: retired.fingerprint });
        onChanged(profileId, []);
        return ok(status(profileId));
      }),
    untried: wayBack.untried,
    accepted: wayBack.accepted,
    back: wayBack.back,
    noteMint: (profileId, at) => void lastMints.set(profileId, at),
  };
}
