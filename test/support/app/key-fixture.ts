/** Keys on a computer of their own: its keychain can be locked or taken away, its clock moves by hand, and it can be started again. */
import { vi } from 'vitest';
import {} from '../../../src/contracts/profile/profile';
import { ok, type fail, type Failure, type Result } from '../../../src/contracts/base/result';
import type { NewAuditEntry } from '../../../src/main/audit/audit-log';
import { createKeys, type Keys } from '../../../src/main/keys/keys';
import {
  openProfileStore,
  profilesDocument,
  type ProfilesDocument,
  type ProfileStore,
} from '../../../src/main/profiles/profile-store';
import { absent, asks, damaged, locked, refused } from '../../../src/main/secrets/keychain-failures';
import { createMemoryStore } from '../../../src/main/secrets/memory-store';
import type { Secret } from '../../../src/main/secrets/secret';
import type { SecretStore } from '../../../src/main/secrets/secret-store';
import { exampleProfile } from './example-profile';

type Mode = 'open' | 'locked' | 'gone' | 'asks' | 'refuses' | 'damaged';
const TROUBLE: Readonly<Record<Exclude<Mode, 'open'>, ReturnType<typeof fail>>> = {
  locked: locked(''),
  gone: absent('linux', ''),
  asks: asks(),
  refuses: refused(''),
  damaged: damaged(''),
};

/** A keychain that can be locked or taken away, and behaves then as gnome-keyring does; or asks, refuses, or holds something else. */
export function fakeKeychain(): SecretStore & { mode: Mode; readonly accounts: Set<string> } {
  const memory = createMemoryStore();
  const unless = <T>(harmless: readonly Mode[], action: () => Promise<Result<T>>): Promise<Result<T>> =>
    store.mode === 'open' || harmless.includes(store.mode) ? action() : Promise.resolve(TROUBLE[store.mode]);
  const store = {
    mode: 'open' as Mode,
    accounts: new Set<string>(),
    probe: (): Promise<Result<null>> => unless(['locked', 'damaged'], () => Promise.resolve(ok(null))),
    opens: (): Promise<Result<null>> => unless(['damaged'], () => Promise.resolve(ok(null))),
    read: (account: string): Promise<Result<Secret | null>> =>
      unless(['locked'], () => (store.mode === 'locked' ? Promise.resolve(ok(null)) : memory.read(account))),
    readQuietly: (account: string): Promise<Result<Secret | null>> => store.read(account),
    readKept: (account: string): Promise<Result<Secret>> => unless([], () => memory.readKept(account)),
    write: (account: string, secret: Secret): Promise<Result<null>> =>
      unless(['damaged'], () => {
        store.accounts.add(account);
        return memory.write(account, secret);
      }),
    remove: (account: string): Promise<Result<boolean>> =>
      unless(['locked', 'damaged'], () => {
        if (store.mode === 'locked') return Promise.resolve(ok(false));
        store.accounts.delete(account);
        return memory.remove(account);
      }),
  };
  return store;
}

export const work = exampleProfile();

export interface Fixture {
  readonly keys: Keys;
  /** Lets a time pass: whatever is due within it happens. */
  readonly pass: (ms: number) => void;
  readonly keychain: ReturnType<typeof fakeKeychain>;
  readonly profiles: ProfileStore;
  readonly audited: NewAuditEntry[];
  readonly changed: ReturnType<typeof vi.fn>;
  /** The same computer after a restart. */
  readonly restart: () => Promise<Fixture>;
}

/** `mayWrite` is asked before each write to the disk; it never answers when the computer died before. */
export async function fixture(
  keychain: ReturnType<typeof fakeKeychain> = fakeKeychain(),
  disk: { content: ProfilesDocument | null } = { content: null },
  mayWrite: () => Promise<Result<null>> = () => Promise.resolve(ok(null)),
): Promise<Fixture> {
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
  const keys = createKeys({
    keychain,
    memory: createMemoryStore(),
    profiles,
    audit: (entry) => audited.push(entry),
    clock: { wall: () => time, after },
    onChanged: changed,
  });
  await keys.ready;
  return { keys, pass, keychain, profiles, audited, changed, restart: () => fixture(keychain, disk) };
}

export const failureOf = (result: Result<unknown>): Failure | null => (result.ok ? null : result.failure);
export async function opened(keys: Keys, id: string): Promise<Result<Secret>> {
  const handle = await keys.active(id);
  return handle.ok ? handle.value.open() : handle;
}
