/** The agent's screens: what is shown to whom, the names of icons, the menu of a right click, and keys of one's own. */
import type { Locator, Page } from '@playwright/test';
import { expect, test, type RunningApp } from '../support/app/app';
import { ask, callCard, dial, resize, untilRegistered } from '../support/app/phone-driver';
import { openSettings, setPassphrase } from '../support/app/unlock-window';

test('an agent sees calls, and tokens when something is wrong with them; an admin sees them all', async ({
  launch,
  keyring,
  userDataDir,
}) => {
  test.setTimeout(120_000);
  const app = await launch({ bus: keyring.bus, userDataDir });
  const { page } = app;
  await untilRegistered(page);
  const filter = (at: Page, name: string): Locator => at.getByRole('radio', { name, exact: true });
  await expect(filter(page, 'All')).toBeChecked();
  await expect(page.getByTestId('token-ring')).toBeVisible();
  // The passphrase that was just set leaves it open, until it is locked.
  await setPassphrase(app, 'a passphrase of some length');
  await expect(page.getByTestId('token-ring')).toBeVisible();
  await page.getByRole('button', { name: 'Lock now' }).click();
  await expect(page.getByTestId('token-ring')).toHaveCount(0);
  await app.close();

  const again = await launch({ bus: keyring.bus, userDataDir });
  await untilRegistered(again.page);
  await expect(filter(again.page, 'Calls')).toBeChecked();
  await expect(again.page.getByTestId('token-ring')).toHaveCount(0);
  await expect(again.page.getByText('Nothing of this kind yet.')).toBeVisible();
  await dial(again.page, 'echo');
  await expect(again.page.locator('[data-testid="event-row"][data-kind="call-dialing"]')).toBeVisible();
  // What is looked for by hand stays.
  await filter(again.page, 'Tokens').click();
  await expect(again.page.getByTestId('event-row').first()).toBeVisible();
});

/** Each button that shows an icon alone, and whether its name comes as a tooltip to the mouse. */
async function untold(page: Page): Promise<string[]> {
  const found: string[] = [];
  const buttons = page.locator('button:has(svg)').filter({ visible: true });
  for (const button of await buttons.all()) {
    const { name, words } = await button.evaluate((each) => ({
      name: each.getAttribute('aria-label') ?? '',
      words: (each as HTMLElement).innerText + (each.querySelector('[data-label]')?.getAttribute('data-label') ?? ''),
    }));
    if (name === '' || words.trim() !== '' || (await button.isDisabled())) continue;
    await button.hover();
    const tip = page.getByRole('tooltip');
    const told = await tip
      .filter({ hasText: name })
      .waitFor({ timeout: 3_000 })
      .then(() => true)
      .catch(() => false);
    if (!told) found.push(name);
    await page.mouse.move(2, 300);
    await expect(tip).toHaveCount(0);
  }
  return found;
}

test('every button that is an icon alone says its name to the mouse and to the keyboard', async ({ launch }) => {
  test.setTimeout(180_000);
  const app = await launch();
  const { page } = app;
  await untilRegistered(page);
  await page.getByRole('textbox', { name: 'Name or number' }).fill('12');
  expect(await untold(page), 'idle').toEqual([]);
  await dial(page, 'tone');
  await expect(callCard(page, 'active')).toBeVisible();
  await dial(page, 'echo');
  await expect(callCard(page, 'held')).toBeVisible();
  expect(await untold(page), 'with a call on hold').toEqual([]);
  await resize(app, 360, 560);
  expect(await untold(page), 'narrow').toEqual([]);
  await resize(app, 1040, 700);
  await openSettings(app, 'Keys');
  expect(await untold(page), 'keys').toEqual([]);
  // By the keyboard.
  await page.getByRole('link', { name: 'Phone' }).click();
  await page.getByRole('button', { name: 'Sound devices' }).focus();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Sound devices' })).toBeFocused();
  await expect(page.getByRole('tooltip', { name: 'Sound devices' })).toBeVisible();
});

/** The entries of the menu that a right click there opens; the one that is named is chosen. */
async function rightClick(
  app: RunningApp,
  at: { readonly x: number; readonly y: number },
  chosen: string,
): Promise<readonly string[]> {
  await app.electron.evaluate(({ Menu }) => {
    const seen = globalThis as unknown as { shownMenu: Electron.Menu | null };
    seen.shownMenu = null;
    Menu.prototype.popup = function popup(this: Electron.Menu) {
      seen.shownMenu = this;
    };
  });
  await app.page.mouse.click(at.x, at.y, { button: 'right' });
  const shown = (): Promise<readonly string[] | null> =>
    app.electron.evaluate(
      () =>
        (globalThis as unknown as { shownMenu: Electron.Menu | null }).shownMenu?.items.map(({ label }) => label) ??
        null,
    );
  await expect.poll(shown).not.toBeNull();
  const entries = await shown();
  await app.electron.evaluate((_electron, label) => {
    const item = (globalThis as unknown as { shownMenu: Electron.Menu }).shownMenu.items.find(
      (each) => each.label === label,
    );
    (item?.click as (() => void) | undefined)?.();
  }, chosen);
  return entries ?? [];
}

