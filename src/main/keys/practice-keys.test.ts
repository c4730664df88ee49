import { describe, expect, it, vi } from 'vitest';
import { fakeKeychain, fixture } from '../../../test/support/app/key-fixture';
import { Secret } from '../secrets/secret';

describe('the key of the Practice line', () => {
  it('is made at first use and moves to the keychain', async () => {
    const first = await fixture();
    const made = await first.keys.practiceKeys();
    if (!made.ok) expect.unreachable();
    await vi.waitFor(() => expect(first.keys.status('practice').state).toBe('in-keychain'));
    const later = await first.restart();
    expect(await later.keys.practiceKeys()).toMatchObject({
      value: { active: { fingerprint: made.value.active.fingerprint }, next: null },
    });
    expect(later.audited).toEqual([]);
    expect(later.keys.keychain()).toEqual({ available: true, advice: null });
  });

  it('is made once, however many ask at once', async () => {
    const { keys, audited } = await fixture();
    const all = await Promise.all([keys.practiceKeys(), keys.active('practice'), keys.practiceKeys()]);
    const seen = all.map((each) =>
      each.ok ? ('active' in each.value ? each.value.active.fingerprint : each.value.fingerprint) : 'failed',
    );
    expect(new Set(seen).size).toBe(1);
    expect(audited).toHaveLength(1);
  });

  it('lives in memory where there is no keychain, with advice, and is forgotten at the end', async () => {
    const keychain = fakeKeychain();
    keychain.mode = 'gone';
    const first = await fixture(keychain);
    const made = await first.keys.practiceKeys();
    await vi.waitFor(() => expect(first.keys.status('practice').state).toBe('in-memory'));
    expect(first.keys.keychain()).toEqual({
      available: false,
      advice:
        "No keychain on this computer: the Practice line's key lives in memory and is made anew at each start. Install gnome-keyring (or KWallet) to keep keys.",
    });
    expect(first.profiles.keyRecords('practice')).toEqual({ active: null, next: null, retired: null });
    const later = await (await first.restart()).keys.practiceKeys();
    if (!made.ok || !later.ok) expect.unreachable();
    expect(later.value.active.fingerprint).not.toBe(made.value.active.fingerprint);
  });

  it('moves to a keychain that kept it waiting once that is known to be open, and not before', async () => {
    const { keys, keychain, restart } = await fixture();
    keychain.mode = 'asks';
    const made = await keys.practiceKeys();
    await vi.waitFor(() => expect(keys.status('practice').state).toBe('in-memory'));
    keychain.mode = 'open';
    keys.keychainAnswered(false);
    await new Promise(setImmediate);
    expect(keychain.accounts.size).toBe(0);
    keys.keychainAnswered(true);
    await vi.waitFor(() => expect(keys.status('practice').state).toBe('in-keychain'));
    const later = await (await restart()).keys.practiceKeys();
    if (!made.ok || !later.ok) expect.unreachable();
    expect(later.value.active.fingerprint).toBe(made.value.active.fingerprint);
  });

  it('that was removed from the keychain is made anew, and kept', async () => {
    const first = await fixture();
    const made = await first.keys.practiceKeys();
    await vi.waitFor(() => expect(first.keys.status('practice').state).toBe('in-keychain'));
    for (const account of [...first.keychain.accounts]) await first.keychain.remove(account);
    const second = await first.restart();
    const anew = await second.keys.practiceKeys();
    await vi.waitFor(() => expect(second.keys.status('practice').state).toBe('in-keychain'));
    const third = await (await second.restart()).keys.practiceKeys();
    if (!made.ok || !anew.ok || !third.ok) expect.unreachable();
    expect(anew.value.active.fingerprint).not.toBe(made.value.active.fingerprint);
    expect(third.value.active.fingerprint).toBe(anew.value.active.fingerprint);
  });

  it('that is locked away is replaced for this run, and kept for the next', async () => {
    const first = await fixture();
    const made = await first.keys.practiceKeys();
    await vi.waitFor(() => expect(first.keys.status('practice').state).toBe('in-keychain'));
    first.keychain.mode = 'locked';
    const locked = await first.restart();
    expect((await locked.keys.practiceKeys()).ok).toBe(true);
    expect(locked.keys.status('practice').state).toBe('in-memory');
    expect(locked.keys.keychain().advice).toMatch(/locked/);
    first.keychain.mode = 'open';
    const later = await (await locked.restart()).keys.practiceKeys();
    if (!made.ok || !later.ok) expect.unreachable();
    expect(later.value.active.fingerprint).toBe(made.value.active.fingerprint);
  });

  it('can be rotated in memory', async () => {
    const keychain = fakeKeychain();
    keychain.mode = 'gone';
    const { keys } = await fixture(keychain);
    await keys.practiceKeys();
    const next = Secret.generate();
    await keys.put('practice', 'next', next, 'generated');
    expect(await keys.practiceKeys()).toMatchObject({ value: { next: { fingerprint: next.fingerprint } } });
    await keys.promote('practice');
    expect(await keys.practiceKeys()).toMatchObject({ value: { active: { fingerprint: next.fingerprint } } });
    expect(keys.status('practice')).toMatchObject({ state: 'in-memory', next: null });
  });

  it.each(['open', 'gone'] as const)(
    'that is retired is accepted for one token life, or until the rotation is finished (keychain %s)',
    async (mode) => {
      const keychain = fakeKeychain();
      keychain.mode = mode;
      const { keys, pass, changed, restart } = await fixture(keychain);
      const first = await keys.practiceKeys();
      await vi.waitFor(() => expect(keys.status('practice').state).toBe(mode === 'open' ? 'in-keychain' : 'in-memory'));
      const [second, third] = [Secret.generate(), Secret.generate()];
      if (!first.ok) expect.unreachable();
      await keys.put('practice', 'next', second, 'generated');
      await keys.promote('practice');
      expect(await keys.practiceKeys()).toMatchObject({
        value: { active: { fingerprint: second.fingerprint }, next: { fingerprint: first.value.active.fingerprint } },
      });
      expect(keys.status('practice').retired).toEqual({ fingerprint: first.value.active.fingerprint, retiredAt: 7 });
      pass(299_999);
      expect(keys.status('practice').retired).not.toBeNull();
      changed.mockClear();
      pass(1);
      expect(keys.status('practice').retired).toBeNull();
      expect(changed).toHaveBeenCalledWith('practice', []);
      expect(await keys.practiceKeys()).toMatchObject({ value: { next: null } });

      await keys.put('practice', 'next', third, 'generated');
      await keys.promote('practice');
      expect(await keys.practiceKeys()).toMatchObject({ value: { next: { fingerprint: second.fingerprint } } });
      expect(await keys.finishRotation('practice')).toMatchObject({ value: { retired: null } });
      expect(await keys.practiceKeys()).toMatchObject({
        value: { active: { fingerprint: third.fingerprint }, next: null },
      });
      changed.mockClear();
      pass(1_000_000);
      expect(changed).not.toHaveBeenCalled();
      expect((await restart()).keys.status('practice').retired).toBeNull();
    },
  );

  it('that is replaced is refused from that moment on, with the one retired before', async () => {
    const { keys, changed } = await fixture();
    await keys.practiceKeys();
    await vi.waitFor(() => expect(keys.status('practice').state).toBe('in-keychain'));
    await keys.put('practice', 'next', Secret.generate(), 'generated');
    await keys.promote('practice');
    const before = keys.status('practice').active?.fingerprint;
    await keys.put('practice', 'active', Secret.generate(), 'generated');
    expect(await keys.practiceKeys()).toMatchObject({ value: { next: null } });
    expect(keys.status('practice').retired).toBeNull();
    expect(changed).toHaveBeenLastCalledWith('practice', [before]);
  });
});
