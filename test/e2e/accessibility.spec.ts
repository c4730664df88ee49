import type { Page } from '@playwright/test';
import { expect, test } from '../support/app/app';
import { BUTTON } from '../support/app/call-buttons';
import { ask, callCard, dial, press, untilRegistered } from '../support/app/phone-driver';
import { violations } from '../support/app/unlock-window';

for (const theme of ['light', 'dark'] as const) {
  test(`no violation on any screen, ${theme}`, async ({ launch }) => {
    // A dozen screens are searched, each for seconds where others work beside it: the limit is for what hangs.
    test.setTimeout(240_000);
    const { page } = await launch();
    await untilRegistered(page);
    await ask(page, 'settings.set', { theme });
    // Motion would be measured half-way.
    await page.emulateMedia({ reducedMotion: 'reduce' });
    expect.soft(await violations(page), 'phone, idle').toEqual([]);

    await dial(page, 'echo');
    await expect(callCard(page, 'active')).toBeVisible();
    expect.soft(await violations(page), 'in a call').toEqual([]);
    await press(page, 'mute');
    await press(page, 'keypad');
    expect.soft(await violations(page), 'muted, keypad open').toEqual([]);
    await press(page, 'hold');
    await expect(callCard(page, 'held')).toBeVisible();
    expect.soft(await violations(page), 'on hold').toEqual([]);
    await press(page, 'end');
    await expect(callCard(page, 'ended')).toBeVisible();
    expect.soft(await violations(page), 'ended').toEqual([]);

    await dial(page, 'call-me');
    await expect(page.getByRole('article', { name: /^Incoming call from/ })).toBeVisible({ timeout: 15_000 });
    expect.soft(await violations(page), 'incoming').toEqual([]);
    const smallWindow = (): Page | undefined =>
      page
        .context()
        .pages()
        .find((each) => each.url().includes('incoming.html'));
    await expect.poll(() => smallWindow() !== undefined).toBe(true);
    const small = smallWindow() ?? page;
    await expect(small.getByRole('button', { name: BUTTON.answer })).toBeVisible();
    expect.soft(await violations(small), 'the small window').toEqual([]);
    await press(page, 'decline');

    await page.getByRole('link', { name: 'Settings' }).click();
    // The settings are loaded when they are opened for the first time.
    await expect(page.getByRole('tab', { name: 'Keys' })).toBeVisible();
    for (const tab of await page.getByRole('tab').all()) {
      await tab.click();
      await expect(tab).toHaveAttribute('aria-selected', 'true');
      expect.soft(await violations(page), `settings, ${(await tab.textContent()) ?? ''}`).toEqual([]);
    }
  });
}

test('a call with the keyboard alone, and what a screen reader hears', async ({ launch }) => {
  const { page } = await launch();
  await untilRegistered(page);
  const status = page.getByRole('status').filter({ hasNot: page.getByRole('button') });
  const field = page.getByRole('textbox', { name: 'Name or number' });
  const tabTo = async (target: ReturnType<Page['getByRole']>): Promise<void> => {
    for (let steps = 0; steps < 40; steps++) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await page.keyboard.press('Tab');
    }
    await expect(target).toBeFocused();
  };

  await tabTo(field);
  await page.keyboard.type('echo');
  await page.keyboard.press('Enter');
  await expect(callCard(page, 'active')).toBeVisible();
  await expect(status.filter({ hasText: 'Connected to echo' })).toHaveCount(1);

  await page.keyboard.press('m');
  await expect(page.getByRole('button', { name: BUTTON.unmute })).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.press('m');
  await expect(page.getByRole('button', { name: BUTTON.mute })).toHaveAttribute('aria-pressed', 'false');
  await page.keyboard.press('h');
  await expect(callCard(page, 'held')).toBeVisible();
  await expect(status.filter({ hasText: 'echo is on hold' })).toHaveCount(1);
  await page.keyboard.press('h');
  await expect(callCard(page, 'active')).toBeVisible();
  await expect(status.filter({ hasText: 'resumed' })).toHaveCount(1);
  await page.keyboard.press('k');
  await expect(page.getByRole('group', { name: 'Keypad' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('group', { name: 'Keypad' })).toHaveCount(0);

  await tabTo(callCard(page).getByRole('button', { name: BUTTON.end }));
  await page.keyboard.press('Enter');
  await expect(callCard(page, 'ended')).toBeVisible();
  await expect(status.filter({ hasText: 'You ended the call.' })).toHaveCount(1);

  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toContainText('Mute or unmute');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('Enter answers and Escape declines an incoming call', async ({ launch }) => {
  const { page } = await launch();
  await untilRegistered(page);
  const incoming = page.getByRole('article', { name: /^Incoming call from/ });
  for (const [key, phase, words] of [
    ['Enter', 'active', ''],
    ['Escape', 'ended', 'You declined the call.'],
  ] as const) {
    await dial(page, 'call-me');
    await expect(incoming).toBeVisible({ timeout: 15_000 });
    // In its first moment a card takes no key: somebody may be typing.
    await expect(incoming.getByRole('button', { name: BUTTON.answer })).toBeEnabled();
    await expect(page.getByRole('alert').filter({ hasText: 'Incoming call from' })).toHaveCount(1);
    await page
      .getByRole('heading', { name: 'Phone', level: 1 })
      .evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.keyboard.press(key);
    await expect(callCard(page, phase).filter({ hasText: words }).first()).toBeVisible();
    if (phase === 'active') await press(page, 'end');
    await expect(callCard(page, 'ended').first()).toBeVisible();
    await expect(callCard(page)).toHaveCount(0, { timeout: 15_000 });
  }
});