const middleOf = async (at: Locator): Promise<{ readonly x: number; readonly y: number }> => {
  const box = await at.boundingBox();
  if (box === null) throw new Error('it is not on the screen');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
};

test('a right click copies, pastes and calls: the number field, and a number that was chosen', async ({ launch }) => {
  test.setTimeout(120_000);
  const app = await launch();
  const { page } = app;
  await untilRegistered(page);
  const field = page.getByRole('textbox', { name: 'Name or number' });
  await field.fill('echo');
  expect(await rightClick(app, await middleOf(field), 'Call this number')).toEqual([
    'Cut',
    'Copy',
    'Paste',
    'Call this number',
  ]);
  await expect(callCard(page, 'active')).toContainText('echo');
  await expect(field).toHaveValue('');
  await callCard(page, 'active')
    .getByRole('button', { name: /^(?:Hang up|End)/ })
    .click();
  await callCard(page, 'ended').getByRole('button', { name: 'Dismiss' }).click();

  // A number in a text of the screen.
  await dial(page, '5551001');
  await expect(callCard(page).first()).toBeVisible();
  const number = page.getByTestId('event-row').filter({ hasText: '5551001' }).first().locator('.event-detail');
  const chosen = await number.evaluate((element) => {
    const text = document.createTreeWalker(element, NodeFilter.SHOW_TEXT).nextNode();
    if (text === null) throw new Error('there is no text');
    const from = (text.textContent ?? '').indexOf('5551001');
    const range = document.createRange();
    range.setStart(text, from);
    range.setEnd(text, from + 7);
    getSelection()?.removeAllRanges();
    getSelection()?.addRange(range);
    const { left, top, width, height } = range.getBoundingClientRect();
    return { x: left + width / 2, y: top + height / 2 };
  });
  const rows = page.locator('[data-testid="event-row"][data-kind="call-dialing"]');
  const placed = await rows.count();
  expect(await rightClick(app, chosen, 'Call 5551001')).toEqual(['Copy', 'Call 5551001']);
  await expect(rows).toHaveCount(placed + 1);
  // It went the declared way.
  const reached = await app.ipcSeen();
  expect(JSON.stringify(reached)).toContain('calls.dialAsked');
});

test('keys are changed, refused in a sentence where they are taken, and switched off', async ({
  launch,
  userDataDir,
}) => {
  test.setTimeout(120_000);
  const app = await launch({ userDataDir });
  const { page } = app;
  await untilRegistered(page);
  await dial(page, 'echo');
  await expect(callCard(page, 'active')).toBeVisible();
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('tab', { name: 'Keyboard' }).click();
  const item = page.locator('[data-shortcut="mute"]');
  const bar = page.locator('.call-bar');
  const muted = bar.getByRole('button', { name: /^(?:Unmute|Muted)/ });
  await item.getByRole('button', { name: 'Change: Mute or unmute' }).click();
  // While a key is chosen none means a call: this one would end it.
  await page.keyboard.press('Control+Shift+E');
  await expect(item.getByRole('alert')).toContainText('Ctrl+Shift+E is taken by "End the call".');
  await expect(bar).toBeVisible();
  await page.keyboard.press('g');
  await expect(item.getByRole('alert')).toContainText('alone would act while you type');
  await page.keyboard.press('F8');
  await expect(item.getByRole('alert')).toHaveCount(0);
  await expect(item).toContainText('F8');
  await expect.poll(async () => (await ask(page, 'settings.get')).shortcuts).toEqual({ mute: 'F8' });
  await page.keyboard.press('Control+Shift+M');
  await expect(muted).toHaveCount(0);
  await page.keyboard.press('F8');
  await expect(muted).toBeVisible();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard' })).toContainText('F8');
  await page.keyboard.press('Escape');

  await page.getByText('Keys for calls', { exact: true }).click();
  await expect.poll(async () => (await ask(page, 'settings.get')).shortcutsOn).toBe(false);
  await page.keyboard.press('F8');
  await page.keyboard.press('Control+Shift+E');
  await page.getByRole('link', { name: 'Phone' }).click();
  await callCard(page, 'active').focus();
  await page.keyboard.press('h');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(callCard(page, 'active')).toBeVisible();

  await app.close();
  const again = await launch({ userDataDir });
  await untilRegistered(again.page);
  expect(await ask(again.page, 'settings.get')).toMatchObject({ shortcutsOn: false, shortcuts: { mute: 'F8' } });
  await again.page.getByRole('link', { name: 'Settings' }).click();
  await again.page.getByRole('tab', { name: 'Keyboard' }).click();
  await again.page.getByText('Keys for calls', { exact: true }).click();
  await again.page.getByRole('button', { name: 'Put all back' }).click();
  await expect.poll(() => ask(again.page, 'settings.get')).toMatchObject({ shortcutsOn: true, shortcuts: {} });
});
