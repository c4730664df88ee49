/** What an agent prefers: each choice is made by a click, changes nothing else, and is there at the next start. */
import type { Page } from '@playwright/test';
import { expect, test } from '../support/app/app';
import { ask, untilRegistered } from '../support/app/phone-driver';

/** Chooses the last entry, which is no default; its value is what was chosen. */
async function chooseLast(page: Page, label: string): Promise<string> {
  await page.getByRole('button', { name: label }).click();
  const option = page.getByRole('option').last();
  const chosen = (await option.textContent()) ?? '';
  await option.click();
  await expect(page.getByRole('option')).toHaveCount(0);
  await expect(page.getByRole('button', { name: label })).toContainText(chosen);
  return chosen;
}

test('each preference keeps the others as they were chosen, in the window and after a restart', async ({
  launch,
  userDataDir,
}) => {
  const app = await launch({ userDataDir });
  const { page } = app;
  await untilRegistered(page);
  // As the guide says when it was skipped.
  await ask(page, 'settings.set', { guideDone: true });
  await page.getByRole('button', { name: 'Do not disturb' }).click();
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('tab', { name: 'Appearance' }).click();
  await page.getByText('Dark', { exact: true }).click();
  for (const device of ['Microphone', 'Speaker', 'Ringer']) expect(await chooseLast(page, device)).not.toBe('');
  const chosen = await ask(page, 'settings.get');
  expect(chosen).toEqual({
    theme: 'dark',
    doNotDisturb: true,
    microphoneId: expect.stringMatching(/./) as unknown,
    speakerId: expect.stringMatching(/./) as unknown,
    ringerId: expect.stringMatching(/./) as unknown,
    guideDone: true,
    zoom: 100,
    shortcutsOn: true,
    shortcuts: {},
  });
  await expect(page.getByRole('button', { name: 'Do not disturb' })).toHaveAttribute('aria-pressed', 'true');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');

  // The other way round: what is chosen last keeps what was chosen first.
  await page.getByRole('button', { name: 'Do not disturb' }).click();
  await expect.poll(() => ask(page, 'settings.get')).toEqual({ ...chosen, doNotDisturb: false });

  await app.close();
  const again = await launch({ userDataDir });
  await untilRegistered(again.page);
  expect(await ask(again.page, 'settings.get')).toEqual({ ...chosen, doNotDisturb: false });
  await expect(again.page.locator('html')).toHaveAttribute('data-theme', 'dark');
});
