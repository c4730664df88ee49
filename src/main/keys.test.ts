import { describe, expect, it, vi } from 'vitest';
import { profile as profileSchema } from '../contracts/profile';
import { fail, ok, type Failure, type Result } from '../contracts/result';
import type { NewAuditEntry } from './audit-log';
import { createKeys, type Keys } from './keys';
import { openProfileStore, profilesDocument, type ProfilesDocument, type ProfileStore } from './profile-store';
import { createMemoryStore } from './secrets/memory-store';
import { Secret } from './secrets/secret';
import type { SecretStore } from './secrets/secret-store';

const unavailable = fail('keychain-unavailable', 'No keychain answers.', 'install-keychain');
const lockedWrite = fail('key-locked', 'The keychain is locked.', 'unlock-keychain');

/** A keychain that can be locked or taken away, and behaves then as gnome-keyring does. */
function fakeKeychain(): SecretStore & { mode: 'open' | 'locked' | 'gone'; readonly accounts: Set<string> } {
  const memory = createMemoryStore();
  const store = {
    mode: 'open' as 'open' | 'locked' | 'gone',
    accounts: new Set<string>(),
    probe: (): Promise<Result<null>> => Promise.resolve(store.mode === 'gone' ? unavailable : ok(null)),
    read: (account: string): Promise<Result<Secret | null>> => (store.mode === 'gone' ? Promise.resolve(unavailable) : store.mode === 'locked' ? Promise.resolve(ok(null)) : memory.read(account)),
    write: (account: string, secret: Secret): Promise<Result<null>> => {
      if (store.mode !== 'open') return Promise.resolve(store.mode === 'gone' ? unavailable : lockedWrite);
      store.accounts.add(account);
      return memory.write(account, secret);
    },
    remove: (account: string): Promise<Result<boolean>> => {
      if (store.mode !== 'open') return Promise.resolve(store.mode === 'gone' ? unavailable : ok(false));
      store.accounts.delete(account);
      return memory.remove(account);
    },
  };
  return store;
}

const work = profileSchema.parse({
  id: 'work',
  name: 'Work',
  environment: 'production',
  provider: { kind: 'local-jwt', audience: 'pbx' },
  identity: '1001@pbx.example.com',
  gatewayUrl: 'wss://pbx.example.com/ws',
  presentation: { kind: 'query' },
  policy: {},
});

interface House {
  readonly keys: Keys;
  /** Lets a time pass: whatever is due within it happens. */
  readonly pass: (ms: number) => void;
  readonly keychain: ReturnType<typeof fakeKeychain>;
  readonly profiles: ProfileStore;
  readonly audited: NewAuditEntry[];
  readonly changed: ReturnType<typeof vi.fn>;
  /** The same computer after a restart. */
  readonly restart: () => Promise<House>;
}

/** `mayWrite` is asked before each write to the disk; it never answers when the computer died before. */
async function house(keychain: ReturnType<typeof fakeKeychain> = fakeKeychain(), disk: { content: ProfilesDocument | null } = { content: null }, mayWrite: () => Promise<Result<null>> = () => Promise.resolve(ok(null))): Promise<House> {
  const timers = new Set<{ readonly at: number; readonly action: () => void }>();
  let time = 7;
  const after = (ms: number, action: () => void): (() => void) => {
    const timer = { at: time + ms, action };
    timers.add(timer);
    return () => timers.delete(timer);
  };
  const pass = (ms: number): void => {
    time += ms;
    for (const timer of [...timers]) if (timer.at <= time && timers.delete(timer)) timer.action();
  };
  const profiles = await openProfileStore({
    load: () => Promise.resolve({ value: disk.content, notice: null }),
    save: async (value) => {
      const may = await mayWrite();
      if (!may.ok) return may;
      disk.content = profilesDocument.parse(structuredClone(value));
      return may;
    },
  });
  if (profiles.find('work') === null) await profiles.save(work);
  const audited: NewAuditEntry[] = [];
  const changed = vi.fn();
  const keys = createKeys({ keychain, memory: createMemoryStore(), profiles, audit: (entry) => audited.push(entry), clock: { wall: () => time, after }, onChanged: changed });
  await keys.ready;
  return { keys, pass, keychain, profiles, audited, changed, restart: () => house(keychain, disk) };
}

