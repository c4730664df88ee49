/** Calls on the screens that are not the phone's: seen, heard of, and in reach. */
import { expect, test } from '../support/app/app';
import { BUTTON } from '../support/app/call-buttons';
import { ask, callCard, dial, resize, untilRegistered } from '../support/app/phone-driver';
import { violations } from '../support/app/unlock-window';

test('a call is muted, held and ended from the settings, and from the narrow live view', async ({
  launch,
}, testInfo) => {
  test.setTimeout(120_000);
  const app = await launch();
  const { page } = app;
  await untilRegistered(page);
  const bar = page.getByRole('region', { name: 'Calls' }).and(page.locator('.call-bar'));
  await expect(bar).toHaveCount(0);
  await dial(page, 'echo');
  await expect(callCard(page, 'active')).toBeVisible();
  await expect(bar, 'where the phone is on the screen').toHaveCount(0);

  await page.getByRole('link', { name: 'Settings' }).click();
  await expect(bar).toContainText('echo');
  await expect(bar.getByRole('timer')).toHaveText(/^00:\d\d$/);
  await bar.getByRole('button', { name: BUTTON.mute }).click();
  await expect(bar.getByRole('button', { name: BUTTON.unmute })).toHaveAttribute('aria-pressed', 'true');
  await bar.getByRole('button', { name: BUTTON.hold }).click();
  await expect(bar).toContainText('On hold');
  await bar.getByRole('button', { name: BUTTON.resume }).click();
  await expect(bar.getByRole('button', { name: BUTTON.hold })).toBeEnabled();
  await page.emulateMedia({ reducedMotion: 'reduce' });
  for (const theme of ['light', 'dark'] as const) {
    await ask(page, 'settings.set', { theme });
    for (const width of [1040, 360]) {
      await resize(app, width, 560);
      await page.screenshot({ path: testInfo.outputPath(`call-bar-${width}-${theme}.png`) });
      expect.soft(await violations(page), `${width} px, ${theme}`).toEqual([]);
      expect
        .soft(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out')
        .toBe(true);
      const end = await bar.getByRole('button', { name: BUTTON.end }).boundingBox();
      expect.soft((end?.x ?? 0) + (end?.width ?? 9_999), 'End is in the window').toBeLessThanOrEqual(width);
    }
  }
  await page.getByRole('link', { name: 'Live' }).click();
  await expect(bar).toBeVisible();
  await expect(callCard(page, 'active')).toBeHidden();
  await bar.getByRole('button', { name: 'echo, show the call' }).click();
  await expect(callCard(page, 'active')).toBeVisible();
  await page.getByRole('link', { name: 'Live' }).click();
  await resize(app, 1040, 700);
  await expect(bar, 'where both are on the screen').toBeHidden();
  await resize(app, 360, 560);
  await bar.getByRole('button', { name: BUTTON.end }).click();
  await expect(bar).toHaveCount(0);
});

test('a call that comes while the settings are open is answered there, or declined', async ({ launch }) => {
  const { page } = await launch();
  await untilRegistered(page);
  const bar = page.locator('.call-bar');
  for (const [button, title] of [
    ['Decline', null],
    ['Answer', 'Hold'],
  ] as const) {
    await page.getByRole('link', { name: 'Phone' }).click();
    await dial(page, 'call-me');
    await expect(callCard(page, 'ended').first()).toBeVisible();
    await page.getByRole('link', { name: 'Settings' }).click();
    await expect(bar).toContainText('Incoming call', { timeout: 15_000 });
    await bar.getByRole('button', { name: button }).click();
    if (title === null) await expect(bar).toHaveCount(0);
    else await expect(bar.getByRole('button', { name: title })).toBeEnabled();
  }
});
