/** The admin's passphrase and the locked phone, as admin, agent, taken-over window and operating system see them. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test, type RunningApp } from '../support/app/app';
import { heapStrings } from '../support/security/heap-snapshot';
import { needlesOf, searchDirectory, searchTexts } from '../support/security/leak-search';
import {
  ask,
  callCard,
  copyElsewhere,
  dial,
  invoke,
  lineTo,
  press,
  takeLine,
  untilGone,
  untilRegistered,
} from '../support/app/phone-driver';
import { searchProcessMemory } from '../support/security/process-memory';
import { isUnregister, watchSip } from '../support/phones/sip-frames';

const FIVE_MINUTES_MS = 5 * 60_000;
/** Never one from a list: what is searched for later must be found nowhere by chance. */
const newPassphrase = (): string => `caf\u00e9 ${randomBytes(12).toString('hex')}`;

async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page })
    .setLegacyMode(true)
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  return found.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary ?? ''}`),
  );
}

const unlockWindows = ({ electron }: RunningApp): Page[] =>
  electron.windows().filter((page) => page.url().includes('/unlock.html'));

/** The small window, once it shows its fields. */
async function unlockWindow(app: RunningApp): Promise<Page> {
  await expect.poll(() => unlockWindows(app).length).toBe(1);
  const [page] = unlockWindows(app);
  if (page === undefined) throw new Error('no unlock window');
  await expect(page.locator('input[type="password"]').first()).toBeVisible();
  return page;
}

async function openSettings({ page }: RunningApp, tab: 'Profiles' | 'Keys'): Promise<void> {
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('tab', { name: tab }).click();
}

async function setPassphrase(app: RunningApp, passphrase: string): Promise<void> {
  await openSettings(app, 'Keys');
  await app.page.getByRole('button', { name: 'Set passphrase...' }).click();
  const small = await unlockWindow(app);
  await small.getByLabel('New passphrase', { exact: true }).fill(passphrase);
  await small.getByLabel('New passphrase again').fill(passphrase);
  await untilGone(small, () => small.getByRole('button', { name: 'Set passphrase' }).click());
}

async function type(small: Page, passphrase: string): Promise<void> {
  await small.getByLabel('Passphrase').fill(passphrase);
  await small.getByRole('button', { name: 'Unlock' }).click();
}

const changesOf = async (app: RunningApp, what: 'admin' | 'phone'): Promise<readonly string[]> =>
  (await ask(app.page, 'audit.recent', { limit: 200 }))
    .flatMap((entry) => (entry.what === what ? [`${entry.change} ${entry.cause}`] : []))
    .reverse();

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

  await type(small, 'not this one');
  await expect(small.getByRole('alert')).toContainText('That is not the admin passphrase. Try again in a second.');
  await expect(small.getByLabel('Passphrase')).toHaveValue('');
  await expect.poll(async () => (await ask(page, 'admin.state')).retryAt).toBeNull();
  await type(small, 'nor this one');
  await expect(small.getByRole('alert')).toContainText('Try again in 2 seconds.');
  // The right one has to wait, too.
  await type(small, passphrase);
  await expect(small.getByRole('alert')).toContainText('The last passphrase was wrong');
  expect((await ask(page, 'admin.state')).unlocked).toBe(false);
  await expect.poll(async () => (await ask(page, 'admin.state')).retryAt).toBeNull();
  const typedAt = Date.now();
  // As another keyboard would send it.
  await untilGone(small, () => type(small, passphrase.normalize('NFD')));
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
  await untilGone(again, () => type(again, passphrase));
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
  await type(small, passphrase);
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
  await expect(small.getByRole('alert')).toContainText('not typed twice the same');
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

test('Lock now unregisters and closes the socket, nothing is granted meanwhile, and Unlock registers again', async ({
  launch,
  gateway,
  keyring,
}) => {
  const app = await launch({ bus: keyring.bus });
  const { page } = app;
  const sip = watchSip(page);
  const line = lineTo(gateway.url, '1007');
  await takeLine(app, line, gateway.key);
  await expect(page.getByTestId('registration')).toContainText('as 1007');
  await untilRegistered(page);
  expect(await gateway.counts()).toEqual({ flows: 1, bindings: 1 });

  await page.getByRole('button', { name: /^Line:/ }).click();
  await page.getByRole('menuitem', { name: 'Lock now' }).click();
  await expect(page.getByTestId('locked')).toHaveAttribute('data-cause', 'agent');
  await expect.poll(() => gateway.counts()).toEqual({ flows: 0, bindings: 0 });
  expect(sip.all().filter((frame) => isUnregister(frame) && frame.includes('sip:1007@'))).toHaveLength(1);
  expect(sip.all().findIndex(isUnregister)).toBeLessThan(
    sip.all().findLastIndex((frame) => frame.startsWith('< SIP/2.0 200')),
  );
  expect(await invoke(page, 'grants.get', { profileId: line.id, purpose: 'sip' })).toMatchObject({
    ok: false,
    failure: { reason: 'locked', action: 'unlock-phone' },
  });
  expect(await invoke(page, 'grants.watch', { profileId: line.id, purpose: 'sip', on: true })).toMatchObject({
    ok: false,
    failure: { reason: 'locked' },
  });
  // Not with a token from before, either: main lets no window reach a gateway.
  expect(
    await page.evaluate(
      (url) =>
        new Promise((resolve) => {
          const socket = new WebSocket(url, 'sip');
          socket.onopen = () => resolve('open');
          socket.onerror = () => resolve('refused');
        }),
      gateway.url,
    ),
  ).toBe('refused');
  expect(await gateway.counts()).toEqual({ flows: 0, bindings: 0 });
  for (const theme of ['light', 'dark'] as const) {
    await ask(page, 'settings.set', { theme });
    expect.soft(await violations(page), `the locked screen, ${theme}`).toEqual([]);
  }
  await expect(page.getByRole('button', { name: 'Unlock' })).toBeFocused();
  await page.keyboard.press('Enter');
  await untilRegistered(page);
  expect(await gateway.counts()).toEqual({ flows: 1, bindings: 1 });
  expect(await changesOf(app, 'phone')).toEqual(['locked agent', 'unlocked agent']);
});

test('a live call is asked about before the phone is locked', async ({ launch }) => {
  const { page } = await launch();
  await untilRegistered(page);
  await dial(page, 'echo');
  await expect(callCard(page, 'active')).toBeVisible();
  for (const answer of ['Cancel', 'End it and lock'] as const) {
    await page.getByRole('button', { name: /^Line:/ }).click();
    await page.getByRole('menuitem', { name: 'Lock now' }).click();
    await page
      .getByRole('alertdialog', { name: 'Lock while a call is up?' })
      .getByRole('button', { name: answer })
      .click();
    if (answer === 'Cancel') await expect(callCard(page, 'active')).toBeVisible();
  }
  await expect(page.getByTestId('locked')).toBeVisible();
  await page.getByRole('button', { name: 'Unlock' }).click();
  await untilRegistered(page);
  await dial(page, 'echo');
  await expect(callCard(page, 'active')).toBeVisible();
  await press(page, 'Hang up');
});

test('the screen lock closes the line where its policy says so, and opens it again', async ({
  launch,
  gateway,
  keyring,
}) => {
  const app = await launch({ bus: keyring.bus });
  const { page } = app;
  const line = lineTo(gateway.url, '1007', { policy: { onScreenLock: 'lock' } });
  await takeLine(app, line, gateway.key);
  await expect(page.getByTestId('registration')).toContainText('as 1007');
  await untilRegistered(page);
  await app.electron.evaluate(({ powerMonitor }) => void powerMonitor.emit('lock-screen'));
  await expect(page.getByTestId('locked')).toHaveAttribute('data-cause', 'screen');
  await expect.poll(() => gateway.counts()).toEqual({ flows: 0, bindings: 0 });
  await app.electron.evaluate(({ powerMonitor }) => void powerMonitor.emit('unlock-screen'));
  await untilRegistered(page);
  expect(await gateway.counts()).toEqual({ flows: 1, bindings: 1 });

  // The Practice line's policy keeps it.
  await ask(page, 'profiles.select', { profileId: 'practice' });
  await expect(page.getByTestId('registration')).not.toContainText('as 1007');
  await untilRegistered(page);
  await app.electron.evaluate(({ powerMonitor }) => void powerMonitor.emit('lock-screen'));
  expect(await ask(page, 'phone.state')).toEqual({ lockedBy: null });
  expect(await changesOf(app, 'phone')).toEqual(['locked screen', 'unlocked screen']);
});

test('signing out closes the line, and the window forgets it', async ({ launch, gateway, keyring }) => {
  const app = await launch({ bus: keyring.bus });
  const { page } = app;
  await takeLine(app, lineTo(gateway.url, '1007'), gateway.key);
  await expect(page.getByTestId('registration')).toContainText('as 1007');
  await untilRegistered(page);
  await page.evaluate(() => {
    (globalThis as { remembered?: string }).remembered = 'by this page';
  });
  await page.getByRole('button', { name: /^Line:/ }).click();
  const loadedAnew = page.waitForEvent('load');
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await loadedAnew;
  expect(await page.evaluate(() => (globalThis as { remembered?: string }).remembered ?? null)).toBeNull();
  await expect(page.getByTestId('locked')).toHaveAttribute('data-cause', 'sign-out');
  expect(await gateway.counts()).toEqual({ flows: 0, bindings: 0 });
  expect((await ask(page, 'profiles.snapshot')).activeProfileId).toBe('practice');
  await page.getByRole('button', { name: 'Go on' }).click();
  await untilRegistered(page);
  expect(await gateway.counts()).toEqual({ flows: 0, bindings: 0 });
});

test('a window that keeps its socket open is loaded anew', async ({ launch, gateway, keyring }) => {
  const app = await launch({ bus: keyring.bus });
  const { page } = app;
  await takeLine(app, lineTo(gateway.url, '1007'), gateway.key);
  await expect(page.getByTestId('registration')).toContainText('as 1007');
  await untilRegistered(page);
  // Taken over: its own code never runs again.
  const before = await app.electron.evaluate(({ webContents }) =>
    webContents.getAllWebContents().map((contents) => contents.getOSProcessId()),
  );
  void page
    .evaluate(() => {
      void (globalThis as unknown as { ringfence: { invoke: (channel: string) => Promise<unknown> } }).ringfence.invoke(
        'phone.lock',
      );
      const end = Date.now() + 60_000;
      while (Date.now() < end);
    })
    .catch(() => undefined);
  await expect.poll(() => gateway.counts(), { timeout: 20_000 }).toMatchObject({ flows: 0 });
  // Playwright lets go of a page whose process ended: main looks for it.
  const shown = (): Promise<string> =>
    app.electron.evaluate(
      ({ webContents }) =>
        webContents
          .getAllWebContents()[0]
          ?.executeJavaScript(`document.querySelector('[data-testid="locked"]')?.textContent ?? ''`) as Promise<string>,
    );
  await expect.poll(shown, { timeout: 20_000 }).toContain('The phone is locked');
  const after = await app.electron.evaluate(({ webContents }) =>
    webContents.getAllWebContents().map((contents) => contents.getOSProcessId()),
  );
  expect(after.filter((pid) => before.includes(pid))).toEqual([]);
  expect(await readFile(join(app.userDataDir, 'audit.jsonl'), 'utf8')).toMatch(
    /"what":"phone".*"change":"late","cause":"agent"/,
  );
});

test('quitting unregisters first, and is in the audit log', async ({ launch, gateway, keyring, userDataDir }) => {
  const app = await launch({ bus: keyring.bus, userDataDir });
  const sip = watchSip(app.page);
  await takeLine(app, lineTo(gateway.url, '1007'), gateway.key);
  await expect(app.page.getByTestId('registration')).toContainText('as 1007');
  await untilRegistered(app.page);
  await app.close();
  expect(sip.all().filter((frame) => isUnregister(frame) && frame.includes('sip:1007@'))).toHaveLength(1);
  expect(await gateway.counts()).toEqual({ flows: 0, bindings: 0 });
  expect(await readFile(join(userDataDir, 'audit.jsonl'), 'utf8')).toMatch(
    /"what":"phone".*"change":"locked","cause":"quit"/,
  );
});
