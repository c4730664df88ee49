/** The admin's screens in clumsy hands: keys and their rotation, forms that are left, notices that must not be in the way. */
import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../support/app/app';
import { ask, callCard, copyElsewhere, dial, lineTo, resize, untilRegistered } from '../support/app/phone-driver';
import { openSettings, violations } from '../support/app/unlock-window';

const SIZES = [
  [1040, 700],
  [760, 700],
  [360, 560],
] as const;
const newKey = (): string => randomBytes(32).toString('base64url');
const rowOf = (page: Page, name: string): Locator =>
  page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) });

test('a line without a key says where to add it, is used by one press then, and tells of its rotation until it is done', async ({
  launch,
  gateway,
  keyring,
}, testInfo) => {
  test.setTimeout(120_000);
  const app = await launch({ bus: keyring.bus });
  const { page } = app;
  await untilRegistered(page);
  const line = lineTo(gateway.url, '1001', { policy: { tokenLifeS: 60, purposes: ['sip'] } });
  await ask(page, 'profiles.save', line);
  await openSettings(app, 'Keys');
  await expect(rowOf(page, 'Practice line').getByRole('button', { name: /^Add key/ })).toHaveCount(0);
  const row = rowOf(page, line.name);
  await copyElsewhere(app, gateway.key);
  await row.getByRole('button', { name: `Add key... for ${line.name}` }).click();
  await page.getByRole('menuitem', { name: 'Paste from clipboard' }).click();
  // One box for one fact, and the focus is in the row.
  const first = page.getByTestId('first-key');
  await expect(first).toContainText('is now the active key');
  await expect(page.getByRole('region', { name: 'Notices' })).toHaveCount(0);
  await expect(row.getByRole('button', { name: `Test: ${line.name}` })).toBeFocused();
  await page.screenshot({ path: testInfo.outputPath('first-key.png') });
  await first.getByRole('button', { name: 'Use this line' }).click();
  await expect(first).toHaveCount(0);
  await expect(page.getByTestId('registration')).toContainText('as 1001');
  await untilRegistered(page);

  // What a test told is gone with the key that it was of.
  await row.getByRole('button', { name: `Test: ${line.name}` }).click();
  const told = page.getByRole('region', { name: `Test of ${line.name}` });
  await expect(told.getByRole('status')).toContainText('works', { timeout: 20_000 });
  const next = newKey();
  await copyElsewhere(app, next);
  await ask(page, 'keys.pasteFromClipboard', { profileId: line.id, slot: 'next' });
  await expect(row.getByRole('timer')).toContainText('promote in');
  await expect(told, 'a next key changes nothing of it').toBeVisible();
  await ask(page, 'keys.promote', { profileId: line.id });
  await expect(told).toHaveCount(0);

  // The old key has a place of its own, and is no next key.
  const old = page.getByRole('row').filter({ hasText: 'Old key' });
  await expect(row.getByRole('cell').nth(2)).toHaveText('none');
  await expect(old).toContainText('can be brought back until the gateway has accepted the new one');
  await page.screenshot({ path: testInfo.outputPath('old-key.png') });
  expect.soft(await violations(page)).toEqual([]);
  await old.getByRole('button', { name: /^I have removed it/ }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'It is removed' }).click();
  await expect(old).toHaveCount(0);
});

test('a rotation that is ready is told on every screen, to those who may go on with it', async ({
  launch,
  gateway,
  keyring,
  userDataDir,
}) => {
  test.setTimeout(120_000);
  const app = await launch({ bus: keyring.bus, userDataDir });
  const { page } = app;
  await untilRegistered(page);
  const line = lineTo(gateway.url, '1001', { policy: { tokenLifeS: 30, purposes: ['sip'] } });
  await ask(page, 'profiles.save', line);
  for (const slot of ['active', 'next'] as const) {
    await copyElsewhere(app, newKey());
    await ask(page, 'keys.pasteFromClipboard', { profileId: line.id, slot });
  }
  const settings = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /^Settings/ });
  await expect(settings).toHaveAccessibleName('Settings');
  // One token life later it is told by itself.
  await expect(settings).toHaveAccessibleName(`Settings. The next key of ${line.name} can be promoted now.`, {
    timeout: 45_000,
  });
  await settings.click();
  const reminder = page.getByRole('status').filter({ hasText: 'can be promoted now' });
  await reminder.getByRole('button', { name: 'Open keys' }).click();
  await expect(page.getByRole('tab', { name: /^Keys/ })).toHaveAttribute('aria-selected', 'true');
  await expect(reminder).toHaveCount(0);
  await ask(page, 'keys.remove', { profileId: line.id, slot: 'next' });
  await expect(settings).toHaveAccessibleName('Settings');
});

