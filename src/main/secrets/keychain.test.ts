import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../base/clock';
import { createKeychain, type KeychainModule } from './keychain';
import { createMemoryStore } from './memory-store';
import { Secret } from './secret';
import type { SecretStore } from './secret-store';

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** A keychain that works, with what a test replaces. */
function fakeModule(replaced: Partial<KeychainModule> = {}): KeychainModule {
  const kept = new Map<string, string>();
  return {
    getPassword: (service, account) => Promise.resolve(kept.get(`${service} ${account}`) ?? null),
    setPassword: (service, account, password) => {
      kept.set(`${service} ${account}`, password);
      return Promise.resolve();
    },
    deletePassword: (service, account) => Promise.resolve(kept.delete(`${service} ${account}`)),
    ...replaced,
  };
}

const keychain = (module: KeychainModule, platform = 'linux'): SecretStore =>
  createKeychain(systemClock, () => Promise.resolve(module), platform);

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe.each<[string, () => SecretStore]>([
  ['the keychain', () => keychain(fakeModule())],
  ['the memory store', createMemoryStore],
])('%s', (_name, make) => {
  it('keeps, gives back, replaces and removes', async () => {
    const store = make();
    const [first, second] = [Secret.generate(), Secret.generate()];
    expect(await store.probe()).toEqual({ ok: true, value: null });
    expect(await store.read('a')).toEqual({ ok: true, value: null });
    await store.write('a', first);
    expect(await store.read('a')).toMatchObject({ value: { fingerprint: first.fingerprint } });
    await store.write('a', second);
    expect(await store.read('a')).toMatchObject({ value: { fingerprint: second.fingerprint } });
    expect(await store.read('b')).toEqual({ ok: true, value: null });
    expect(await store.remove('a')).toEqual({ ok: true, value: true });
    expect(await store.remove('a')).toEqual({ ok: true, value: false });
    expect(await store.read('a')).toEqual({ ok: true, value: null });
  });
});

describe('a keychain that does not work', () => {
  it('is not loaded before it is needed, and once only', async () => {
    const load = vi.fn(() => Promise.resolve(fakeModule()));
    const store = createKeychain(systemClock, load);
    expect(load).not.toHaveBeenCalled();
    await store.read('a');
    await store.read('b');
    expect(load).toHaveBeenCalledOnce();
  });

  it.each([
    ['linux', /Install gnome-keyring/],
    ['darwin', /Sign out/],
  ])('that cannot be loaded is unavailable, and %s says what to do', async (platform, sentence) => {
    const store = createKeychain(
      systemClock,
      () => Promise.reject(new Error('libsecret-1.so.0: cannot open shared object file')),
      platform,
    );
    const answer = await store.probe();
    expect(answer).toMatchObject({
      ok: false,
      failure: { reason: 'keychain-unavailable', action: 'install-keychain' },
    });
    if (!answer.ok) expect(answer.failure.sentence).toMatch(sentence);
  });

  it('with no secret service is unavailable', async () => {
    const reject = (): Promise<never> =>
      Promise.reject(new Error('The name org.freedesktop.secrets was not provided by any .service files'));
    expect(await keychain(fakeModule({ getPassword: reject })).read('a')).toMatchObject({
      failure: { reason: 'keychain-unavailable' },
    });
  });

  it('that refuses to write because it is locked is locked', async () => {
    const reject = (): Promise<never> => Promise.reject(new Error('Cannot create an item in a locked collection'));
    expect(await keychain(fakeModule({ setPassword: reject })).write('a', Secret.generate())).toMatchObject({
      failure: { reason: 'key-locked', action: 'unlock-keychain' },
    });
  });

  it('that hangs is given up: a read after 2 s, a write and a removal after 15 s', async () => {
    const store = keychain({ getPassword: never, setPassword: never, deletePassword: never });
    const settled: string[] = [];
    void store.read('a').then((answer) => settled.push(`read ${answer.ok ? 'ok' : answer.failure.reason}`));
    void store
      .write('a', Secret.generate())
      .then((answer) => settled.push(`write ${answer.ok ? 'ok' : answer.failure.reason}`));
    void store.remove('a').then((answer) => settled.push(`remove ${answer.ok ? 'ok' : answer.failure.reason}`));
    await vi.advanceTimersByTimeAsync(1_999);
    expect(settled).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(settled).toEqual(['read key-locked']);
    await vi.advanceTimersByTimeAsync(12_999);
    expect(settled).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(settled.slice(1).sort()).toEqual(['remove key-locked', 'write key-locked']);
  });

  it('leaves no timer behind', async () => {
    await keychain(fakeModule()).read('a');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('never repeats a key in a failure', async () => {
    const secret = Secret.generate();
    const text = secret.use((bytes) => Buffer.from(bytes).toString());
    const answer = await keychain(fakeModule({ setPassword: () => Promise.reject(new Error('no')) })).write(
      'a',
      secret,
    );
    expect(JSON.stringify(answer)).not.toContain(text);
  });
});

it('says what the keychain of Windows does not take, and writes nothing', async () => {
  const [most, more] = [2_560, 2_561].map((length) => Secret.fromText('k'.repeat(length)));
  if (most?.ok !== true || more?.ok !== true) expect.unreachable();
  const windows = keychain(fakeModule(), 'win32');
  expect(await windows.write('a', more.value)).toMatchObject({
    ok: false,
    failure: {
      reason: 'key-unusable',
      sentence:
        'The keychain of Windows takes keys of at most 2560 bytes, and this one has 2561. Take an RSA key of at most 3072 bits, or use ES256 or EdDSA.',
    },
  });
  expect(await windows.read('a')).toEqual({ ok: true, value: null });
  expect((await windows.write('a', most.value)).ok).toBe(true);
  expect((await keychain(fakeModule(), 'linux').write('a', more.value)).ok).toBe(true);
});
