/** The phone is locked, signed out or quit: the line closes first, and nothing is granted meanwhile. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '../support/app/app';
import {
  ask,
  callCard,
  dial,
  invoke,
  lineTo,
  press,
  takeLine,
  untilLoadedAnew,
  untilRegistered,
} from '../support/app/phone-driver';
import { isUnregister, watchSip } from '../support/phones/sip-frames';
import { changesOf, violations } from '../support/app/unlock-window';

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
  await untilLoadedAnew(page, () => page.getByRole('menuitem', { name: 'Lock now' }).click());
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
    const press = (): Promise<void> =>
      page.getByRole('alertdialog', { name: 'Lock while a call is up?' }).getByRole('button', { name: answer }).click();
    if (answer === 'Cancel') {
      await press();
      await expect(callCard(page, 'active')).toBeVisible();
    } else await untilLoadedAnew(page, press);
  }
  await expect(page.getByTestId('locked')).toBeVisible();
  await page.getByRole('button', { name: 'Unlock' }).click();
  await untilRegistered(page);
  await dial(page, 'echo');
  await expect(callCard(page, 'active')).toBeVisible();
  await press(page, 'end');
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
  await untilLoadedAnew(page, () => app.electron.evaluate(({ powerMonitor }) => void powerMonitor.emit('lock-screen')));
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
  await untilLoadedAnew(page, () => page.getByRole('menuitem', { name: 'Sign out' }).click());
  expect(await page.evaluate(() => (globalThis as { remembered?: string }).remembered ?? null)).toBeNull();
  await expect(page.getByTestId('locked')).toHaveAttribute('data-cause', 'sign-out');
  expect(await gateway.counts()).toEqual({ flows: 0, bindings: 0 });
  await expect.poll(async () => (await ask(page, 'profiles.snapshot')).activeProfileId).toBe('practice');
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
