import { expect, it, vi } from 'vitest';
import { fail, ok } from '../../contracts/base/result';
import { proxyLogin } from '../../contracts/proxy';
import { createMemoryStore } from './memory-store';
import { createProxyPasswords } from './proxy-passwords';
import type { SecretStore } from './secret-store';

const PROXY = 'proxy.office:3128';
const LOGIN = { user: 'J\u00fcrgen', password: 'p:\u00e4ss' };
const BASIC = `Basic ${Buffer.from('J\u00fcrgen:p:\u00e4ss', 'utf8').toString('base64')}`;

function setUp(keychain: SecretStore = createMemoryStore()) {
  const seen = { opened: 0, typed: [] as string[], problems: [] as string[] };
  let shut = (): void => undefined;
  const passwords = createProxyPasswords({
    keychain,
    account: (proxy) => `install/proxy/${proxy}`,
    open: () => {
      seen.opened += 1;
      return new Promise((resolve) => (shut = resolve));
    },
    close: () => shut(),
    onTyped: (proxy) => seen.typed.push(proxy),
    onProblem: (sentence) => seen.problems.push(sentence),
  });
  const closed = async (): Promise<void> => {
    shut();
    await new Promise((resolve) => void setImmediate(resolve));
  };
  return { passwords, seen, closed, keychain };
}

it('asks a person once, keeps what was typed in the keychain, and gives it to that proxy alone', async () => {
  const { passwords, seen, closed, keychain } = setUp();
  expect(await Promise.all([passwords.another(PROXY, null), passwords.another(PROXY, null)])).toEqual([false, false]);
  expect([seen.opened, passwords.question()]).toEqual([1, { proxy: PROXY, refused: false }]);
  expect(await passwords.answer(LOGIN)).toEqual(ok(null));
  await closed();
  expect([passwords.authorizationFor(PROXY), passwords.authorizationFor('other:3128'), seen.typed]).toEqual([
    BASIC,
    null,
    [PROXY],
  ]);
  // What asked before it was typed may ask again with it.
  expect(await passwords.another(PROXY, null)).toBe(true);
  const later = setUp(keychain);
  expect([await later.passwords.another(PROXY, null), later.passwords.authorizationFor(PROXY)]).toEqual([true, BASIC]);
  expect([later.passwords.loginFor(PROXY), later.seen.opened]).toEqual([LOGIN, 0]);
});

it('says that what it had was refused, and forgets it', async () => {
  const { passwords, seen } = setUp();
  await passwords.another(PROXY, null);
  await passwords.answer(LOGIN);
  await new Promise((resolve) => void setImmediate(resolve));
  expect(await passwords.another(PROXY, BASIC)).toBe(false);
  expect([passwords.authorizationFor(PROXY), passwords.question(), seen.opened]).toEqual([
    null,
    { proxy: PROXY, refused: true },
    2,
  ]);
});

it('is not asked again by the network after the window was closed, but after a person has acted', async () => {
  const { passwords, seen, closed } = setUp();
  await passwords.another(PROXY, null);
  await closed();
  await passwords.another(PROXY, null);
  expect([seen.opened, passwords.question().proxy]).toEqual([1, '']);
  expect(await passwords.answer(LOGIN)).toMatchObject({ ok: false });
  passwords.askAgain();
  await passwords.another(PROXY, null);
  expect(seen.opened).toBe(2);
});

it('works without a keychain until the program ends, and says so', async () => {
  const failure = fail('keychain-unavailable', 'No keychain answers.');
  const none = () => Promise.resolve(failure);
  const { passwords, seen } = setUp({
    probe: none,
    opens: none,
    read: none,
    readQuietly: none,
    readKept: none,
    write: none,
    remove: none,
  });
  await passwords.another(PROXY, null);
  expect(await passwords.answer(LOGIN)).toEqual(ok(null));
  expect(passwords.authorizationFor(PROXY)).toBe(BASIC);
  expect(seen.problems).toEqual([expect.stringContaining('No keychain answers.')]);
  expect(JSON.stringify(seen)).not.toContain(LOGIN.password);
});

it('waits for a keychain that asks, and asks nobody for what that may hold', async () => {
  const kept = setUp();
  await kept.passwords.another(PROXY, null);
  await kept.passwords.answer(LOGIN);
  let silent = true;
  const asks = fail('keychain-asks', 'The keychain asks.');
  const { passwords, seen } = setUp({
    ...kept.keychain,
    readQuietly: (account) => (silent ? Promise.resolve(asks) : kept.keychain.read(account)),
  });
  expect(await passwords.another(PROXY, null)).toBe(false);
  expect([seen.opened, passwords.authorizationFor(PROXY)]).toEqual([0, null]);
  silent = false;
  passwords.keychainAnswered();
  await vi.waitFor(() => expect(seen.typed).toEqual([PROXY]));
  expect([seen.opened, passwords.authorizationFor(PROXY)]).toEqual([0, BASIC]);
});

it('is not confused by what else the keychain holds there', async () => {
  const { passwords, keychain, seen } = setUp();
  const { Secret } = await import('./secret');
  await keychain.write(`install/proxy/${PROXY}`, Secret.generate());
  expect(await passwords.another(PROXY, null)).toBe(false);
  expect([passwords.authorizationFor(PROXY), seen.opened]).toEqual([null, 1]);
});

it.each([
  [{ user: 'a:b', password: '' }, false],
  [{ user: '', password: 'x' }, false],
  [{ user: 'a\nb', password: 'x' }, false],
  [{ user: 'a', password: 'x\r\ny' }, false],
  [{ user: 'OFFICE\\agent', password: '' }, true],
])('%j may be typed: %s', (login, may) => expect(proxyLogin.safeParse(login).success).toBe(may));
