import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock';
import { fail, ok, type Result } from '../contracts/result';
import { openAdminLock, UNLOCKED_MS, waitAfter, type AdminLock, type AdminLockDocument } from './admin-lock';
import type { NewAuditEntry } from './audit-log';
import type { JsonFile } from './json-file';
import type { PassphraseChecks } from './passphrase-verifier';
import { createMemoryStore } from './secrets/memory-store';
import { fingerprintOf, Secret } from './secrets/secret';
import type { SecretStore } from './secrets/secret-store';

const PASSPHRASE = 'correct horse';

/** As slow as nothing; scrypt itself is tried in passphrase-verifier.test.ts. */
const hashOf = (passphrase: string): string => `verifier of ${fingerprintOf(passphrase)}`.padEnd(40, '.');
const passphrases: PassphraseChecks = {
  verifierFor: (passphrase) => Promise.resolve(passphrase.length < 8 ? fail('invalid-input', 'Too short.') : Secret.fromText(hashOf(passphrase))),
  fits: (passphrase, verifier) => Promise.resolve(verifier.use((bytes) => Buffer.from(bytes).toString()) === hashOf(passphrase)),
};

/** A disk, a keychain and a clock that outlive the program. */
function computer() {
  const time = createFakeClock();
  const state = { disk: null as AdminLockDocument | null, diskProblem: false, damaged: false, keychainLocked: false, keychainMissing: false, setBackMs: 0, sleptMs: 0, reads: 0 };
  const audit: string[] = [];
  const told: boolean[] = [];
  const memory = createMemoryStore();
  const missing = () => fail('keychain-unavailable', 'No keychain answers on this computer.', 'install-keychain');
  const keychain: SecretStore = {
    probe: memory.probe,
    read: async (account) => {
      state.reads += 1;
      return state.keychainMissing ? missing() : state.keychainLocked ? ok(null) : memory.read(account);
    },
    write: async (account, secret) => (state.keychainMissing ? missing() : state.keychainLocked ? fail('key-locked', 'The keychain is locked.', 'unlock-keychain') : memory.write(account, secret)),
    remove: async (account) => (state.keychainLocked ? ok(false) : memory.remove(account)),
  };
  const file: JsonFile<AdminLockDocument> = {
    load: () => Promise.resolve(state.damaged ? { value: null, notice: 'It was damaged.' } : { value: state.disk, notice: null }),
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
      clock: { wall: () => time.now() - state.setBackMs, monotonic: () => time.now() - state.sleptMs, after: time.after },
      audit: (entry: NewAuditEntry) => audit.push(JSON.stringify(entry)),
      onChanged: ({ unlocked }) => told.push(unlocked),
    });
  return { time, state, audit, told, memory, start };
}

/** A lock with a passphrase, locked. */
async function locked() {
  const machine = computer();
  const lock = await machine.start();
  expect((await lock.setPassphrase(null, PASSPHRASE)).ok).toBe(true);
  await lock.lock();
  machine.audit.length = 0;
  return { ...machine, lock };
}
const reasonOf = (result: Result<unknown>): string => (result.ok ? 'ok' : result.failure.reason);
const waitOf = (result: Result<unknown>): number | undefined => (result.ok ? undefined : result.failure.retryAfterMs);

describe('without a passphrase', () => {
  it('nothing is locked, and an unlocking says so', async () => {
    const { start } = computer();
    const lock = await start();
    expect(await lock.state()).toEqual({ configured: false, unlocked: false, until: null, retryAt: null });
    expect(await lock.admit()).toEqual(ok(null));
    expect(reasonOf(await lock.unlock('anything'))).toBe('key-absent');
  });

  it('and without a keychain none can be set, in words; nothing is locked still', async () => {
    const { start, state } = computer();
    state.keychainMissing = true;
    const lock = await start();
    const refused = await lock.setPassphrase(null, PASSPHRASE);
    expect(refused).toMatchObject({ ok: false, failure: { reason: 'keychain-unavailable', sentence: 'An admin passphrase cannot be set up here. No keychain answers on this computer.' } });
    expect(await lock.admit()).toEqual(ok(null));
    expect(state.disk).toBeNull();
  });

  it('a short one is refused, and changes nothing', async () => {
    const { start, state } = computer();
    const lock = await start();
    expect(reasonOf(await lock.setPassphrase(null, '1234567'))).toBe('invalid-input');
    expect(await lock.admit()).toEqual(ok(null));
    expect(state.disk).toBeNull();
  });
});

