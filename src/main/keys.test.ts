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
  readonly keychain: ReturnType<typeof fakeKeychain>;
  readonly profiles: ProfileStore;
  readonly audited: NewAuditEntry[];
  readonly changed: ReturnType<typeof vi.fn>;
  /** The same computer after a restart. */
  readonly restart: () => Promise<House>;
}

async function house(keychain = fakeKeychain(), disk: { content: ProfilesDocument | null } = { content: null }): Promise<House> {
  const profiles = await openProfileStore({
    load: () => Promise.resolve({ value: disk.content, notice: null }),
    save: (value) => {
      disk.content = profilesDocument.parse(structuredClone(value));
      return Promise.resolve(ok(null));
    },
  });
  if (profiles.find('work') === null) await profiles.save(work);
  const audited: NewAuditEntry[] = [];
  const changed = vi.fn();
  const keys = createKeys({ keychain, memory: createMemoryStore(), profiles, audit: (entry) => audited.push(entry), now: () => 7, onChanged: changed });
  await keys.ready;
  return { keys, keychain, profiles, audited, changed, restart: () => house(keychain, disk) };
}

const failureOf = (result: Result<unknown>): Failure | null => (result.ok ? null : result.failure);
async function opened(keys: Keys, id: string): Promise<Result<Secret>> {
  const handle = await keys.active(id);
  return handle.ok ? handle.value.open() : handle;
}

describe('the keys of a profile', () => {
  it('are absent until one is added', async () => {
    const { keys } = await house();
    expect(keys.status('work')).toEqual({ profileId: 'work', state: 'absent', active: null, next: null, lastMintAt: null });
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
    expect(await keys.promote('work')).toMatchObject({ value: { active: { fingerprint: next.fingerprint, origin: 'generated' }, next: null } });
    expect([...keychain.accounts]).toEqual([`${profiles.installId}/work/active`]);
    expect(await opened(keys, 'work')).toMatchObject({ value: { fingerprint: next.fingerprint } });
    expect(changed).toHaveBeenLastCalledWith('work', [old.fingerprint]);
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
    expect(profiles.keyRecords('work')).toEqual({ active: null, next: null });
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
    expect(first.profiles.keyRecords('practice')).toEqual({ active: null, next: null });
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
    expect(await keys.practiceKeys()).toMatchObject({ value: { active: { fingerprint: next.fingerprint }, next: null } });
    expect(keys.status('practice')).toMatchObject({ state: 'in-memory', next: null });
  });
});
