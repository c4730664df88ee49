import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { failureOf, fakeKeychain, fixture, opened, work } from '../../../test/support/app/key-fixture';
import { profile as profileSchema } from '../../contracts/profile/profile';
import { fail, ok, type Result } from '../../contracts/base/result';
import type { ProfilesDocument } from '../profiles/profile-store';
import { Secret } from '../secrets/secret';

describe('the keys of a profile', () => {
  it('are absent until one is added', async () => {
    const { keys } = await fixture();
    expect(keys.status('work')).toEqual({
      profileId: 'work',
      state: 'absent',
      active: null,
      next: null,
      retired: null,
      former: null,
      lastMintAt: null,
    });
    expect(failureOf(await keys.active('work'))).toMatchObject({ reason: 'key-absent', action: 'open-keys' });
  });

  it('are kept under an account of this installation, audited by fingerprint, and found after a restart', async () => {
    const first = await fixture();
    const secret = Secret.generate();
    expect(await first.keys.put('work', 'active', secret, 'clipboard')).toMatchObject({
      value: { state: 'in-keychain', active: { fingerprint: secret.fingerprint, addedAt: 7, origin: 'clipboard' } },
    });
    expect([...first.keychain.accounts]).toEqual([`${first.profiles.installId}/work/active`]);
    expect(first.audited).toEqual([
      { what: 'key', profileId: 'work', slot: 'active', change: 'added', fingerprint: secret.fingerprint },
    ]);
    const later = await first.restart();
    expect(await opened(later.keys, 'work')).toMatchObject({ value: { fingerprint: secret.fingerprint } });
  });

  it('of an unknown profile are not kept', async () => {
    const { keys, keychain } = await fixture();
    expect(failureOf(await keys.put('nobody', 'active', Secret.generate(), 'file'))).toMatchObject({
      reason: 'unknown-profile',
    });
    expect(keychain.accounts.size).toBe(0);
  });

  it('that do not fit the algorithm are refused, and nothing is changed', async () => {
    const { keys, keychain, profiles } = await fixture();
    const [text, { privateKey }] = [Secret.generate(), generateKeyPairSync('ed25519')];
    const line = (algorithm: 'HS256' | 'EdDSA') =>
      profiles.save(profileSchema.parse({ ...work, provider: { kind: 'local-jwt', audience: 'pbx', algorithm } }));
    await line('EdDSA');
    expect(failureOf(await keys.put('work', 'active', text, 'clipboard'))).toMatchObject({
      reason: 'key-unusable',
      sentence: '"Work" signs with EdDSA and takes an Ed25519 private key, in PEM; this is a plain text.',
    });
    expect(keychain.accounts.size).toBe(0);
    expect((await keys.put('work', 'active', Secret.fromPrivateKey(privateKey), 'file')).ok).toBe(true);
    const next = keys.inSlot('work', 'active');
    expect(next.ok && (await next.value.open())).toMatchObject({ ok: true, value: { kind: 'private-key' } });
    expect(keys.inSlot('work', 'next')).toMatchObject({ ok: false, failure: { reason: 'key-absent' } });
    await line('HS256');
    expect(failureOf(await keys.put('work', 'next', Secret.fromPrivateKey(privateKey), 'file'))).toMatchObject({
      reason: 'key-unusable',
    });
  });

  it('that are too large for the keychain say nothing about the keychain', async () => {
    const keychain = fakeKeychain();
    const tooLarge = fail('key-unusable', 'The keychain of Windows takes no more.', 'open-keys');
    const { keys } = await fixture({
      ...keychain,
      accounts: keychain.accounts,
      write: () => Promise.resolve(tooLarge),
    });
    expect(await keys.put('work', 'active', Secret.generate(), 'clipboard')).toEqual(tooLarge);
    expect(keys.keychain()).toEqual({ available: true, advice: null });
    expect(keys.status('work').state).toBe('absent');
  });

  it('that are replaced are named as retired', async () => {
    const { keys, changed, audited } = await fixture();
    const old = Secret.generate();
    await keys.put('work', 'active', old, 'clipboard');
    await keys.put('work', 'active', Secret.generate(), 'clipboard');
    expect(changed).toHaveBeenLastCalledWith('work', [old.fingerprint]);
    expect(audited.at(-1)).toMatchObject({ change: 'replaced' });
  });

  it('are rotated: next is promoted, and the old one goes when a token of the new one was accepted', async () => {
    const { keys, keychain, profiles, changed } = await fixture();
    const [old, next] = [Secret.generate(), Secret.generate()];
    await keys.put('work', 'active', old, 'clipboard');
    expect(failureOf(await keys.promote('work'))).toMatchObject({ reason: 'key-absent' });
    await keys.put('work', 'next', next, 'generated');
    expect(await keys.promote('work')).toMatchObject({
      value: {
        active: { fingerprint: next.fingerprint, origin: 'generated' },
        next: null,
        retired: { fingerprint: old.fingerprint, retiredAt: 7 },
      },
    });
    // No key moved: one write of one file decided.
    const accounts = ['active', 'next'].map((place) => `${profiles.installId}/work/${place}`);
    expect([...keychain.accounts]).toEqual(accounts);
    expect(await keys.accepted('work', next.fingerprint)).toMatchObject({ ok: true });
    expect([...keychain.accounts]).toEqual(accounts.slice(1));
    expect(await opened(keys, 'work')).toMatchObject({ value: { fingerprint: next.fingerprint } });
    expect(changed.mock.calls.slice(-2)).toEqual([
      ['work', [old.fingerprint]],
      ['work', []],
    ]);
  });

  it('are retired until the admin says that the gateway has forgotten them, over a restart too', async () => {
    const first = await fixture();
    const [old, next] = [Secret.generate(), Secret.generate()];
    await first.keys.put('work', 'active', old, 'clipboard');
    await first.keys.put('work', 'next', next, 'clipboard');
    await first.keys.promote('work');
    const { keys, audited, changed } = await first.restart();
    expect(keys.status('work').retired).toEqual({ fingerprint: old.fingerprint, retiredAt: 7 });
    expect(await keys.finishRotation('work')).toMatchObject({
      value: { retired: null, active: { fingerprint: next.fingerprint } },
    });
    expect(audited).toEqual([
      { what: 'key', profileId: 'work', slot: 'active', change: 'finished', fingerprint: old.fingerprint },
    ]);
    expect(changed).toHaveBeenLastCalledWith('work', []);
    expect((await keys.finishRotation('work')).ok).toBe(true);
    expect(audited).toHaveLength(1);
  });

  it('are rotated half: after a restart the next key waits, and is promoted then', async () => {
    const first = await fixture();
    const [old, next] = [Secret.generate(), Secret.generate()];
    await first.keys.put('work', 'active', old, 'clipboard');
    await first.keys.put('work', 'next', next, 'clipboard');
    const { keys } = await first.restart();
    expect(keys.status('work')).toMatchObject({
      active: { fingerprint: old.fingerprint },
      next: { fingerprint: next.fingerprint, addedAt: 7 },
      retired: null,
    });
    expect(await opened(keys, 'work')).toMatchObject({ value: { fingerprint: old.fingerprint } });
    expect((await keys.promote('work')).ok).toBe(true);
    expect(await opened(keys, 'work')).toMatchObject({ value: { fingerprint: next.fingerprint } });
  });

  it('are replaced at once: the one before is retired; the same key again retires nothing', async () => {
    const { keys, keychain, changed } = await fixture();
    const [old, replacement] = [Secret.generate(), Secret.generate()];
    await keys.put('work', 'active', old, 'clipboard');
    await keys.put('work', 'active', old, 'clipboard');
    expect(changed).toHaveBeenLastCalledWith('work', []);
    expect(keys.status('work').retired).toBeNull();
    expect(await keys.put('work', 'active', replacement, 'file')).toMatchObject({
      value: { retired: { fingerprint: old.fingerprint } },
    });
    expect(keychain.accounts.size).toBe(1);
    // Back to the old one: it is in use, so it is not to be removed.
    expect(await keys.put('work', 'active', old, 'file')).toMatchObject({
      value: { retired: { fingerprint: replacement.fingerprint } },
    });
  });

  it('that are replaced before the last rotation was finished are all named, one after the other, over a restart too', async () => {
    const first = await fixture();
    const [one, two, three] = [Secret.generate(), Secret.generate(), Secret.generate()];
    await first.keys.put('work', 'active', one, 'clipboard');
    await first.keys.put('work', 'next', two, 'clipboard');
    await first.keys.promote('work');
    expect(await first.keys.put('work', 'active', three, 'clipboard')).toMatchObject({
      value: { retired: { fingerprint: two.fingerprint } },
    });
    const { keys, audited } = await first.restart();
    expect(keys.status('work').retired?.fingerprint).toBe(two.fingerprint);
    expect(await keys.finishRotation('work')).toMatchObject({ value: { retired: { fingerprint: one.fingerprint } } });
    expect(await keys.finishRotation('work')).toMatchObject({ value: { retired: null } });
    expect(audited.map((entry) => ('fingerprint' in entry ? entry.fingerprint : ''))).toEqual([
      two.fingerprint,
      one.fingerprint,
    ]);
  });

  it('that come back into use are not named as retired any more, however long ago they were', async () => {
    const { keys } = await fixture();
    const [one, two, three] = [Secret.generate(), Secret.generate(), Secret.generate()];
    for (const key of [one, two, three, one]) await keys.put('work', 'active', key, 'clipboard');
    expect(keys.status('work')).toMatchObject({
      active: { fingerprint: one.fingerprint },
      retired: { fingerprint: three.fingerprint },
    });
    expect(await keys.finishRotation('work')).toMatchObject({ value: { retired: { fingerprint: two.fingerprint } } });
    expect(await keys.finishRotation('work')).toMatchObject({ value: { retired: null } });
  });

  it('are replaced by the next one when that is what was pasted', async () => {
    const { keys } = await fixture();
    const next = Secret.generate();
    await keys.put('work', 'active', Secret.generate(), 'clipboard');
    await keys.put('work', 'next', next, 'clipboard');
    expect(await keys.put('work', 'active', next, 'clipboard')).toMatchObject({
      value: { active: { fingerprint: next.fingerprint }, next: null },
    });
    expect(await opened(keys, 'work')).toMatchObject({ value: { fingerprint: next.fingerprint } });
  });

  it('are no next key while they are the active one', async () => {
    const { keys } = await fixture();
    const key = Secret.generate();
    await keys.put('work', 'active', key, 'clipboard');
    expect(failureOf(await keys.put('work', 'next', key, 'clipboard'))).toMatchObject({
      reason: 'key-unusable',
      action: 'paste-key',
    });
    expect(keys.status('work').next).toBeNull();
  });

  it('are neither promoted, removed nor lost while the keychain is locked, gone, or the file cannot be written', async () => {
    let disk: Result<null> = ok(null);
    const { keys, keychain } = await fixture(fakeKeychain(), { content: null }, () => Promise.resolve(disk));
    const [old, next] = [Secret.generate(), Secret.generate()];
    await keys.put('work', 'active', old, 'clipboard');
    await keys.put('work', 'next', next, 'clipboard');
    const before = keys.status('work');
    for (const [mode, reason] of [
      ['locked', 'key-locked'],
      ['asks', 'keychain-asks'],
      ['refuses', 'keychain-refused'],
      ['gone', 'keychain-unavailable'],
    ] as const) {
      keychain.mode = mode;
      expect(failureOf(await keys.promote('work'))).toMatchObject({ reason });
      expect(failureOf(await keys.put('work', 'active', Secret.generate(), 'clipboard'))).toMatchObject({ reason });
    }
    keychain.mode = 'open';
    disk = fail('file-unreadable', 'The disk is full.', 'retry');
    expect(failureOf(await keys.promote('work'))).toMatchObject({ reason: 'file-unreadable' });
    expect(failureOf(await keys.put('work', 'active', Secret.generate(), 'clipboard'))).toMatchObject({
      reason: 'file-unreadable',
    });
    expect(await opened(keys, 'work')).toMatchObject({ value: { fingerprint: old.fingerprint } });
    expect({ ...keys.status('work'), state: before.state }).toEqual(before);
    for (const slot of ['active', 'next'] as const)
      expect(failureOf(await keys.remove('work', slot))).toMatchObject({ reason: 'file-unreadable' });
    expect({ ...keys.status('work'), state: before.state }).toEqual(before);
    expect(await opened(keys, 'work')).toMatchObject({ value: { fingerprint: old.fingerprint } });
    disk = ok(null);
    expect(await keys.promote('work')).toMatchObject({
      value: { state: 'in-keychain', active: { fingerprint: next.fingerprint } },
    });
    expect(keychain.accounts.size).toBe(2);
    await keys.accepted('work', next.fingerprint);
    expect(keychain.accounts.size).toBe(1);
  });

  it('that were named by their slot in the files of before are found, promoted and removed', async () => {
    const disk: { content: ProfilesDocument | null } = { content: null };
    const { profiles, keychain } = await fixture(fakeKeychain(), disk);
    const [old, next] = [Secret.generate(), Secret.generate()];
    await keychain.write(`${profiles.installId}/work/active`, old);
    await keychain.write(`${profiles.installId}/work/next`, next);
    const written = (secret: Secret) => ({ fingerprint: secret.fingerprint, addedAt: 1, origin: 'file' as const });
    if (disk.content !== null)
      disk.content = {
        ...disk.content,
        keyRecords: { work: { active: written(old), next: written(next), retired: null } },
      };
    const { keys } = await fixture(keychain, disk);
    expect(await opened(keys, 'work')).toMatchObject({ value: { fingerprint: old.fingerprint } });
    await keys.promote('work');
    expect(await opened(keys, 'work')).toMatchObject({ value: { fingerprint: next.fingerprint } });
    await keys.remove('work', 'active');
    expect(keychain.accounts.size).toBe(0);
  });

  it('that are locked are locked, not absent, and come back', async () => {
    const first = await fixture();
    await first.keys.put('work', 'active', Secret.generate(), 'clipboard');
    const { keys, keychain } = await first.restart();
    keychain.mode = 'locked';
    expect(failureOf(await opened(keys, 'work'))).toMatchObject({ reason: 'key-locked', action: 'unlock-keychain' });
    expect(keys.status('work')).toMatchObject({ state: 'locked', active: { origin: 'clipboard' } });
    keychain.mode = 'open';
    expect((await opened(keys, 'work')).ok).toBe(true);
    expect(keys.status('work').state).toBe('in-keychain');
  });

  it.each([
    ['asks', 'keychain-asks', 'asking'],
    ['refuses', 'keychain-refused', 'refused'],
    ['damaged', 'key-unusable', 'damaged'],
    ['gone', 'keychain-unavailable', 'unavailable'],
  ] as const)('say why they are not given out where the keychain %s, and come back', async (mode, reason, state) => {
    const { keys, keychain } = await fixture();
    await keys.put('work', 'active', Secret.generate(), 'clipboard');
    keychain.mode = mode;
    expect(failureOf(await opened(keys, 'work'))).toMatchObject({ reason });
    expect(keys.status('work')).toMatchObject({ state, active: { origin: 'clipboard' } });
    keychain.mode = 'open';
    expect((await opened(keys, 'work')).ok).toBe(true);
    expect(keys.status('work').state).toBe('in-keychain');
  });

  it('that were removed from an open keychain are removed, not locked', async () => {
    const { keys, keychain, profiles } = await fixture();
    await keys.put('work', 'active', Secret.generate(), 'clipboard');
    await keychain.remove(`${profiles.installId}/work/active`);
    expect(failureOf(await opened(keys, 'work'))).toMatchObject({ reason: 'key-removed', action: 'open-keys' });
    expect(keys.status('work').state).toBe('removed');
  });

  it('that the keychain asked for are no longer asked for once it has answered, whatever it said', async () => {
    const { keys, keychain, changed } = await fixture();
    await keys.put('work', 'active', Secret.generate(), 'clipboard');
    keychain.mode = 'asks';
    await opened(keys, 'work');
    expect(keys.status('work').state).toBe('asking');
    changed.mockClear();
    keys.keychainAnswered(false);
    expect(keys.status('work').state).toBe('in-keychain');
    expect(changed).toHaveBeenCalledWith('work', []);
    // A refusal is not forgotten by that.
    keychain.mode = 'refuses';
    await opened(keys, 'work');
    keys.keychainAnswered(false);
    expect(keys.status('work').state).toBe('refused');
  });

  it('that somebody exchanged in the keychain are not used', async () => {
    const { keys, keychain, profiles } = await fixture();
    await keys.put('work', 'active', Secret.generate(), 'clipboard');
    await keychain.write(`${profiles.installId}/work/active`, Secret.generate());
    expect(failureOf(await opened(keys, 'work'))).toMatchObject({ reason: 'key-unusable' });
  });

  it('are removed; locked ones are not forgotten', async () => {
    const { keys, keychain } = await fixture();
    await keys.put('work', 'active', Secret.generate(), 'clipboard');
    keychain.mode = 'locked';
    expect(failureOf(await keys.remove('work', 'active'))).toMatchObject({ reason: 'key-locked' });
    expect(keys.status('work').active).not.toBeNull();
    keychain.mode = 'open';
    expect(await keys.remove('work', 'active')).toMatchObject({ value: { state: 'absent', active: null } });
    expect(keychain.accounts.size).toBe(0);
  });

  it('that were removed outside can be removed here', async () => {
    const { keys, keychain, profiles } = await fixture();
    await keys.put('work', 'active', Secret.generate(), 'clipboard');
    await keychain.remove(`${profiles.installId}/work/active`);
    expect(await keys.remove('work', 'active')).toMatchObject({ value: { active: null } });
    expect(keychain.accounts.size).toBe(0);
  });

  it('are nowhere without a keychain, and nothing is written', async () => {
    const keychain = fakeKeychain();
    keychain.mode = 'gone';
    const { keys, profiles } = await fixture(keychain);
    expect(failureOf(await keys.put('work', 'active', Secret.generate(), 'clipboard'))).toMatchObject({
      reason: 'keychain-unavailable',
    });
    expect(failureOf(await keys.active('work'))).toMatchObject({
      reason: 'keychain-unavailable',
      action: 'install-keychain',
    });
    expect(keys.status('work')).toMatchObject({ state: 'unavailable', active: null });
    expect(profiles.keyRecords('work')).toEqual({ active: null, next: null, retired: null });
    expect(keys.keychain()).toMatchObject({ available: false });
  });
});
