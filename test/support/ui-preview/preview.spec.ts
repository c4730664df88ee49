import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { SCENES } from './scenes';

const PICTURES = join(tmpdir(), 'ringfence-ui-preview-pictures');
const SIZES = [
  [1040, 700],
  [760, 700],
  [360, 560],
] as const;

for (const colorScheme of ['light', 'dark'] as const) {
  test(`popup ${colorScheme}`, async ({ page }) => {
    await page.setViewportSize({ width: 340, height: 170 });
    await page.emulateMedia({ colorScheme });
    await page.goto('/test/support/ui-preview/incoming.html');
    await expect(page.getByRole('button', { name: 'Answer' })).toBeVisible();
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: join(PICTURES, `popup-340-${colorScheme}.png`) });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
  });
}

for (const scene of Object.keys(SCENES)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [width, height] of SIZES) {
      test(`${scene} ${width} ${colorScheme}`, async ({ page }) => {
        const complaints: string[] = [];
        page.on('console', (message) => {
          if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
        });
        page.on('pageerror', (error) => complaints.push(error.message));
        await page.setViewportSize({ width, height });
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.goto(`/test/support/ui-preview/index.html?scene=${scene}`);
        await expect(page.getByTestId('registration')).toBeVisible();
        await page.evaluate(() => document.fonts.ready);
        if (scene === 'active' && width > 400) await expect(page.getByText('Opus')).toBeVisible();
        if ((SCENES[scene]?.view.screen ?? 'phone') === 'settings')
          await expect(page.getByRole('tabpanel')).toBeVisible();
        await page.screenshot({ path: join(PICTURES, `${scene}-${width}-${colorScheme}.png`) });
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`)).toEqual([]);
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow, 'nothing sticks out sideways').toBe(0);
        expect(complaints).toEqual([]);
      });
    }
  }
}
