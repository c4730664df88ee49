import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../base/clock';
import { createKeychain } from './keychain';
import type { KeychainModule } from './keytar';
import { createMemoryStore } from './memory-store';
import { Secret } from './secret';
import type { SecretStore } from './secret-store';

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
  createKeychain(systemClock, { load: () => Promise.resolve(module), platform });

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
    const store = createKeychain(systemClock, { load });
    expect(load).not.toHaveBeenCalled();
    await store.read('a');
    await store.read('b');
    expect(load).toHaveBeenCalledOnce();
  });

  it.each([
    ['linux', /Install gnome-keyring/],
    ['darwin', /Sign out/],
  ])('that cannot be loaded is unavailable, and %s says what to do', async (platform, sentence) => {
    const store = createKeychain(systemClock, {
      load: () => Promise.reject(new Error('libsecret-1.so.0: cannot open shared object file')),
      platform,
    });
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

/** Native calls that the test answers, in the order in which they were made. */
function scripted() {
  const calls: {
    readonly what: string;
    readonly resolve: (value: never) => void;
    readonly reject: (cause: Error) => void;
  }[] = [];
  const call =
    (what: string) =>
    (_service: string, account: string): Promise<never> =>
      new Promise((resolve, reject) => calls.push({ what: `${what} ${account}`, resolve, reject }));
  const module: KeychainModule = { getPassword: call('get'), setPassword: call('set'), deletePassword: call('delete') };
  return {
    module,
    made: () => calls.map(({ what }) => what),
    answer: async (index: number, value: string | boolean | null | undefined | Error): Promise<void> => {
      if (value instanceof Error) calls[index]?.reject(value);
      else calls[index]?.resolve(value as never);
      await vi.advanceTimersByTimeAsync(0);
    },
  };
}
const settledIn = <T>(promise: Promise<T>): { value: T | 'pending' } => {
  const seen: { value: T | 'pending' } = { value: 'pending' };
  void promise.then((value) => (seen.value = value));
  return seen;
};
const KEY = 'not-a-real-key-only-a-test-0123456789';
const asksNow = { ok: false, failure: { reason: 'keychain-asks', action: 'unlock-keychain' } };

describe('a keychain that takes its time', () => {
  it('is asked one thing at a time, and the same once for all who want it', async () => {
    const { module, made, answer } = scripted();
    const store = keychain(module);
    const answers = [store.read('a'), store.read('b'), store.read('a'), store.read('b')];
    await vi.advanceTimersByTimeAsync(0);
    expect(made()).toEqual(['get a']);
    await answer(0, KEY);
    expect(made()).toEqual(['get a', 'get b']);
    await answer(1, null);
    const [first, second, third, fourth] = await Promise.all(answers);
    expect(first).toMatchObject({ ok: true });
    expect([third, fourth]).toEqual([first, second]);
  });

  it('is asked anew after a change that was wished for in between', async () => {
    const { module, made, answer } = scripted();
    const store = keychain(module);
    const before = store.read('a');
    void store.write('a', Secret.generate());
    const after = store.read('a');
    await vi.advanceTimersByTimeAsync(0);
    await answer(0, null);
    await answer(1, undefined);
    await answer(2, KEY);
    expect(made()).toEqual(['get a', 'set a', 'get a']);
    expect(await before).toEqual({ ok: true, value: null });
    expect(await after).toMatchObject({ ok: true, value: { kind: 'text' } });
  });

  it('is given up after 2 s by all who wait, and asked nothing more until it answers', async () => {
    const { module, made, answer } = scripted();
    const store = createKeychain(systemClock, { load: () => Promise.resolve(module), platform: 'linux' });
    const news: string[] = [];
    store.follow((each) => news.push(each));
    const waiting = [store.read('a'), store.read('b'), store.write('c', Secret.generate()), store.opens()].map(
      settledIn,
    );
    await vi.advanceTimersByTimeAsync(1_999);
    expect(waiting.map(({ value }) => value)).toEqual(Array.from({ length: 4 }, () => 'pending'));
    await vi.advanceTimersByTimeAsync(1);
    for (const { value } of waiting) expect(value).toMatchObject(asksNow);
    expect([store.isSilent(), news]).toEqual([true, ['silent']]);
    // At once, and without a dialog upon the other.
    expect(await store.read('a')).toMatchObject(asksNow);
    expect(await store.remove('c')).toMatchObject(asksNow);
    expect(made()).toEqual(['get a']);
    await answer(0, KEY);
    expect([store.isSilent(), news]).toEqual([false, ['silent', 'open']]);
    expect(made()).toEqual(['get a']);
  });

  it('has its 2 s from the moment in which its process has started', async () => {
    let begin = (): void => undefined;
    let answer: (value: string | null) => void = () => undefined;
    const store = createKeychain(systemClock, {
      load: () =>
        Promise.resolve(
          fakeModule({
            started: () => new Promise((resolve) => (begin = resolve)),
            getPassword: () => new Promise((resolve) => (answer = resolve)),
          }),
        ),
      platform: 'linux',
    });
    const secret = Secret.generate();
    const read = store.read('a');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(store.isSilent()).toBe(false);
    begin();
    await vi.advanceTimersByTimeAsync(1_900);
    answer(secret.use((bytes) => Buffer.from(bytes).toString('utf8')));
    expect(await read).toMatchObject({ value: { fingerprint: secret.fingerprint } });
    const again = store.read('b');
    await vi.advanceTimersByTimeAsync(0);
    begin();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await again).toMatchObject({ failure: { reason: 'keychain-asks' } });
    answer(null);
  });

  it('that answers late answers whoever asks next, once', async () => {
    const { module, made, answer } = scripted();
    const store = keychain(module);
    void store.read('a');
    await vi.advanceTimersByTimeAsync(600_000);
    await answer(0, KEY);
    expect(await store.read('a')).toMatchObject({ ok: true, value: { kind: 'text' } });
    expect(made()).toEqual(['get a']);
    void store.read('a');
    await vi.advanceTimersByTimeAsync(0);
    expect(made()).toEqual(['get a', 'get a']);
  });

  it.each([
    ['10 s', async () => vi.advanceTimersByTimeAsync(10_000)],
    [
      'a change',
      async (store: SecretStore, { answer }: ReturnType<typeof scripted>) => {
        void store.remove('a');
        await vi.advanceTimersByTimeAsync(0);
        await answer(1, true);
      },
    ],
  ] as const)('forgets a late answer that nobody fetched after %s', async (_what, pass) => {
    const script = scripted();
    const store = keychain(script.module);
    void store.read('a');
    await vi.advanceTimersByTimeAsync(3_000);
    await script.answer(0, KEY);
    await pass(store, script);
    const before = script.made().length;
    void store.read('a');
    await vi.advanceTimersByTimeAsync(0);
    expect(script.made()).toHaveLength(before + 1);
  });

  it('never tells of a change that it failed and makes it all the same: one that has begun is waited for', async () => {
    const { module, answer } = scripted();
    const store = keychain(module);
    const written = settledIn(store.write('a', Secret.generate()));
    await vi.advanceTimersByTimeAsync(600_000);
    expect(written.value).toBe('pending');
    await answer(0, undefined);
    expect(written.value).toEqual({ ok: true, value: null });
    const removed = settledIn(store.remove('a'));
    await vi.advanceTimersByTimeAsync(600_000);
    await answer(1, true);
    expect(removed.value).toEqual({ ok: true, value: true });
  });

  it('says whether all that was asked is answered, for a process that wants to end', async () => {
    const { module, answer } = scripted();
    const store = createKeychain(systemClock, { load: () => Promise.resolve(module) });
    expect(await store.settles(1_000)).toBe(true);
    void store.read('a');
    await vi.advanceTimersByTimeAsync(0);
    const [soon, late] = [settledIn(store.settles(1_000)), settledIn(store.settles(5_000))];
    await vi.advanceTimersByTimeAsync(1_000);
    expect([soon.value, late.value]).toEqual([false, 'pending']);
    await answer(0, null);
    expect(late.value).toBe(true);
  });

  it('is waited for by a command 15 s and no longer, for a change as well: the command ends then', async () => {
    const { module } = scripted();
    const store = createKeychain(systemClock, { load: () => Promise.resolve(module), endsAfterMs: 15_000 });
    const written = settledIn(store.write('a', Secret.generate()));
    await vi.advanceTimersByTimeAsync(14_999);
    expect(written.value).toBe('pending');
    await vi.advanceTimersByTimeAsync(1);
    expect(written.value).toMatchObject(asksNow);
  });
});

describe('what was kept and does not come', () => {
  const reason = (answer: Awaited<ReturnType<SecretStore['readKept']>>): string =>
    answer.ok ? 'ok' : answer.failure.reason;
  const nothing = (): Promise<null> => Promise.resolve(null);
  const after = (ms: number) => (): Promise<null> => new Promise((resolve) => void setTimeout(() => resolve(null), ms));
  const rejects = (message: string) => (): Promise<never> => Promise.reject(new Error(message));

  it.each<[string, string, Partial<KeychainModule>, string]>([
    ['the keychain is open', 'linux', { getPassword: nothing }, 'key-removed'],
    [
      'the keychain is locked',
      'linux',
      { getPassword: nothing, setPassword: rejects('Cannot create an item in a locked collection') },
      'key-locked',
    ],
    ['nothing came after a dialog', 'linux', { getPassword: after(1_500) }, 'keychain-refused'],
    ['nothing came after a late dialog', 'darwin', { getPassword: after(1_500) }, 'key-removed'],
    [
      'access was denied',
      'linux',
      { getPassword: rejects('An AppArmor policy prevents this sender') },
      'keychain-refused',
    ],
    ['the person said no', 'darwin', { getPassword: rejects('User canceled the operation.') }, 'keychain-refused'],
    [
      'no dialog may be shown',
      'darwin',
      { getPassword: rejects('User interaction is not allowed.') },
      'keychain-refused',
    ],
    ['there are bytes', 'linux', { getPassword: () => Promise.resolve('\ufffd\ufffd') }, 'key-unusable'],
    [
      'there is a text of other letters',
      'linux',
      { getPassword: () => Promise.resolve('\u00e9'.repeat(40)) },
      'key-unusable',
    ],
    ['there is an empty text', 'linux', { getPassword: () => Promise.resolve('') }, 'key-unusable'],
    [
      'the answer is of another type',
      'linux',
      { getPassword: rejects('Method "GetSecrets" returned type "(s)", but expected "(a{o(oayays)})"') },
      'key-unusable',
    ],
    [
      'the service went away',
      'linux',
      { getPassword: rejects('Message recipient disconnected from message bus without replying') },
      'keychain-unavailable',
    ],
    [
      'there is none',
      'linux',
      { getPassword: rejects('The name org.freedesktop.secrets was not provided by any .service files') },
      'keychain-unavailable',
    ],
  ])('%s (%s)', async (_name, platform, replaced, expected) => {
    const answer = settledIn(keychain(fakeModule(replaced), platform).readKept('a'));
    await vi.advanceTimersByTimeAsync(1_900);
    expect(answer.value).not.toBe('pending');
    if (answer.value !== 'pending') expect(reason(answer.value)).toBe(expected);
  });

  it('nobody is asked once more for what was refused', async () => {
    const { module, made, answer } = scripted();
    const store = keychain(module);
    const kept = settledIn(store.readKept('a'));
    await vi.advanceTimersByTimeAsync(1_500);
    await answer(0, null);
    expect(kept.value).toMatchObject({ failure: { reason: 'keychain-refused', retryAfterMs: 600_000 } });
    expect(made()).toEqual(['get a']);
  });

  const DENIED = new Error('User canceled the operation.');

  it('a refusal answers all questions that wait behind the dialog, and those that come a moment later', async () => {
    const { module, made, answer } = scripted();
    const store = keychain(module);
    const log = settledIn(store.readQuietly('log'));
    const line = settledIn(store.readKept('line'));
    await vi.advanceTimersByTimeAsync(1_500);
    await answer(0, null);
    for (const each of [log, line]) expect(each.value).toMatchObject({ failure: { reason: 'keychain-refused' } });
    expect(await store.readKept('other line')).toMatchObject({ failure: { reason: 'keychain-refused' } });
    expect(made()).toEqual(['get log']);
  });

  it('a refusal that comes late is one for all of them as well', async () => {
    const { module, made, answer } = scripted();
    const store = keychain(module);
    void store.readQuietly('log');
    expect((await Promise.all([store.readKept('line'), vi.advanceTimersByTimeAsync(5_000)]))[0]).toMatchObject(asksNow);
    await answer(0, null);
    expect(await store.readKept('line')).toMatchObject({ failure: { reason: 'keychain-refused' } });
    expect(await store.readQuietly('log')).toMatchObject({ failure: { reason: 'keychain-refused' } });
    expect(made()).toEqual(['get log']);
  });

  it.each(['the same', 'another'])(
    'a person who wants %s key after a refusal is asked; what is read quietly waits for that, and is told of it',
    async (which) => {
      const { module, made, answer } = scripted();
      const store = createKeychain(systemClock, { load: () => Promise.resolve(module), platform: 'linux' });
      const news = vi.fn();
      store.follow(news);
      const first = settledIn(store.readKept('line'));
      await vi.advanceTimersByTimeAsync(1_500);
      await answer(0, null);
      expect(first.value).not.toBe('pending');
      if (which === 'another') await vi.advanceTimersByTimeAsync(10_000);
      // Minutes later, and as often as it likes.
      for (let minute = 0; minute < 3; minute += 1) {
        expect(await store.readQuietly('log')).toMatchObject({ failure: { reason: 'keychain-refused' } });
        await vi.advanceTimersByTimeAsync(which === 'another' ? 60_000 : 0);
      }
      expect(made()).toEqual(['get line']);
      const wanted = store.readKept(which === 'another' ? 'other line' : 'line');
      await vi.advanceTimersByTimeAsync(0);
      expect(news).not.toHaveBeenCalled();
      await answer(1, KEY);
      expect(await wanted).toMatchObject({ ok: true });
      expect(news.mock.calls).toEqual([['open']]);
      void store.readQuietly('log');
      await vi.advanceTimersByTimeAsync(0);
      expect(made()).toHaveLength(3);
    },
  );

  it('where each entry has a dialog of its own, what was refused stays refused although another one is given out', async () => {
    const { module, made, answer } = scripted();
    const store = keychain(module, 'darwin');
    const log = settledIn(store.readQuietly('log'));
    await vi.advanceTimersByTimeAsync(0);
    await answer(0, DENIED);
    expect(log.value).toMatchObject({ failure: { reason: 'keychain-refused' } });
    await vi.advanceTimersByTimeAsync(10_000);
    const line = settledIn(store.readKept('line'));
    await vi.advanceTimersByTimeAsync(0);
    await answer(1, KEY);
    expect(line.value).toMatchObject({ ok: true });
    expect(await store.readQuietly('log')).toMatchObject({ failure: { reason: 'keychain-refused' } });
    expect(made()).toEqual(['get log', 'get line']);
  });

  it('each has a sentence of its own', async () => {
    const failures = await Promise.all(
      [
        fakeModule(),
        fakeModule({ setPassword: rejects('locked') }),
        fakeModule({ getPassword: rejects('denied') }),
        fakeModule({ getPassword: () => Promise.resolve('x') }),
        fakeModule({ getPassword: rejects('no service') }),
      ].map((module) => keychain(module).readKept('a')),
    );
    const sentences = failures.map((each) => (each.ok ? '' : each.failure.sentence));
    expect(new Set(sentences).size).toBe(5);
  });
});