const failureOf = (result: Result<unknown>): Failure | null => (result.ok ? null : result.failure);
async function opened(keys: Keys, id: string): Promise<Result<Secret>> {
  const handle = await keys.active(id);
  return handle.ok ? handle.value.open() : handle;
}

describe('the keys of a profile', () => {
  it('are absent until one is added', async () => {
    const { keys } = await house();
    expect(keys.status('work')).toEqual({ profileId: 'work', state: 'absent', active: null, next: null, retired: null, lastMintAt: null });
    expect(failureOf(await keys.active('work'))).toMatchObject({ reason: 'key-absent', action: 'open-keys' });
  });

  it('are kept under an account of this installation, audited by fingerprint, and found after a restart', async () => {
    const first = await house();
    const secret = Secret.generate();
    expect(await first.keys.put('work', 'active', secret, 'clipboard')).toMatchObject({ value: { state: 'in-keychain', active: { fingerprint: secret.fingerprint, addedAt: 7, origin: 'clipboard' } } });
    expect([...first.keychain.accounts]).toEqual([`${first.profiles.installId}/work/active`]);
    expect(first.audited).toEqual([{ what: 'key', profileId: 'work', slot: 'active', change: 'added', fingerprint: secret.fingerprint }]);
    const later = await first.restart();
    expect(await opened(later.keys, 'work')).toMatchObject({ value: { fingerprint: secret.fingerprint } });
  });

  it('of an unknown profile are not kept', async () => {
    const { keys, keychain } = await house();
    expect(failureOf(await keys.put('nobody', 'active', Secret.generate(), 'file'))).toMatchObject({ reason: 'unknown-profile' });
    expect(keychain.accounts.size).toBe(0);
  });

  it('that are replaced are named as retired', async () => {
    const { keys, changed, audited } = await house();
    const old = Secret.generate();
    await keys.put('work', 'active', old, 'clipboard');
    await keys.put('work', 'active', Secret.generate(), 'clipboard');
    expect(changed).toHaveBeenLastCalledWith('work', [old.fingerprint]);
    expect(audited.at(-1)).toMatchObject({ change: 'replaced' });
  });

  it('are rotated: next is promoted, the old one is gone', async () => {
    const { keys, keychain, profiles, changed } = await house();
    const [old, next] = [Secret.generate(), Secret.generate()];
    await keys.put('work', 'active', old, 'clipboard');
    expect(failureOf(await keys.promote('work'))).toMatchObject({ reason: 'key-absent' });
    await keys.put('work', 'next', next, 'generated');
    expect(await keys.promote('work')).toMatchObject({ value: { active: { fingerprint: next.fingerprint, origin: 'generated' }, next: null, retired: { fingerprint: old.fingerprint, retiredAt: 7 } } });
    // The key did not move: one write of one file decided.
    expect([...keychain.accounts]).toEqual([`${profiles.installId}/work/next`]);
    expect(await opened(keys, 'work')).toMatchObject({ value: { fingerprint: next.fingerprint } });
    expect(changed).toHaveBeenLastCalledWith('work', [old.fingerprint]);
  });

  it('are retired until the admin says that the gateway has forgotten them, over a restart too', async () => {
    const first = await house();
    const [old, next] = [Secret.generate(), Secret.generate()];
    await first.keys.put('work', 'active', old, 'clipboard');
    await first.keys.put('work', 'next', next, 'clipboard');
    await first.keys.promote('work');
    const { keys, audited, changed } = await first.restart();
    expect(keys.status('work').retired).toEqual({ fingerprint: old.fingerprint, retiredAt: 7 });
    expect(await keys.finishRotation('work')).toMatchObject({ value: { retired: null, active: { fingerprint: next.fingerprint } } });
    expect(audited).toEqual([{ what: 'key', profileId: 'work', slot: 'active', change: 'finished', fingerprint: old.fingerprint }]);
    expect(changed).toHaveBeenLastCalledWith('work', []);
    expect((await keys.finishRotation('work')).ok).toBe(true);
    expect(audited).toHaveLength(1);
  });

  it('are rotated half: after a restart the next key waits, and is promoted then', async () => {
    const first = await house();
    const [old, next] = [Secret.generate(), Secret.generate()];
    await first.keys.put('work', 'active', old, 'clipboard');
    await first.keys.put('work', 'next', next, 'clipboard');
    const { keys } = await first.restart();
    expect(keys.status('work')).toMatchObject({ active: { fingerprint: old.fingerprint }, next: { fingerprint: next.fingerprint, addedAt: 7 }, retired: null });
    expect(await opened(keys, 'work')).toMatchObject({ value: { fingerprint: old.fingerprint } });
    expect((await keys.promote('work')).ok).toBe(true);
    expect(await opened(keys, 'work')).toMatchObject({ value: { fingerprint: next.fingerprint } });
  });

  it('are replaced at once: the one before is retired; the same key again retires nothing', async () => {
    const { keys, keychain, changed } = await house();
    const [old, replacement] = [Secret.generate(), Secret.generate()];
    await keys.put('work', 'active', old, 'clipboard');
    await keys.put('work', 'active', old, 'clipboard');
    expect(changed).toHaveBeenLastCalledWith('work', []);
    expect(keys.status('work').retired).toBeNull();
    expect(await keys.put('work', 'active', replacement, 'file')).toMatchObject({ value: { retired: { fingerprint: old.fingerprint } } });
    expect(keychain.accounts.size).toBe(1);
    // Back to the old one: it is in use, so it is not to be removed.
    expect(await keys.put('work', 'active', old, 'file')).toMatchObject({ value: { retired: { fingerprint: replacement.fingerprint } } });
  });

  it('are replaced by the next one when that is what was pasted', async () => {
    const { keys } = await house();
    const next = Secret.generate();
    await keys.put('work', 'active', Secret.generate(), 'clipboard');
    await keys.put('work', 'next', next, 'clipboard');
    expect(await keys.put('work', 'active', next, 'clipboard')).toMatchObject({ value: { active: { fingerprint: next.fingerprint }, next: null } });
    expect(await opened(keys, 'work')).toMatchObject({ value: { fingerprint: next.fingerprint } });
  });

  it('are no next key while they are the active one', async () => {
    const { keys } = await house();
    const key = Secret.generate();
    await keys.put('work', 'active', key, 'clipboard');
    expect(failureOf(await keys.put('work', 'next', key, 'clipboard'))).toMatchObject({ reason: 'key-unusable', action: 'paste-key' });
    expect(keys.status('work').next).toBeNull();
  });

  it('are neither promoted, removed nor lost while the keychain is locked, gone, or the file cannot be written', async () => {
    let disk: Result<null> = ok(null);
    const { keys, keychain } = await house(fakeKeychain(), { content: null }, () => Promise.resolve(disk));
    const [old, next] = [Secret.generate(), Secret.generate()];
    await keys.put('work', 'active', old, 'clipboard');
    await keys.put('work', 'next', next, 'clipboard');
    const before = keys.status('work');
    for (const [mode, reason] of [['locked', 'key-locked'], ['gone', 'keychain-unavailable']] as const) {
      keychain.mode = mode;
      expect(failureOf(await keys.promote('work'))).toMatchObject({ reason });
      expect(failureOf(await keys.put('work', 'active', Secret.generate(), 'clipboard'))).toMatchObject({ reason });
    }
    keychain.mode = 'open';
    disk = fail('file-unreadable', 'The disk is full.', 'retry');
    expect(failureOf(await keys.promote('work'))).toMatchObject({ reason: 'file-unreadable' });
    expect(failureOf(await keys.put('work', 'active', Secret.generate(), 'clipboard'))).toMatchObject({ reason: 'file-unreadable' });
    expect(await opened(keys, 'work')).toMatchObject({ value: { fingerprint: old.fingerprint } });
    expect({ ...keys.status('work'), state: before.state }).toEqual(before);
    for (const slot of ['active', 'next'] as const) expect(failureOf(await keys.remove('work', slot))).toMatchObject({ reason: 'file-unreadable' });
    expect({ ...keys.status('work'), state: before.state }).toEqual(before);
    expect(await opened(keys, 'work')).toMatchObject({ value: { fingerprint: old.fingerprint } });
    disk = ok(null);
    expect(await keys.promote('work')).toMatchObject({ value: { state: 'in-keychain', active: { fingerprint: next.fingerprint } } });
    expect(keychain.accounts.size).toBe(1);
  });

  it('that were named by their slot in the files of before are found, promoted and removed', async () => {
    const disk: { content: ProfilesDocument | null } = { content: null };
    const { profiles, keychain } = await house(fakeKeychain(), disk);
    const [old, next] = [Secret.generate(), Secret.generate()];
    await keychain.write(`${profiles.installId}/work/active`, old);
    await keychain.write(`${profiles.installId}/work/next`, next);
    const written = (secret: Secret) => ({ fingerprint: secret.fingerprint, addedAt: 1, origin: 'file' as const });
    if (disk.content !== null) disk.content = { ...disk.content, keyRecords: { work: { active: written(old), next: written(next), retired: null } } };
    const { keys } = await house(keychain, disk);
    expect(await opened(keys, 'work')).toMatchObject({ value: { fingerprint: old.fingerprint } });
    await keys.promote('work');
    expect(await opened(keys, 'work')).toMatchObject({ value: { fingerprint: next.fingerprint } });
    await keys.remove('work', 'active');
    expect(keychain.accounts.size).toBe(0);
  });

  it('that are locked are locked, not absent, and come back', async () => {
    const first = await house();
    await first.keys.put('work', 'active', Secret.generate(), 'clipboard');
    const { keys, keychain } = await first.restart();
    keychain.mode = 'locked';
    expect(failureOf(await opened(keys, 'work'))).toMatchObject({ reason: 'key-locked', action: 'unlock-keychain' });
    expect(keys.status('work')).toMatchObject({ state: 'locked', active: { origin: 'clipboard' } });
    keychain.mode = 'open';
    expect((await opened(keys, 'work')).ok).toBe(true);
    expect(keys.status('work').state).toBe('in-keychain');
  });

  it('that somebody exchanged in the keychain are not used', async () => {
    const { keys, keychain, profiles } = await house();
    await keys.put('work', 'active', Secret.generate(), 'clipboard');
    await keychain.write(`${profiles.installId}/work/active`, Secret.generate());
    expect(failureOf(await opened(keys, 'work'))).toMatchObject({ reason: 'key-unusable' });
  });

  it('are removed; locked ones are not forgotten', async () => {
    const { keys, keychain } = await house();
    await keys.put('work', 'active', Secret.generate(), 'clipboard');
    keychain.mode = 'locked';
    expect(failureOf(await keys.remove('work', 'active'))).toMatchObject({ reason: 'key-locked' });
    expect(keys.status('work').active).not.toBeNull();
    keychain.mode = 'open';
    expect(await keys.remove('work', 'active')).toMatchObject({ value: { state: 'absent', active: null } });
    expect(keychain.accounts.size).toBe(0);
  });

  it('that were removed outside can be removed here', async () => {
    const { keys, keychain, profiles } = await house();
    await keys.put('work', 'active', Secret.generate(), 'clipboard');
    await keychain.remove(`${profiles.installId}/work/active`);
    expect(await keys.remove('work', 'active')).toMatchObject({ value: { active: null } });
    expect(keychain.accounts.size).toBe(0);
  });

  it('are nowhere without a keychain, and nothing is written', async () => {
    const keychain = fakeKeychain();
    keychain.mode = 'gone';
    const { keys, profiles } = await house(keychain);
    expect(failureOf(await keys.put('work', 'active', Secret.generate(), 'clipboard'))).toMatchObject({ reason: 'keychain-unavailable' });
    expect(failureOf(await keys.active('work'))).toMatchObject({ reason: 'keychain-unavailable', action: 'install-keychain' });
    expect(keys.status('work')).toMatchObject({ state: 'unavailable', active: null });
    expect(profiles.keyRecords('work')).toEqual({ active: null, next: null, retired: null });
    expect(keys.keychain()).toMatchObject({ available: false });
  });
});

