/** Every state of the window, looked at in every way: see test/support/ui-preview/inspection.ts. */
import { complaintsOf, inspect, openScene } from '../support/ui-preview/inspection';
import { expect, test } from '../support/ui-preview/one-page';
import { SCENES } from '../support/ui-preview/scenes';
import { TOASTS } from '../support/ui-preview/toasts';

const problem = process.env['RINGFENCE_UI_PROBLEM'] ?? '';
test.skip(problem !== '', problem);

for (const scene of Object.keys(SCENES))
  test(`scene ${scene}`, async ({ page }) => {
    const complaints = complaintsOf(page);
    await openScene(page, scene);
    if (SCENES[scene]?.view.screen === 'settings') await expect(page.getByRole('tabpanel')).toBeVisible();
    await inspect(page);
    expect(complaints).toEqual([]);
  });

const ALL = Object.keys(TOASTS);
const SAID: readonly (readonly [screen: string, toasts: readonly string[]])[] = [
  ...ALL.map((name) => ['idle', [name]] as const),
  ...['active', 'live', 'keys', 'profiles', 'audit', 'appearance', 'about'].map((screen) => [screen, ALL] as const),
];
for (const [screen, toasts] of SAID)
  test(`${screen} with ${toasts.join(' and ')} said at the edge`, async ({ page }) => {
    const complaints = complaintsOf(page);
    await openScene(page, screen, toasts);
    await inspect(page);
    await expect(page.locator('.notice'), 'they were there all the time').toHaveCount(toasts.length);
    expect(complaints).toEqual([]);
  });

test('the small window of an incoming call', async ({ page }) => {
  const complaints = complaintsOf(page);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('/test/support/ui-preview/incoming.html');
  await expect(page.getByRole('button', { name: 'Answer' })).toBeVisible();
  await page.evaluate(() => document.fonts.ready);
  await inspect(page, [{ width: 340, height: 170 }]);
  expect(complaints).toEqual([]);
});

test('long names are whole on every card, with the window as it opens', async ({ page }) => {
  const cut = (): Promise<string[]> =>
    page.evaluate(() =>
      [...document.querySelectorAll('.call-name, .call-line-name, .popup-name')]
        .filter(
          ({ scrollWidth, clientWidth, scrollHeight, clientHeight }) =>
            scrollWidth > clientWidth + 1 || scrollHeight > clientHeight + 1,
        )
        .map(({ className, textContent }) => `${className}: ${textContent}`),
    );
  await openScene(page, 'long-names');
  await expect(page.locator('.call-name, .call-line-name')).toHaveCount(2);
  expect(await cut()).toEqual([]);
  const card = page.locator('.call-card');
  const high = (await card.boundingBox())?.height;
  await openScene(page, 'active');
  expect((await card.boundingBox())?.height, 'as high as with a short name').toBe(high);
});
