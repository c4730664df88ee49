import type { Page } from '@playwright/test';
import { expect, test } from '../support/app/app';
import { BUTTON } from '../support/app/call-buttons';
import { ask, callCard, dial, press, resize, untilRegistered } from '../support/app/phone-driver';

const SIZES = [
  [1040, 700],
  [760, 700],
  [360, 560],
] as const;

/** What sticks out of the window to the side, or hides a part of a button that ends or declines a call. */
async function flaws(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const found: string[] = [];
    const root = document.documentElement;
    if (root.scrollWidth > innerWidth)
      found.push(`the page is ${root.scrollWidth} px wide in a window of ${innerWidth}`);
    const name = (element: Element): string =>
      `${element.tagName.toLowerCase()}.${String(element.getAttribute('class'))}`;
    for (const element of document.querySelectorAll(
      'button, a, input, h1, h2, p, article, nav, main, aside, [role="img"]',
    )) {
      const { left, right, width, height } = element.getBoundingClientRect();
      if (width <= 1 || height <= 1 || !element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }))
        continue;
      // What is scrolled inside a box of its own is no overflow of the window.
      if (element.closest('[data-allow-scroll], .visually-hidden') !== null) continue;
      if (right > innerWidth + 1 || left < -1)
        found.push(`${name(element)} spans ${left.toFixed(0)} to ${right.toFixed(0)}`);
    }
    for (const button of document.querySelectorAll('button[aria-label="End, hang up"], button.decline')) {
      const box = button.getBoundingClientRect();
      for (const x of [0.1, 0.5, 0.9]) {
        for (const y of [0.15, 0.5, 0.85]) {
          const top = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
          if (top === null || !(button.contains(top) || top.contains(button)))
            found.push(`${top === null ? 'the edge of the window' : name(top)} covers ${name(button)}`);
        }
      }
    }
    return found;
  });
}

for (const theme of ['light', 'dark'] as const) {
  test(`nothing sticks out or is covered at any size, ${theme}`, async ({ launch }, testInfo) => {
    const app = await launch();
    const { page } = app;
    await untilRegistered(page);
    await ask(page, 'settings.set', { theme });
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const look = async (state: string): Promise<void> => {
      for (const [width, height] of SIZES) {
        await resize(app, width, height);
        const name = `${state}-${width}-${theme}`;
        await testInfo.attach(name, {
          body: await page.screenshot({ path: testInfo.outputPath(`${name}.png`) }),
          contentType: 'image/png',
        });
        expect.soft(await flaws(page), name).toEqual([]);
      }
      await resize(app, 1040, 700);
    };
    await look('idle');
    await dial(page, 'echo');
    await expect(callCard(page, 'active')).toBeVisible();
    const heights = new Set([await callCard(page).evaluate((card) => card.getBoundingClientRect().height)]);
    await look('active');
    await press(page, 'mute');
    await press(page, 'hold');
    await expect(callCard(page, 'held')).toBeVisible();
    heights.add(await callCard(page).evaluate((card) => card.getBoundingClientRect().height));
    await look('held');
    await press(page, 'resume');
    await expect(callCard(page, 'active')).toBeVisible();
    await press(page, 'keypad');
    await look('keypad');
    await page.keyboard.press('Escape');
    await dial(page, 'tone');
    await expect(callCard(page, 'held')).toBeVisible();
    await expect(callCard(page, 'active')).toBeVisible();
    await look('two-calls');
    for (const phase of ['active', 'held'] as const)
      await callCard(page, phase).getByRole('button', { name: BUTTON.end }).click();
    await expect(callCard(page, 'ended').first()).toBeVisible();
    heights.add(
      await callCard(page, 'ended')
        .first()
        .evaluate((card) => (card.classList.contains('call-card') ? card.getBoundingClientRect().height : 0)),
    );
    heights.delete(0);
    // A card never changes its height while the agent aims at a button.
    expect.soft([...heights], 'heights of the large card').toHaveLength(1);
    await dial(page, 'call-me');
    await expect(page.getByRole('article', { name: /^Incoming call from/ })).toBeVisible({ timeout: 15_000 });
    await look('incoming');
    await press(page, 'decline');
    await page.getByRole('link', { name: 'Settings' }).click();
    // The settings are loaded when they are opened for the first time.
    await expect(page.getByRole('tab', { name: 'Keys' })).toBeVisible();
    for (const tab of await page.getByRole('tab').all()) {
      await tab.click();
      await look(`settings-${((await tab.textContent()) ?? '').trim().toLowerCase()}`);
    }
  });
}