test('a form asks before it is thrown away, marks what it needs, starts as no production line and with its rules folded', async ({
  launch,
}, testInfo) => {
  test.setTimeout(120_000);
  const app = await launch();
  const { page } = app;
  await untilRegistered(page);
  await openSettings(app, 'Profiles');
  await page.getByRole('button', { name: 'Add profile' }).click();
  const name = page.getByRole('textbox', { name: 'Name', exact: true });
  await expect(name).toBeFocused();
  await expect(page.getByRole('button', { name: 'Environment' })).toContainText('Development');
  for (const [label, required] of [
    ['Name', true],
    ['Identity', true],
    ['Gateway URL', true],
    ['Audience', true],
    ['Display name', false],
  ] as const) {
    const field = page.getByRole('textbox', { name: label, exact: true });
    if (required) await expect(field, label).toHaveAttribute('aria-required', 'true');
    else await expect(field, label).not.toHaveAttribute('aria-required', 'true');
  }
  await expect(page.getByText('(required)')).toHaveCount(4);
  const rules = page.getByRole('button', { name: 'Rules' });
  await expect(rules).toHaveAttribute('aria-expanded', 'false');
  await expect(page.getByRole('textbox', { name: 'Token life in seconds' })).toHaveCount(0);
  await page.screenshot({ path: testInfo.outputPath('form-empty.png') });

  // Nothing was typed: nothing is asked.
  await page.getByRole('button', { name: 'Cancel' }).click();
  const add = page.getByRole('button', { name: 'Add profile' });
  await expect(add).toBeFocused();
  await add.click();
  await name.fill('Night line');
  await page.getByRole('button', { name: 'Cancel' }).click();
  const question = page.getByRole('alertdialog', { name: 'Discard what you typed?' });
  await question.getByRole('button', { name: 'Go on editing' }).click();
  await expect(name).toHaveValue('Night line');
  // Typed back to how it was: nothing would be lost.
  await name.fill('');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(question).toHaveCount(0);
  await add.click();
  await name.fill('Night line');
  // Signing out loads the window anew, and takes the form with it.
  await page.getByRole('button', { name: /^Line: / }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Go back' }).click();
  await expect(name).toHaveValue('Night line');
  await expect(page.getByRole('alertdialog')).toHaveCount(0);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await question.getByRole('button', { name: 'Discard' }).click();
  await expect(add).toBeFocused();

  // A rule that does not fit opens its section.
  await add.click();
  await rules.click();
  await page.getByRole('textbox', { name: 'Token life in seconds' }).fill('1');
  await expect(rules).toHaveAttribute('aria-expanded', 'true');

  // The focus goes with what was done: to the key that the new line needs, and up when a row is removed.
  await page.getByRole('textbox', { name: 'Token life in seconds' }).fill('120');
  await name.fill('Night line');
  await page.getByRole('textbox', { name: 'Identity' }).fill('1001@pbx.example.com');
  await page.getByRole('textbox', { name: 'Gateway URL' }).fill('wss://pbx.example.com/ws');
  await page.getByRole('textbox', { name: 'Audience' }).fill('pbx.example.com');
  await page.getByRole('button', { name: 'Add profile' }).click();
  await expect(page.getByRole('button', { name: 'Add key... for Night line' })).toBeFocused();
  await page.getByRole('tab', { name: 'Profiles' }).click();
  await page.getByRole('button', { name: 'Remove Night line' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Remove Night line' })).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'Profiles' })).toBeFocused();
});

/** What lies under the notices, of all that can be pressed. What is scrolled out of its place lies under nothing. */
const covered = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const found: string[] = [];
    const region = document.querySelector('.notices');
    if (region === null) return ['there is no notice'];
    for (const button of document.querySelectorAll<HTMLElement>(
      '#root button, #root a, #root input, #root [role="tab"]',
    )) {
      if (!button.checkVisibility({ checkVisibilityCSS: true })) continue;
      const box = button.getBoundingClientRect();
      const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
      let isSeen = true;
      for (let around = button.parentElement; around !== null; around = around.parentElement) {
        const { left, right, top, bottom } = around.getBoundingClientRect();
        if (getComputedStyle(around).overflowY !== 'visible' && (x < left || x > right || y < top || y > bottom))
          isSeen = false;
      }
      const at = document.elementFromPoint(x, y);
      if (isSeen && at !== null && region.contains(at))
        found.push(button.getAttribute('aria-label') ?? button.textContent);
    }
    return found;
  });

test('notices cover no button at any width, have a title, and move nothing that is pressed', async ({
  launch,
  userDataDir,
}, testInfo) => {
  test.setTimeout(180_000);
  const app = await launch({ userDataDir });
  const { page } = app;
  await untilRegistered(page);
  await ask(page, 'settings.set', { guideDone: true });
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await dial(page, 'echo');
  await expect(callCard(page, 'active')).toBeVisible();
  await callCard(page, 'active')
    .getByRole('button', { name: /^(?:Hang up|End)/ })
    .click();
  await expect(callCard(page, 'ended')).toBeVisible();
  const five = page.getByRole('group', { name: 'Dial pad' }).getByRole('button', { name: '5', exact: true });
  const places: Awaited<ReturnType<Locator['boundingBox']>>[] = [];
  for (const [width, height] of SIZES) {
    await resize(app, width, height);
    places.push(await five.boundingBox());
  }
  await resize(app, 1040, 700);
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  await expect(page.getByRole('alertdialog', { name: /^Copied \d+ events?\.$/ })).toBeVisible();

  // A failure stays until it is closed: the preferences can't be written.
  await rm(join(userDataDir, 'settings.json'), { force: true });
  await mkdir(join(userDataDir, 'settings.json', 'in-the-way'), { recursive: true });
  await page.getByRole('button', { name: 'Do not disturb' }).click();
  const failure = page.getByRole('alertdialog', { name: 'That did not work' });
  await expect(failure).toBeVisible();
  await expect(page.locator('.notice')).toHaveCount(1, { timeout: 15_000 });
  for (const [index, [width, height]] of SIZES.entries()) {
    await resize(app, width, height);
    for (const [place, go] of [
      ['phone', () => page.getByRole('link', { name: 'Phone' }).click()],
      ['live', () => (width < 920 ? page.getByRole('link', { name: 'Live' }).click() : Promise.resolve())],
      ['settings', () => page.getByRole('link', { name: /^Settings/ }).click()],
    ] as const) {
      await go();
      if (place === 'phone')
        expect.soft(await five.boundingBox(), `the keypad stays, ${width} px`).toEqual(places[index]);
      await expect(failure).toBeInViewport({ ratio: 1 });
      expect.soft(await covered(page), `${place}, ${width} px`).toEqual([]);
      expect.soft(await violations(page), `${place}, ${width} px`).toEqual([]);
      await page.screenshot({ path: testInfo.outputPath(`notice-${place}-${width}.png`) });
    }
  }
  await failure.getByRole('button', { name: 'Close' }).click();
  await expect(failure).toHaveCount(0);
});

test('a failure is seen where somebody is, in one box, and Try again dials again', async ({
  launch,
  gateway,
  keyring,
}) => {
  test.setTimeout(120_000);
  const app = await launch({ bus: keyring.bus });
  const { page } = app;
  await untilRegistered(page);
  // So many lines that the last row is far below the head of its panel.
  for (let count = 1; count <= 9; count++) await ask(page, 'profiles.save', lineTo(gateway.url, `100${count}`));
  await openSettings(app, 'Keys');
  const last = page.getByRole('button', { name: 'Add key... for Line 1009' });
  await last.scrollIntoViewIfNeeded();
  await copyElsewhere(app, '');
  await last.click();
  await page.getByRole('menuitem', { name: 'Paste from clipboard' }).click();
  const failure = page.getByRole('alert').filter({ hasText: 'clipboard' });
  await expect(failure).toBeInViewport({ ratio: 1 });
  await failure.getByRole('button', { name: 'Dismiss' }).click();
  await expect(page.getByRole('heading', { name: 'Keys', exact: true })).toBeFocused();

  // The line is away: that is told once, and Try again means the call.
  await copyElsewhere(app, gateway.key);
  await ask(page, 'keys.pasteFromClipboard', { profileId: 'line-1001', slot: 'active' });
  await ask(page, 'profiles.select', { profileId: 'line-1001' });
  await expect(page.getByTestId('registration')).toContainText('as 1001');
  await page.getByRole('link', { name: 'Phone' }).click();
  await gateway.close();
  await expect(page.getByTestId('registration')).toHaveAttribute('data-phase', 'waiting');
  await expect.poll(() => page.locator('.phone .failure-notice').count()).toBe(1);
  await dial(page, 'echo');
  const box = page.locator('.phone .failure-notice');
  await expect(box.and(page.getByRole('alert'))).toBeVisible();
  await expect(box).toHaveCount(1);
  await ask(page, 'profiles.select', { profileId: 'practice' });
  await untilRegistered(page);
  await box.getByRole('button', { name: 'Try again' }).click();
  await expect(callCard(page, 'active')).toContainText('echo');
  await expect(box).toHaveCount(0);
});
