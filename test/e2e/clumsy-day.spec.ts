/**
 * One day of somebody with clumsy hands, in one run of the app: double clicks, keys into the wrong window, forms that are left half filled, a zoom by
 * accident, and more calls than hands. At its end nobody was called, answered, muted or lost who should not have been.
 */
import type { Locator } from '@playwright/test';
import { expect, test } from '../support/app/app';
import { BUTTON } from '../support/app/call-buttons';
import { ask, callCard, dial, resize, untilRegistered } from '../support/app/phone-driver';
import { openSettings } from '../support/app/unlock-window';

test('a clumsy day', async ({ launch }, testInfo) => {
  test.setTimeout(240_000);
  const app = await launch();
  const { page } = app;
  const shot = (name: string) => page.screenshot({ path: testInfo.outputPath(`${name}.png`) });
  /** How many calls went out so far. */
  const placed = (): Promise<number> =>
    page.evaluate(() => performance.getEntriesByName('ringfence:invite-sent').length);
  const ringing = page.getByRole('article', { name: /^Incoming call from/ });
  const bar = page.getByRole('region', { name: 'Calls' });
  const toPhone = () => page.getByRole('link', { name: /^Phone/ }).click();
  const twice = async (button: Locator): Promise<void> => {
    await expect(button).toBeEnabled();
    const box = await button.boundingBox();
    if (box === null) throw new Error('there is no such button');
    for (const count of [1, 2])
      await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2, { clickCount: count });
  };
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await untilRegistered(page);
  await ask(page, 'settings.set', { guideDone: true });

  await test.step('morning: a double click on Call places one call', async () => {
    await page.getByRole('textbox', { name: 'Name or number' }).fill('echo');
    await twice(page.getByRole('button', { name: 'Call', exact: true }));
    await expect(callCard(page, 'active')).toHaveCount(1);
    expect(await placed()).toBe(1);
  });

  await test.step('a note about the caller is typed into this window', async () => {
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.keyboard.type('mrs kamau hangs up, has a hold key');
    await expect(callCard(page, 'active').getByRole('button', { name: BUTTON.mute })).toBeVisible();
    await expect(callCard(page)).toHaveCount(1);
    await expect(page.getByRole('textbox', { name: 'Name or number' })).toHaveValue('');
  });

  await test.step('a profile is begun during the call, and somebody wanders off to the phone', async () => {
    await openSettings(app, 'Profiles');
    await page.getByRole('button', { name: 'Add profile' }).click();
    const name = page.getByRole('textbox', { name: 'Name', exact: true });
    await name.fill('Night line');
    await page.keyboard.press('Enter');
    await name.press('Escape');
    await expect(bar).toContainText('echo');
    await toPhone();
    await expect(callCard(page, 'active')).toBeVisible();
    await openSettings(app, 'Profiles');
    await expect(name).toHaveValue('Night line');
  });

  await test.step('Ctrl and + is leant on: the call is in reach at every size', async () => {
    for (const zoom of [150, 200]) {
      await ask(page, 'settings.set', { zoom });
      const mute = bar.getByRole('button', { name: BUTTON.mute });
      await expect(mute).toBeInViewport({ ratio: 1 });
      await expect(bar.getByRole('button', { name: BUTTON.end })).toBeInViewport({ ratio: 1 });
    }
    await shot('zoomed-form');
    await ask(page, 'settings.set', { zoom: 100 });
  });

  await test.step('the call is ended by a double click on the bar: the form stays, and nobody is called', async () => {
    await twice(bar.getByRole('button', { name: BUTTON.end }));
    await expect(bar).toHaveCount(0);
    await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('Night line');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Discard' }).click();
    await toPhone();
    expect(await placed()).toBe(1);
  });

  await test.step('noon: one call up, one on hold, one rings, in the smallest window', async () => {
    await resize(app, 360, 560);
    await dial(page, 'call-me');
    await dial(page, 'echo');
    await expect(callCard(page, 'active')).toContainText('echo');
    await dial(page, 'tone');
    await expect(callCard(page, 'active')).toContainText('tone');
    await expect(callCard(page, 'held')).toContainText('echo');
    await expect(ringing).toBeVisible({ timeout: 20_000 });
    await shot('three-calls');
    // The caller is declined twice in a row; the conversation behind the card goes on.
    await twice(ringing.getByRole('button', { name: BUTTON.decline }));
    await expect(ringing).toHaveCount(0);
    await expect(callCard(page, 'active')).toContainText('tone');
    await expect(callCard(page, 'held')).toContainText('echo');
  });

  await test.step('the wrong call is held and taken back by double clicks', async () => {
    await twice(callCard(page, 'held').getByRole('button', { name: BUTTON.resume }));
    await expect(callCard(page, 'active')).toContainText('echo');
    await expect(callCard(page, 'held')).toContainText('tone');
    await twice(callCard(page, 'active').getByRole('button', { name: BUTTON.end }));
    await expect(callCard(page, 'active')).toHaveCount(0);
    await expect(callCard(page, 'held')).toContainText('tone');
    await callCard(page, 'held').getByRole('button', { name: BUTTON.resume }).click();
    await twice(callCard(page, 'active').getByRole('button', { name: BUTTON.end }));
    await expect(callCard(page).and(page.locator(':not([data-phase="ended"])'))).toHaveCount(0);
    await resize(app, 1040, 700);
  });

  await test.step('evening: what was placed is what was meant', async () => {
    expect(await placed()).toBe(4);
    await expect(page.getByTestId('registration')).toHaveAttribute('data-phase', 'registered');
    await shot('evening');
  });
});
