import { describe, expect, it } from 'vitest';
import { computer, hashOf, locked, PASSPHRASE, reasonOf } from '../../../test/support/app/admin-lock-fixture';
import { ok } from '../../contracts/base/result';
import { UNLOCKED_MS } from './admin-lock';

describe('without a passphrase', () => {
  it('nothing is locked, and an unlocking says so', async () => {
    const { start } = computer();
    const lock = await start();
    expect(await lock.state()).toEqual({ configured: false, unlocked: false, until: null, retryAt: null });
    expect(await lock.admit()).toEqual(ok(null));
    expect(reasonOf(await lock.unlock('anything'))).toBe('key-absent');
  });

  it('it seems open or locked without a question to the keychain', async () => {
    const { start, state } = computer();
    const lock = await start();
    expect(lock.seemsLocked()).toBe(false);
    await lock.setPassphrase(null, PASSPHRASE);
    expect(lock.seemsLocked()).toBe(false);
    await lock.lock();
    const before = state.reads;
    expect(lock.seemsLocked()).toBe(true);
    expect(state.reads).toBe(before);
  });

  it('the keychain is asked once by all who ask at the same time, and anew by those who come later', async () => {
    const { start, state } = computer();
    const lock = await start();
    const before = state.reads;
    expect(await Promise.all(Array.from({ length: 50 }, () => lock.admit()))).toEqual(
      Array.from({ length: 50 }, () => ok(null)),
    );
    expect(state.reads - before).toBe(1);
    await lock.admit();
    expect(state.reads - before).toBe(2);
  });

  it('and without a keychain none can be set, in words; nothing is locked still', async () => {
    const { start, state } = computer();
    state.keychainMissing = true;
    const lock = await start();
    const refused = await lock.setPassphrase(null, PASSPHRASE);
    expect(refused).toMatchObject({
      ok: false,
      failure: {
        reason: 'keychain-unavailable',
        sentence: 'An admin passphrase cannot be set up here. No keychain answers on this computer.',
      },
    });
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
    expect(await lock.admit()).toMatchObject({
      ok: false,
      failure: { reason: 'admin-locked', action: 'unlock-admin' },
    });
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
    expect(await lock.unlock(PASSPHRASE)).toMatchObject({
      ok: false,
      failure: { reason: 'key-locked', action: 'unlock-keychain' },
    });
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

  it('without its file while the keychain is locked or gone: what nobody knows counts as locked', async () => {
    for (const trouble of ['keychainLocked', 'keychainMissing'] as const) {
      const { state, start } = await locked();
      state.hadKeychain = true;
      state.disk = null;
      state[trouble] = true;
      const lock = await start();
      expect(reasonOf(await lock.admit())).toBe('admin-locked');
      expect((await lock.state()).configured).toBe(true);
      expect(['key-locked', 'keychain-unavailable']).toContain(reasonOf(await lock.unlock(PASSPHRASE)));
      expect(['key-locked', 'keychain-unavailable']).toContain((await lock.unanswered())?.reason);
      expect((await lock.setPassphrase(null, 'another passphrase')).ok).toBe(false);
      expect((await lock.setPassphrase(null, null)).ok).toBe(false);
      // The keychain says what it is: the passphrase is known again, and the file is there again.
      state[trouble] = false;
      expect(reasonOf(await lock.admit())).toBe('admin-locked');
      expect(await lock.unanswered()).toBeNull();
      expect(state.disk).toMatchObject({ configured: true });
      expect((await lock.unlock(PASSPHRASE)).ok).toBe(true);
    }
  });

  it('without its file until the keychain says that there is no passphrase; then nothing is locked', async () => {
    const { state, start, memory } = computer();
    state.hadKeychain = true;
    state.keychainLocked = true;
    const lock = await start();
    expect(reasonOf(await lock.admit())).toBe('admin-locked');
    state.keychainLocked = false;
    expect(await lock.admit()).toEqual(ok(null));
    expect(state.disk).toEqual({ version: 1, configured: false, wrong: 0 });
    expect(await memory.read('install/admin-lock-probe')).toEqual(ok(null));
    state.keychainLocked = true;
    expect(await (await start()).admit()).toEqual(ok(null));
  });

  it('with a damaged file', async () => {
    const { state, start } = computer();
    state.damaged = true;
    expect(reasonOf(await (await start()).admit())).toBe('admin-locked');
    // It was set aside, and the keychain is locked at the next start.
    state.damaged = false;
    state.keychainLocked = true;
    expect(reasonOf(await (await start()).admit())).toBe('admin-locked');
  });

  it('with a full disk: a try that can not be counted is not made', async () => {
    const { state, lock } = await locked();
    state.diskProblem = true;
    expect(reasonOf(await lock.unlock(PASSPHRASE))).toBe('file-unreadable');
    expect(reasonOf(await lock.admit())).toBe('admin-locked');
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
