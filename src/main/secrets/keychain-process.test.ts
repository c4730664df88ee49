import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '../base/clock';
import { createKeychainProcess, type KeychainCall } from './keychain-process';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Processes that answer as the test says, in the order in which they were started. */
function setUp() {
  const hosts: {
    readonly asked: KeychainCall[];
    readonly say: (message: unknown) => void;
    readonly exit: () => void;
    alive: boolean;
  }[] = [];
  const keychain = createKeychainProcess(() => {
    const asked: KeychainCall[] = [];
    let say: (message: unknown) => void = () => undefined;
    let exit = (): void => undefined;
    const host = { asked, say: (message: unknown) => say(message), exit: () => exit(), alive: true };
    hosts.push(host);
    return {
      post: (call) => void asked.push(call),
      onMessage: (listener) => (say = listener),
      onExit: (listener) => (exit = listener),
      kill: () => (host.alive = false),
    };
  }, systemClock);
  const running = () => hosts.filter(({ alive }) => alive).length;
  return { keychain, hosts, running };
}

it('asks keytar in another process, and ends it 10 s after its last answer', async () => {
  const { keychain, hosts, running } = setUp();
  expect(hosts).toHaveLength(0);
  const got = keychain.getPassword('Ringfence', 'a');
  expect(hosts[0]?.asked).toEqual([{ id: 1, call: 'getPassword', args: ['Ringfence', 'a'] }]);
  hosts[0]?.say({ id: 1, value: 'a key' });
  expect(await got).toBe('a key');
  const set = keychain.setPassword('Ringfence', 'a', 'another');
  hosts[0]?.say({ id: 2, value: null });
  await set;
  const removed = keychain.deletePassword('Ringfence', 'a');
  await vi.advanceTimersByTimeAsync(60_000);
  expect([hosts.length, running()]).toEqual([1, 1]);
  hosts[0]?.say({ id: 3, value: true });
  expect(await removed).toBe(true);
  await vi.advanceTimersByTimeAsync(9_999);
  expect(running()).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(running()).toBe(0);
});

it.each<[string, (host: { say: (message: unknown) => void; exit: () => void } | undefined) => Promise<void> | void]>([
  ['it says that it listens', (host) => host?.say({ listens: true })],
  ['it ends', (host) => host?.exit()],
  [
    'nothing was heard of it for 10 s',
    async () => {
      await vi.advanceTimersByTimeAsync(10_000);
    },
  ],
])('has started when %s, and not before', async (_when, happens) => {
  const { keychain, hosts } = setUp();
  let started = false;
  const waits = keychain.started?.().then(() => (started = true));
  expect(hosts).toHaveLength(1);
  hosts[0]?.say({ listens: 'no' });
  await vi.advanceTimersByTimeAsync(9_999);
  expect(started).toBe(false);
  await happens(hosts[0]);
  await waits;
  expect(started).toBe(true);
});

it('takes a new process after an error of one that has talked with a keychain: it may remember one that is gone', async () => {
  const { keychain, hosts, running } = setUp();
  const fails = async (id: number): Promise<void> => {
    const failed = expect(keychain.getPassword('Ringfence', 'a')).rejects.toThrow('The name :1.0 was not provided');
    hosts[0]?.say({ id, error: 'The name :1.0 was not provided' });
    await failed;
    await vi.advanceTimersByTimeAsync(0);
  };
  // One that has found no keychain yet remembers none.
  await fails(1);
  await fails(2);
  expect(running()).toBe(1);
  const first = keychain.getPassword('Ringfence', 'a');
  hosts[0]?.say({ id: 3, value: null });
  await first;
  await fails(4);
  expect(running()).toBe(0);
  const got = keychain.getPassword('Ringfence', 'a');
  hosts[1]?.say({ id: 5, value: 'a key' });
  expect(await got).toBe('a key');
});

it('lives on when the process dies, and hears nothing but answers', async () => {
  const { keychain, hosts } = setUp();
  const failed = expect(keychain.getPassword('Ringfence', 'a')).rejects.toThrow('has ended');
  hosts[0]?.say({ id: 1, key: 'nonsense' });
  hosts[0]?.say('nonsense');
  hosts[0]?.say({ id: 99, value: 'of nobody' });
  hosts[0]?.exit();
  await failed;
  const got = keychain.getPassword('Ringfence', 'a');
  hosts[1]?.say({ id: 2, value: null });
  expect(await got).toBeNull();
});

it('ends the process, whatever it waits for, and starts none after that', async () => {
  const { keychain, hosts, running } = setUp();
  const failed = expect(keychain.getPassword('Ringfence', 'a')).rejects.toThrow('has ended');
  keychain.end();
  await failed;
  expect(running()).toBe(0);
  await expect(keychain.getPassword('Ringfence', 'a')).rejects.toThrow('is ending');
  expect(hosts).toHaveLength(1);
});
