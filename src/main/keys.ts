/** What can be done with a profile's two keys, wherever they are kept. Nothing here ever gives a key to a window. */
import { PRACTICE_PROFILE_ID } from '../contracts/practice';
import type { KeyRecord, KeySlot, KeyState, KeyStatus, ProfilesSnapshot } from '../contracts/profile';
import { fail, ok, type Failure, type Result } from '../contracts/result';
import type { NewAuditEntry } from './audit-log';
import type { ProfileStore } from './profile-store';
import { Secret } from './secrets/secret';
import type { SecretStore } from './secrets/secret-store';
import { createSerial } from './serial';

/** A key by its name; the bytes are fetched only where they are needed. */
export interface KeyHandle {
  readonly fingerprint: string;
  /** Fails with `key-locked`, `keychain-unavailable` or `key-unusable`. */
  readonly open: () => Promise<Result<Secret>>;
}

export interface Keys {
  /** Resolves when it is known whether there is a keychain. */
  readonly ready: Promise<void>;
  readonly keychain: () => ProfilesSnapshot['keychain'];
  readonly status: (profileId: string) => KeyStatus;
  /** The key that signs. Fails with `key-absent` or `keychain-unavailable`. The Practice line makes its own at first use. */
  readonly active: (profileId: string) => Promise<Result<KeyHandle>>;
  /** Both keys of the Practice line, for its gateway. */
  readonly practiceKeys: () => Promise<Result<{ readonly active: Secret; readonly next: Secret | null }>>;
  /** Adds or replaces. Fails with `keychain-unavailable`, `key-locked` or `file-unreadable`. */
  readonly put: (profileId: string, slot: KeySlot, secret: Secret, origin: KeyRecord['origin']) => Promise<Result<KeyStatus>>;
  readonly remove: (profileId: string, slot: KeySlot) => Promise<Result<KeyStatus>>;
  /** Next becomes active. Fails with `key-absent` when there is no next. */
  readonly promote: (profileId: string) => Promise<Result<KeyStatus>>;
  readonly noteMint: (profileId: string, at: number) => void;
}

export interface KeysPorts {
  readonly keychain: SecretStore;
  readonly memory: SecretStore;
  readonly profiles: ProfileStore;
  readonly audit: (entry: NewAuditEntry) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Called after each change of what `status` says. `fingerprints` are those of keys that are no longer in use. */
  readonly onChanged: (profileId: string, retired: readonly string[]) => void;
}

const MEMORY_ADVICE = {
  unavailable: "No keychain on this computer: the Practice line's key lives in memory and is made anew at each start. Install gnome-keyring (or KWallet) to keep keys.",
  locked: "The keychain is locked: the Practice line's key lives in memory for this run. Unlock the keychain and start Ringfence again.",
};