describe('a passphrase', () => {
  it('is kept as a verifier, in the keychain alone', async () => {
    const { memory, state, audit, start } = computer();
    const lock = await start();
    await lock.setPassphrase(null, PASSPHRASE);
    const kept = await memory.read('install/admin-lock');
    expect(kept.ok && kept.value?.use((bytes) => Buffer.from(bytes).toString())).toBe(hashOf(PASSPHRASE));
    expect(JSON.stringify([state.disk, audit])).not.toContain(PASSPHRASE);
    expect(state.disk).toEqual({ version: 1, configured: true, wrong: 0 });
    expect(audit).toEqual(['{"what":"admin","profileId":"","change":"passphrase-set","cause":"asked"}']);
  });

  it('locks after a restart, and opens', async () => {
    const { start } = await locked();
    const lock = await start();
    expect(await lock.state()).toEqual({ configured: true, unlocked: false, until: null, retryAt: null });
    expect(await lock.admit()).toMatchObject({ ok: false, failure: { reason: 'admin-locked', action: 'unlock-admin' } });
    expect((await lock.unlock(PASSPHRASE)).ok).toBe(true);
    expect(await lock.admit()).toEqual(ok(null));
  });

  it('is changed by who knows it, and then the old one is wrong', async () => {
    const { lock, time, audit } = await locked();
    expect(reasonOf(await lock.setPassphrase('not this one', 'another horse'))).toBe('wrong-passphrase');
    await time.advance(1000);
    expect(reasonOf(await lock.setPassphrase(null, 'another horse'))).toBe('wrong-passphrase');
    await time.advance(2000);
    expect((await lock.setPassphrase(PASSPHRASE, 'another horse')).ok).toBe(true);
    expect(reasonOf(await lock.unlock(PASSPHRASE))).toBe('wrong-passphrase');
    await time.advance(1000);
    expect((await lock.unlock('another horse')).ok).toBe(true);
    expect(audit.filter((line) => line.includes('passphrase-changed'))).toHaveLength(1);
  });

  it('is removed by who knows it', async () => {
    const { lock, start, time, memory } = await locked();
    expect(reasonOf(await lock.setPassphrase('not this one', null))).toBe('wrong-passphrase');
    await time.advance(1000);
    expect(await lock.setPassphrase(PASSPHRASE, null)).toMatchObject(ok({ configured: false }));
    expect(await memory.read('install/admin-lock')).toEqual(ok(null));
    expect(await (await start()).admit()).toEqual(ok(null));
  });

  it('can not be set over one that is there while the keychain hides it', async () => {
    const { state, start, memory } = await locked();
    const before = await memory.read('install/admin-lock');
    state.keychainLocked = true;
    const lock = await start();
    expect(reasonOf(await lock.setPassphrase(null, 'another horse'))).toBe('key-locked');
    expect(reasonOf(await lock.setPassphrase(PASSPHRASE, null))).toBe('key-locked');
    expect(await memory.read('install/admin-lock')).toEqual(before);
  });
});

describe('fails closed', () => {
  it('with a locked keychain; it opens when the keychain does', async () => {
    const { state, start, time } = await locked();
    state.keychainLocked = true;
    const lock = await start();
    expect(await lock.admit()).toMatchObject({ ok: false, failure: { reason: 'admin-locked' } });
    expect(await lock.unlock(PASSPHRASE)).toMatchObject({ ok: false, failure: { reason: 'key-locked', action: 'unlock-keychain' } });
    expect(state.disk?.wrong).toBe(0);
    state.keychainLocked = false;
    await time.advance(1);
    expect((await lock.unlock(PASSPHRASE)).ok).toBe(true);
  });

  it('without the keychain it was set up in', async () => {
    const { state, start } = await locked();
    state.keychainMissing = true;
    const lock = await start();
    expect(reasonOf(await lock.admit())).toBe('admin-locked');
    expect(reasonOf(await lock.unlock(PASSPHRASE))).toBe('keychain-unavailable');
  });

  it('without its file, as long as the keychain remembers', async () => {
    const { state, start } = await locked();
    state.disk = null;
    expect(reasonOf(await (await start()).admit())).toBe('admin-locked');
  });

  it('with a damaged file', async () => {
    const { state, start } = computer();
    state.damaged = true;
    expect(reasonOf(await (await start()).admit())).toBe('admin-locked');
  });

  it('with a full disk: a try that can not be counted is not made', async () => {
    const { state, lock } = await locked();
    state.diskProblem = true;
    expect(reasonOf(await lock.unlock(PASSPHRASE))).toBe('file-unreadable');
    expect(reasonOf(await lock.admit())).toBe('admin-locked');
  });
});

