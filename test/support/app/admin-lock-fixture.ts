/** An admin lock on a computer that outlives it: its disk, keychain and clock can each go wrong. */
import { expect } from 'vitest';
import { fail, ok, type Result } from '../../../src/contracts/base/result';
import { openAdminLock, type AdminLock, type AdminLockDocument } from '../../../src/main/locks/admin-lock';
import type { NewAuditEntry } from '../../../src/main/audit/audit-log';
import type { JsonFile } from '../../../src/main/base/json-file';
import type { PassphraseChecks } from '../../../src/main/locks/passphrase-verifier';
import { createMemoryStore } from '../../../src/main/secrets/memory-store';
import { fingerprintOf, Secret } from '../../../src/main/secrets/secret';
import { locked as keychainLocked, removed } from '../../../src/main/secrets/keychain-failures';
import type { SecretStore } from '../../../src/main/secrets/secret-store';
import { createFakeClock } from '../fake-clock';

export const PASSPHRASE = 'correct horse';

/** As slow as nothing; scrypt itself is tried in passphrase-verifier.test.ts. */
export const hashOf = (passphrase: string): string => `verifier of ${fingerprintOf(passphrase)}`.padEnd(40, '.');
const passphrases: PassphraseChecks = {
  verifierFor: (passphrase) =>
    Promise.resolve(passphrase.length < 8 ? fail('invalid-input', 'Too short.') : Secret.fromText(hashOf(passphrase))),
  fits: (passphrase, verifier) =>
    Promise.resolve(verifier.use((bytes) => Buffer.from(bytes).toString()) === hashOf(passphrase)),
};

/** A disk, a keychain and a clock that outlive the program. */
export function computer() {
  const time = createFakeClock();
  const state = {
    disk: null as AdminLockDocument | null,
    diskProblem: false,
    damaged: false,
    hadKeychain: false,
    keychainLocked: false,
    keychainMissing: false,
    setBackMs: 0,
    sleptMs: 0,
    reads: 0,
  };
  const audit: string[] = [];
  const told: boolean[] = [];
  const memory = createMemoryStore();
  const missing = () => fail('keychain-unavailable', 'No keychain answers on this computer.', 'install-keychain');
  const keychain: SecretStore = {
    probe: memory.probe,
    opens: () =>
      Promise.resolve(state.keychainMissing ? missing() : state.keychainLocked ? keychainLocked('') : ok(null)),
    readKept: async (account) => {
      const read = await keychain.read(account);
      if (!read.ok) return read;
      return read.value === null ? (state.keychainLocked ? keychainLocked('') : removed()) : ok(read.value);
    },
    readQuietly: (account) => keychain.read(account),
    read: async (account) => {
      state.reads += 1;
      return state.keychainMissing ? missing() : state.keychainLocked ? ok(null) : memory.read(account);
    },
    write: async (account, secret) =>
      state.keychainMissing
        ? missing()
        : state.keychainLocked
          ? fail('key-locked', 'The keychain is locked.', 'unlock-keychain')
          : memory.write(account, secret),
    remove: async (account) => (state.keychainLocked ? ok(false) : memory.remove(account)),
  };
  const file: JsonFile<AdminLockDocument> = {
    load: () =>
      Promise.resolve(state.damaged ? { value: null, notice: 'It was damaged.' } : { value: state.disk, notice: null }),
    save: (value) => {
      if (state.diskProblem) return Promise.resolve(fail('file-unreadable', 'The disk is full.'));
      state.disk = value;
      return Promise.resolve(ok(null));
    },
  };
  const start = (): Promise<AdminLock> =>
    openAdminLock({
      file,
      keychain,
      passphrases,
      account: 'install/admin-lock',
      hadKeychain: state.hadKeychain,
      clock: {
        wall: () => time.now() - state.setBackMs,
        monotonic: () => time.now() - state.sleptMs,
        after: time.after,
      },
      audit: (entry: NewAuditEntry) => audit.push(JSON.stringify(entry)),
      onChanged: ({ unlocked }) => told.push(unlocked),
    });
  return { time, state, audit, told, memory, start };
}

/** A lock with a passphrase, locked. */
export async function locked() {
  const machine = computer();
  const lock = await machine.start();
  expect((await lock.setPassphrase(null, PASSPHRASE)).ok).toBe(true);
  await lock.lock();
  machine.audit.length = 0;
  return { ...machine, lock };
}
/** `ok`, or why not. */
export const reasonOf = (result: Result<unknown>): string => (result.ok ? 'ok' : result.failure.reason);