describe('the key of the Practice line', () => {
  it('is made at first use and moves to the keychain', async () => {
    const first = await house();
    const made = await first.keys.practiceKeys();
    if (!made.ok) expect.unreachable();
    await vi.waitFor(() => expect(first.keys.status('practice').state).toBe('in-keychain'));
    const later = await first.restart();
    expect(await later.keys.practiceKeys()).toMatchObject({ value: { active: { fingerprint: made.value.active.fingerprint }, next: null } });
    expect(later.audited).toEqual([]);
    expect(later.keys.keychain()).toEqual({ available: true, advice: null });
  });

  it('is made once, however many ask at once', async () => {
    const { keys, audited } = await house();
    const all = await Promise.all([keys.practiceKeys(), keys.active('practice'), keys.practiceKeys()]);
    const seen = all.map((each) => (each.ok ? ('active' in each.value ? each.value.active.fingerprint : each.value.fingerprint) : 'failed'));
    expect(new Set(seen).size).toBe(1);
    expect(audited).toHaveLength(1);
  });

  it('lives in memory where there is no keychain, with advice, and is forgotten at the end', async () => {
    const keychain = fakeKeychain();
    keychain.mode = 'gone';
    const first = await house(keychain);
    const made = await first.keys.practiceKeys();
    await vi.waitFor(() => expect(first.keys.status('practice').state).toBe('in-memory'));
    expect(first.keys.keychain()).toEqual({ available: false, advice: "No keychain on this computer: the Practice line's key lives in memory and is made anew at each start. Install gnome-keyring (or KWallet) to keep keys." });
    expect(first.profiles.keyRecords('practice')).toEqual({ active: null, next: null, retired: null });
    const later = await (await first.restart()).keys.practiceKeys();
    if (!made.ok || !later.ok) expect.unreachable();
    expect(later.value.active.fingerprint).not.toBe(made.value.active.fingerprint);
  });

  it('that is locked away is replaced for this run, and kept for the next', async () => {
    const first = await house();
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
    const { keys } = await house(keychain);
    await keys.practiceKeys();
    const next = Secret.generate();
    await keys.put('practice', 'next', next, 'generated');
    expect(await keys.practiceKeys()).toMatchObject({ value: { next: { fingerprint: next.fingerprint } } });
    await keys.promote('practice');
    expect(await keys.practiceKeys()).toMatchObject({ value: { active: { fingerprint: next.fingerprint } } });
    expect(keys.status('practice')).toMatchObject({ state: 'in-memory', next: null });
  });

  it.each(['open', 'gone'] as const)('that is retired is accepted for one token life, or until the rotation is finished (keychain %s)', async (mode) => {
    const keychain = fakeKeychain();
    keychain.mode = mode;
    const { keys, pass, changed, restart } = await house(keychain);
    const first = await keys.practiceKeys();
    await vi.waitFor(() => expect(keys.status('practice').state).toBe(mode === 'open' ? 'in-keychain' : 'in-memory'));
    const [second, third] = [Secret.generate(), Secret.generate()];
    if (!first.ok) expect.unreachable();
    await keys.put('practice', 'next', second, 'generated');
    await keys.promote('practice');
    expect(await keys.practiceKeys()).toMatchObject({ value: { active: { fingerprint: second.fingerprint }, next: { fingerprint: first.value.active.fingerprint } } });
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
    expect(await keys.practiceKeys()).toMatchObject({ value: { active: { fingerprint: third.fingerprint }, next: null } });
    changed.mockClear();
    pass(1_000_000);
    expect(changed).not.toHaveBeenCalled();
    expect((await restart()).keys.status('practice').retired).toBeNull();
  });

  it('that is replaced is refused from that moment on, with the one retired before', async () => {
    const { keys, changed } = await house();
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

describe('whatever dies on the way', () => {
  const [old, next] = [Secret.generate(), Secret.generate()];
  const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

  /** The computer dies before its `steps`-th write to the keychain or the disk; true when the work was done before. */
  async function dieAfter(steps: number, work: (keys: Keys) => Promise<unknown>): Promise<{ readonly done: boolean; readonly later: House }> {
    const inside = fakeKeychain();
    const disk: { content: ProfilesDocument | null } = { content: null };
    const before = await house(inside, disk);
    await before.keys.put('work', 'active', old, 'clipboard');
    await before.keys.put('work', 'next', next, 'clipboard');
    let left = steps;
    const step = <T>(action: () => Promise<T>): Promise<T> => ((left -= 1) >= 0 ? action() : never<T>());
    const dying = { ...inside, accounts: inside.accounts, write: (account: string, secret: Secret) => step(() => inside.write(account, secret)), remove: (account: string) => step(() => inside.remove(account)) };
    const { keys } = await house(dying, disk, () => step(() => Promise.resolve(ok(null))));
    const done = await Promise.race([work(keys).then(() => true), new Promise<false>((resolve) => setImmediate(() => resolve(false)))]);
    return { done, later: await house(inside, disk) };
  }

  /** What signs after the restart, checked against what the records say. */
  async function signs({ keys }: House): Promise<string> {
    const status = keys.status('work');
    const found = await opened(keys, 'work');
    if (!found.ok) expect.unreachable(found.failure.sentence);
    expect(found.value.fingerprint).toBe(status.active?.fingerprint);
    expect(keys.status('work').state).toBe('in-keychain');
    return found.value.fingerprint;
  }

  it.each<[string, (keys: Keys) => Promise<unknown>, string]>([
    ['a promotion', (keys) => keys.promote('work'), next.fingerprint],
    ['a replacement', (keys) => keys.put('work', 'active', next, 'clipboard'), next.fingerprint],
  ])('in %s, the old key or the new one signs, and the records say which', async (_what, work, wanted) => {
    const seen: string[] = [];
    for (let steps = 0; ; steps++) {
      const { done, later } = await dieAfter(steps, work);
      const signing = await signs(later);
      seen.push(signing);
      const { next: waiting, retired } = later.keys.status('work');
      if (signing === old.fingerprint) {
        // Nothing is lost: the next key is still there, and can be promoted now.
        expect([waiting?.fingerprint, retired]).toEqual([next.fingerprint, null]);
        expect((await later.keys.promote('work')).ok).toBe(true);
      } else {
        expect([waiting, retired?.fingerprint]).toEqual([null, old.fingerprint]);
        await later.keys.put('work', 'next', Secret.generate(), 'clipboard');
        expect(later.keychain.accounts.size).toBe(2);
        await later.keys.remove('work', 'next');
      }
      expect(await signs(later)).toBe(wanted);
      // What a death left behind in the keychain went with the next change.
      expect(later.keychain.accounts.size).toBe(1);
      if (done) break;
    }
    expect(new Set(seen)).toEqual(new Set([old.fingerprint, wanted]));
    expect(seen.length).toBeGreaterThan(2);
  });
});