describe('wrong tries', () => {
  it('wait longer and longer, 5 minutes at most', () => {
    expect([0, 1, 2, 3, 4, 8, 9, 10, 60, 5000].map(waitAfter)).toEqual([0, 1000, 2000, 4000, 8000, 128_000, 256_000, 300_000, 300_000, 300_000]);
  });

  it('are refused until the wait is over, the right passphrase too, and those do not count', async () => {
    const { lock, time, state, audit } = await locked();
    for (const [wrong, wait] of [[1, 1000], [2, 2000], [3, 4000]] as const) {
      expect(waitOf(await lock.unlock(`wrong ${wrong}`))).toBe(wait);
      expect((await lock.state()).retryAt).toBe(time.now() + wait);
      await time.advance(wait - 1);
      expect(await lock.unlock(PASSPHRASE)).toMatchObject({ ok: false, failure: { reason: 'wrong-passphrase', retryAfterMs: 1 } });
      expect(state.disk?.wrong).toBe(wrong);
      await time.advance(1);
    }
    expect((await lock.state()).retryAt).toBeNull();
    expect((await lock.unlock(PASSPHRASE)).ok).toBe(true);
    expect(state.disk?.wrong).toBe(0);
    expect(audit.map((line) => (JSON.parse(line) as { change: string }).change)).toEqual(['wrong', 'wrong', 'wrong', 'unlocked']);
  });

  it('that come at the same time wait for each other', async () => {
    const { lock, state } = await locked();
    const outcomes = await Promise.all([lock.unlock('one'), lock.unlock('two'), lock.unlock(PASSPHRASE), lock.setPassphrase(PASSPHRASE, null)]);
    expect(outcomes.map(reasonOf)).toEqual(Array(4).fill('wrong-passphrase'));
    expect(state.disk?.wrong).toBe(1);
  });

  it('are remembered through a restart, whose wait begins anew', async () => {
    const { lock, time, start } = await locked();
    for (const wait of [1000, 2000, 4000]) {
      await lock.unlock('wrong');
      await time.advance(wait);
    }
    const again = await start();
    expect(waitOf(await again.unlock(PASSPHRASE))).toBe(4000);
    await time.advance(4000);
    expect(waitOf(await again.unlock('wrong'))).toBe(8000);
  });

  it.each([['back', 86_400_000], ['ahead', -86_400_000]])('wait as long when the clock is set %s, and through a restart', async (_which, ms) => {
    const { lock, state, start } = await locked();
    await lock.unlock('wrong');
    state.setBackMs = ms;
    expect(waitOf(await lock.unlock(PASSPHRASE))).toBe(1000);
    expect(waitOf(await (await start()).unlock(PASSPHRASE))).toBe(1000);
  });

  it('count although the program ends before they are looked at', async () => {
    const { lock, state } = await locked();
    const trying = lock.unlock(PASSPHRASE);
    const written: (number | undefined)[] = [];
    for (let turn = 0; turn < 30; turn += 1) {
      written.push(state.disk?.wrong);
      await Promise.resolve();
    }
    expect(written).toContain(1);
    expect((await trying).ok).toBe(true);
    expect(state.disk?.wrong).toBe(0);
  });
});

describe('unlocked', () => {
  const opened = async () => {
    const all = await locked();
    await all.lock.unlock(PASSPHRASE);
    all.audit.length = all.told.length = 0;
    return all;
  };

  it('for 5 minutes from the unlocking, used or not; then windows are told', async () => {
    const { lock, time, audit, told } = await opened();
    expect((await lock.state()).until).toBe(time.now() + UNLOCKED_MS);
    await time.advance(UNLOCKED_MS - 1);
    expect(await lock.admit()).toEqual(ok(null));
    expect(told).toEqual([]);
    await time.advance(1);
    expect(reasonOf(await lock.admit())).toBe('admin-locked');
    expect(told).toEqual([false]);
    expect(audit).toEqual(['{"what":"admin","profileId":"","change":"locked","cause":"time"}']);
  });

  it('no longer through a sleep, during which the monotonic clock stood still', async () => {
    const { lock, time, state, told } = await opened();
    await time.advance(1000);
    state.sleptMs = UNLOCKED_MS;
    state.setBackMs = -UNLOCKED_MS;
    expect(reasonOf(await lock.admit())).toBe('admin-locked');
    lock.check();
    expect(told).toEqual([false]);
  });

  it('no longer when the clock is set back', async () => {
    const { lock, time, state } = await opened();
    state.setBackMs = 86_400_000;
    await time.advance(UNLOCKED_MS);
    expect(reasonOf(await lock.admit())).toBe('admin-locked');
  });

  it('until it is locked by hand', async () => {
    const { lock, audit, told } = await opened();
    expect(await lock.lock()).toMatchObject({ configured: true, unlocked: false });
    expect(reasonOf(await lock.admit())).toBe('admin-locked');
    await lock.lock();
    expect(audit).toEqual(['{"what":"admin","profileId":"","change":"locked","cause":"asked"}']);
    expect(told).toEqual([false]);
  });

  it('not after a restart', async () => {
    const { start } = await opened();
    expect(reasonOf(await (await start()).admit())).toBe('admin-locked');
  });
});
