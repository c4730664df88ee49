/** The admin's passphrase and the locked phone, as admin, agent, taken-over window and operating system see them. */
import { randomBytes } from 'node:crypto';
import { expect, test } from '../support/app/app';
import { heapStrings } from '../support/security/heap-snapshot';
import { needlesOf, searchDirectory, searchTexts } from '../support/security/leak-search';
import { ask, copyElsewhere, invoke, lineTo, takeLine, untilGone, untilRegistered } from '../support/app/phone-driver';
import { searchProcessMemory } from '../support/security/process-memory';
import {
  changesOf,
  newPassphrase,
  openSettings,
  setPassphrase,
  typePassphrase,
  unlockWindow,
  violations,
} from '../support/app/unlock-window';

const FIVE_MINUTES_MS = 5 * 60_000;

test('a passphrase locks keys, profiles and policy through restarts, opens them for five minutes, and is seen by nobody else', async ({
  launch,
  gateway,
  keyring,
  userDataDir,
}) => {
  test.setTimeout(120_000);
  const passphrase = newPassphrase();
  const line = lineTo(gateway.url, '1007');
  const first = await launch({ bus: keyring.bus, userDataDir });
  await takeLine(first, line, gateway.key);
  await openSettings(first, 'Keys');
  await expect(first.page.getByRole('group', { name: 'Admin lock' })).toContainText('No passphrase');
  await setPassphrase(first, passphrase);
  await expect(first.page.getByRole('group', { name: 'Admin lock' })).toContainText('Unlocked until');
  await first.close();

  const app = await launch({ bus: keyring.bus, userDataDir });
  const { page } = app;
  // An agent needs none of it.
  await expect(page.getByTestId('registration')).toContainText('as 1007');
  await untilRegistered(page);
  expect(await invoke(page, 'profiles.select', { profileId: line.id })).toMatchObject({ ok: true });
  for (const refused of [
    await invoke(page, 'keys.generate', { profileId: 'practice', slot: 'next' }),
    await invoke(page, 'keys.remove', { profileId: line.id, slot: 'active' }),
    await invoke(page, 'profiles.save', { ...line, name: 'Another name' }),
    await invoke(page, 'profiles.remove', { profileId: line.id }),
  ]) {
    expect(refused).toMatchObject({ ok: false, failure: { reason: 'admin-locked', action: 'unlock-admin' } });
  }
  // A phone window that was taken over can't type it, try it or set it.
  expect(await invoke(page, 'admin.unlock', { passphrase })).toMatchObject({
    ok: false,
    failure: { reason: 'forbidden-sender' },
  });
  expect(await invoke(page, 'admin.setPassphrase', { current: passphrase, wanted: null })).toMatchObject({
    ok: false,
    failure: { reason: 'forbidden-sender' },
  });
  expect(await ask(page, 'admin.state')).toEqual({ configured: true, unlocked: false, until: null, retryAt: null });

  // What was refused offers the small window, and goes on by itself after the right passphrase.
  await openSettings(app, 'Keys');
  await page.getByRole('radio', { name: line.name }).check();
  await copyElsewhere(app, randomBytes(32).toString('base64url'));
  await page.getByRole('button', { name: 'Paste key from clipboard' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Add as next key' }).click();
  const notice = page.getByRole('alert').filter({ hasText: 'This needs the admin passphrase' });
  await notice.getByRole('button', { name: 'Unlock' }).click();
  const small = await unlockWindow(app);
  expect(await violations(small), 'the unlock window').toEqual([]);
  const processIds = await app.electron.evaluate(({ webContents }) =>
    webContents.getAllWebContents().map((contents) => contents.getOSProcessId()),
  );
  expect(new Set(processIds).size, 'each window has a process of its own').toBe(processIds.length);

  await typePassphrase(small, 'not this one');
  await expect(small.getByRole('alert')).toContainText('That is not the admin passphrase. Try again in a second.');
  await expect(small.getByLabel('Passphrase')).toHaveValue('');
  await expect.poll(async () => (await ask(page, 'admin.state')).retryAt).toBeNull();
  await typePassphrase(small, 'nor this one');
  await expect(small.getByRole('alert')).toContainText('Try again in 2 seconds.');
  // The right one has to wait, too.
  await typePassphrase(small, passphrase);
  await expect(small.getByRole('alert')).toContainText('The last passphrase was wrong');
  expect((await ask(page, 'admin.state')).unlocked).toBe(false);
  await expect.poll(async () => (await ask(page, 'admin.state')).retryAt).toBeNull();
  const typedAt = Date.now();
  // As another keyboard would send it.
  await untilGone(small, () => typePassphrase(small, passphrase.normalize('NFD')));
  const { unlocked, until } = await ask(page, 'admin.state');
  expect(unlocked).toBe(true);
  expect((until ?? 0) - typedAt).toBeGreaterThan(FIVE_MINUTES_MS - 1000);
  await expect
    .poll(
      async () =>
        (await ask(page, 'profiles.snapshot')).keys.find(({ profileId }) => profileId === line.id)?.next?.origin,
    )
    .toBe('clipboard');

  // Seen on its way from the small window into main, and nowhere else.
  const needles = [...needlesOf(passphrase), ...needlesOf(passphrase.normalize('NFD'))];
  const messages = (await app.ipcSeen()).filter(
    ({ payload }) => searchTexts(needles, [payload], 'a message').hits.length > 0,
  );
  // The two that the phone window sent above are this test's own.
  expect(messages.map(({ to, payload }) => [to, (JSON.parse(payload) as string[])[0]])).toEqual([
    ['main', 'admin.unlock'],
    ['main', 'admin.setPassphrase'],
    ['main', 'admin.unlock'],
    ['main', 'admin.unlock'],
  ]);
  expect(searchTexts(needles, await app.logs(), 'what was printed').hits).toEqual([]);
  expect((await searchDirectory(needles, userDataDir)).hits).toEqual([]);

  // Five minutes later by the clock.
  await app.electron.evaluate(({ powerMonitor }, ms) => {
    const real = Date.now.bind(Date);
    Date.now = () => real() + ms;
    powerMonitor.emit('resume');
  }, FIVE_MINUTES_MS);
  await expect(page.getByRole('group', { name: 'Admin lock' })).toContainText('Locked');
  expect(await invoke(page, 'keys.remove', { profileId: line.id, slot: 'next' })).toMatchObject({
    ok: false,
    failure: { reason: 'admin-locked' },
  });

  // By hand, before they are over.
  await page.getByRole('group', { name: 'Admin lock' }).getByRole('button', { name: 'Unlock' }).click();
  const again = await unlockWindow(app);
  await untilGone(again, () => typePassphrase(again, passphrase));
  await page.getByRole('button', { name: 'Lock now' }).click();
  await expect(page.getByRole('group', { name: 'Admin lock' })).toContainText('Locked');
  expect(await invoke(page, 'keys.remove', { profileId: line.id, slot: 'next' })).toMatchObject({
    ok: false,
    failure: { reason: 'admin-locked' },
  });
  expect(await changesOf(app, 'admin')).toEqual([
    'passphrase-set asked',
    'wrong asked',
    'wrong asked',
    'unlocked asked',
    'locked time',
    'unlocked asked',
    'locked asked',
  ]);
  await untilRegistered(page);
});

test('what is typed is in no memory that the phone window has, and the search would find it there', async ({
  launch,
  keyring,
}) => {
  const app = await launch({ bus: keyring.bus });
  await untilRegistered(app.page);
  const passphrase = newPassphrase();
  await setPassphrase(app, passphrase);
  const needles = needlesOf(passphrase);
  // The driver has seen the small window close; Electron may still have it in its list.
  const phonePid = await app.electron.evaluate(
    ({ webContents }) =>
      webContents
        .getAllWebContents()
        .find((contents) => !contents.isDestroyed() && contents.getURL().endsWith('/index.html'))
        ?.getOSProcessId() ?? 0,
  );
  expect(searchTexts(needles, await heapStrings(app.page), 'the heap').hits).toEqual([]);
  expect((await searchProcessMemory(needles, phonePid)).hits).toEqual([]);
  await app.page.evaluate((text) => {
    (globalThis as { shelf?: string }).shelf = `${'-'.repeat(500)}${text}`;
  }, passphrase);
  expect(searchTexts(needles, await heapStrings(app.page), 'the heap').hits).not.toEqual([]);
});

test('with a locked keychain the settings stay locked', async ({ launch, gateway, keyring, userDataDir }) => {
  const passphrase = newPassphrase();
  const first = await launch({ bus: keyring.bus, userDataDir });
  await setPassphrase(first, passphrase);
  await first.close();
  await keyring.lock();
  const app = await launch({ bus: keyring.bus, userDataDir });
  expect(await invoke(app.page, 'profiles.save', lineTo(gateway.url, '1007'))).toMatchObject({
    ok: false,
    failure: { reason: 'admin-locked' },
  });
  await openSettings(app, 'Profiles');
  await app.page.getByRole('group', { name: 'Admin lock' }).getByRole('button', { name: 'Unlock' }).click();
  const small = await unlockWindow(app);
  await typePassphrase(small, passphrase);
  await expect(small.getByRole('alert')).toContainText('the keychain is locked');
  await untilGone(small, () => small.getByRole('button', { name: 'Cancel' }).click());
});

test('without a keychain no passphrase can be set, the window says why, and nothing is locked', async ({
  launch,
  gateway,
}) => {
  const app = await launch();
  await openSettings(app, 'Keys');
  await app.page.getByRole('button', { name: 'Set passphrase...' }).click();
  const small = await unlockWindow(app);
  const passphrase = newPassphrase();
  await small.getByLabel('New passphrase', { exact: true }).fill(passphrase);
  await small.getByLabel('New passphrase again').fill(`${passphrase}!`);
  await small.getByRole('button', { name: 'Set passphrase' }).click();
  await expect(small.getByRole('alert')).toContainText('The two new passphrases differ.');
  await small.getByLabel('New passphrase', { exact: true }).fill(passphrase);
  await small.getByLabel('New passphrase again').fill(passphrase);
  await small.getByRole('button', { name: 'Set passphrase' }).click();
  await expect(small.getByRole('alert')).toContainText(
    'An admin passphrase cannot be set up here. No keychain answers',
  );
  for (const theme of ['light', 'dark'] as const) {
    await ask(app.page, 'settings.set', { theme });
    await expect(small.locator('html')).toHaveAttribute('data-theme', theme);
    expect.soft(await violations(small), `the window in which a passphrase is set, ${theme}`).toEqual([]);
  }
  await untilGone(small, () => small.keyboard.press('Escape'));
  expect(await invoke(app.page, 'profiles.save', lineTo(gateway.url, '1007'))).toMatchObject({ ok: true });
});