export function createKeys({ keychain, memory, profiles, audit, now, onChanged }: KeysPorts): Keys {
  /** Records of keys that are in memory only: never written to the file, or the next start would look for them in the keychain. */
  const inMemory = new Map<string, KeyRecord>();
  const trouble = new Map<string, 'locked' | 'unavailable'>();
  const lastMints = new Map<string, number>();
  let keychainProblem: Failure | null = null;
  let practice: Promise<Result<null>> | null = null;
  const serial = createSerial();

  const account = (profileId: string, slot: KeySlot): string => `${profiles.installId}/${profileId}/${slot}`;
  const record = (profileId: string, slot: KeySlot): KeyRecord | null => inMemory.get(account(profileId, slot)) ?? profiles.keyRecords(profileId)[slot];
  const nameOf = (profileId: string): string => profiles.find(profileId)?.name ?? profileId;

  const noteProblem = (profileId: string, failure: Failure): void => {
    trouble.set(profileId, failure.reason === 'keychain-unavailable' ? 'unavailable' : 'locked');
    onChanged(profileId, []);
  };

  const status = (profileId: string): KeyStatus => {
    const active = record(profileId, 'active');
    const next = record(profileId, 'next');
    const state = ((): KeyState => {
      if (inMemory.has(account(profileId, 'active')) || inMemory.has(account(profileId, 'next'))) return 'in-memory';
      const known = trouble.get(profileId);
      if (known !== undefined) return known;
      if (keychainProblem !== null) return keychainProblem.reason === 'key-locked' ? 'locked' : 'unavailable';
      return active === null && next === null ? 'absent' : 'in-keychain';
    })();
    return { profileId, state, active, next, lastMintAt: lastMints.get(profileId) ?? null };
  };

  const read = async (profileId: string, slot: KeySlot, expected: KeyRecord): Promise<Result<Secret>> => {
    const key = account(profileId, slot);
    const found = await (inMemory.has(key) ? memory : keychain).read(key);
    if (!found.ok) {
      noteProblem(profileId, found.failure);
      return found;
    }
    if (found.value === null) {
      const failure = fail('key-locked', `The keychain gives out no key for "${nameOf(profileId)}": it is locked, or the key was removed from it. Unlock it, or add the key again.`, 'unlock-keychain');
      noteProblem(profileId, failure.failure);
      return failure;
    }
    if (found.value.fingerprint !== expected.fingerprint) {
      return fail('key-unusable', `The keychain holds another key for "${nameOf(profileId)}" than the one added here. Add the key again.`, 'open-keys', {
        details: `expected ${expected.fingerprint}, found ${found.value.fingerprint}`,
      });
    }
    // A key in memory says nothing about the keychain.
    if (!inMemory.has(key) && trouble.delete(profileId)) onChanged(profileId, []);
    return ok(found.value);
  };

  const keepInFile = (profileId: string, slot: KeySlot, value: KeyRecord | null): Promise<Result<null>> =>
    profiles.setKeyRecords(profileId, { ...profiles.keyRecords(profileId), [slot]: value });

  /** Writes to the keychain; the Practice line makes do with memory. */
  const store = async (profileId: string, slot: KeySlot, secret: Secret, made: KeyRecord): Promise<Result<null>> => {
    const key = account(profileId, slot);
    const written = await keychain.write(key, secret);
    if (written.ok) {
      const kept = await keepInFile(profileId, slot, made);
      if (!kept.ok) return kept;
      inMemory.delete(key);
      await memory.remove(key);
      trouble.delete(profileId);
      keychainProblem = null;
      return kept;
    }
    keychainProblem = written.failure;
    if (profileId !== PRACTICE_PROFILE_ID) return written;
    await memory.write(key, secret);
    inMemory.set(key, made);
    return ok(null);
  };

  /** The Practice line never waits for a keychain prompt: it starts on a key in memory, which moves to the keychain when that answers. */
  const ensurePractice = async (): Promise<Result<null>> => {
    const known = record(PRACTICE_PROFILE_ID, 'active');
    if (known !== null && (await read(PRACTICE_PROFILE_ID, 'active', known)).ok) return ok(null);
    const secret = Secret.generate();
    const made: KeyRecord = { fingerprint: secret.fingerprint, addedAt: now(), origin: 'generated' };
    const key = account(PRACTICE_PROFILE_ID, 'active');
    await memory.write(key, secret);
    inMemory.set(key, made);
    audit({ what: 'key', profileId: PRACTICE_PROFILE_ID, slot: 'active', change: known === null ? 'added' : 'replaced', fingerprint: made.fingerprint });
    if (known === null) {
      void serial(async () => {
        // Somebody may have put another key there meanwhile.
        if (inMemory.get(key) !== made) return;
        await store(PRACTICE_PROFILE_ID, 'active', secret, made);
        onChanged(PRACTICE_PROFILE_ID, []);
      });
    }
    onChanged(PRACTICE_PROFILE_ID, []);
    return ok(null);
  };
  const practiceReady = (): Promise<Result<null>> => (practice ??= ensurePractice());

  const ready = keychain.probe().then((answer) => {
    keychainProblem = answer.ok ? null : answer.failure;
  });

  const keys: Keys = {
    ready,
    keychain: () => {
      const practiceInMemory = inMemory.has(account(PRACTICE_PROFILE_ID, 'active'));
      if (keychainProblem === null) {
        // In memory although the keychain answers: it would not give the key out.
        return { available: true, advice: practiceInMemory && trouble.has(PRACTICE_PROFILE_ID) ? MEMORY_ADVICE.locked : null };
      }
      if (keychainProblem.reason === 'key-locked') return { available: true, advice: practiceInMemory ? MEMORY_ADVICE.locked : keychainProblem.sentence };
      return { available: false, advice: practiceInMemory ? MEMORY_ADVICE.unavailable : keychainProblem.sentence };
    },
    status,
    active: async (profileId) => {
      if (profileId === PRACTICE_PROFILE_ID) await practiceReady();
      const known = record(profileId, 'active');
      if (known === null) {
        await ready;
        if (keychainProblem !== null && keychainProblem.reason !== 'key-locked') return { ok: false, failure: keychainProblem };
        return fail('key-absent', `No key was added for "${nameOf(profileId)}" yet. Add one under Keys.`, 'open-keys');
      }
      return ok({ fingerprint: known.fingerprint, open: () => read(profileId, 'active', known) });
    },
    practiceKeys: async () => {
      await practiceReady();
      const active = record(PRACTICE_PROFILE_ID, 'active');
      const next = record(PRACTICE_PROFILE_ID, 'next');
      if (active === null) return fail('key-absent', 'The Practice line has no key. Generate one under Keys.', 'open-keys');
      const opened = await read(PRACTICE_PROFILE_ID, 'active', active);
      if (!opened.ok) return opened;
      const other = next === null ? null : await read(PRACTICE_PROFILE_ID, 'next', next);
      return ok({ active: opened.value, next: other?.ok === true ? other.value : null });
    },
    put: (profileId, slot, secret, origin) =>
      serial(async () => {
        if (profiles.find(profileId) === null) return fail('unknown-profile', `There is no profile "${profileId}" (any more). Choose another one.`, 'open-profiles');
        const before = record(profileId, slot);
        const stored = await store(profileId, slot, secret, { fingerprint: secret.fingerprint, addedAt: now(), origin });
        if (!stored.ok) return stored;
        audit({ what: 'key', profileId, slot, change: before === null ? 'added' : 'replaced', fingerprint: secret.fingerprint });
        onChanged(profileId, before === null ? [] : [before.fingerprint]);
        return ok(status(profileId));
      }),
    remove: (profileId, slot) =>
      serial(async () => {
        const before = record(profileId, slot);
        if (before === null) return ok(status(profileId));
        const key = account(profileId, slot);
        if (inMemory.delete(key)) {
          await memory.remove(key);
        } else {
          const removed = await keychain.remove(key);
          if (!removed.ok) return removed;
          if (!removed.value) {
            // Not there, or locked? Only a write can tell: a locked keychain refuses it, or asks to be unlocked.
            const told = await keychain.write(`${profiles.installId}/probe`, Secret.generate());
            if (!told.ok) return told;
            await keychain.remove(`${profiles.installId}/probe`);
            await keychain.remove(key);
          }
        }
        const kept = await keepInFile(profileId, slot, null);
        if (!kept.ok) return kept;
        trouble.delete(profileId);
        if (profileId === PRACTICE_PROFILE_ID && slot === 'active') practice = null;
        audit({ what: 'key', profileId, slot, change: 'removed', fingerprint: before.fingerprint });
        onChanged(profileId, [before.fingerprint]);
        return ok(status(profileId));
      }),
    promote: (profileId) =>
      serial(async () => {
        const next = record(profileId, 'next');
        const before = record(profileId, 'active');
        if (next === null) return fail('key-absent', 'There is no next key to promote. Add it first.', 'open-keys');
        const secret = await read(profileId, 'next', next);
        if (!secret.ok) return secret;
        const stored = await store(profileId, 'active', secret.value, next);
        if (!stored.ok) return stored;
        const nextKey = account(profileId, 'next');
        await (inMemory.delete(nextKey) ? memory : keychain).remove(nextKey);
        const kept = await keepInFile(profileId, 'next', null);
        if (!kept.ok) return kept;
        audit({ what: 'key', profileId, slot: 'active', change: 'promoted', fingerprint: next.fingerprint });
        onChanged(profileId, before === null ? [] : [before.fingerprint]);
        return ok(status(profileId));
      }),
    noteMint: (profileId, at) => void lastMints.set(profileId, at),
  };
  return keys;
}
