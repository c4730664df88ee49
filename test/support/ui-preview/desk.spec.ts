/** The admin's desk and the first-run guide, at three sizes, light and dark; pictures go to the temporary folder. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';

const PICTURES = join(tmpdir(), 'ringfence-ui-preview-pictures');
const SIZES = [
  [1040, 700],
  [760, 700],
  [360, 560],
] as const;

interface Look {
  readonly scene: string;
  readonly to: (page: Page) => Promise<void>;
}

const row = (page: Page, id: string) => page.locator(`[data-profile-id="${id}"]`);
const LOOKS: Readonly<Record<string, Look>> = {
  'test-passed': {
    scene: 'profiles',
    to: async (page) => {
      await row(page, 'production').getByRole('button', { name: /^Test connection/ }).click();
      await expect(page.getByText('Support line works: all 4 steps passed')).toBeVisible();
    },
  },
  'test-failed': {
    scene: 'profiles',
    to: async (page) => {
      await row(page, 'staging').getByRole('button', { name: /^Test connection/ }).click();
      await expect(page.getByText('Staging does not work: "Register" failed.')).toBeVisible();
      await expect(page.locator('[data-step="options"]')).toHaveAttribute('data-state', 'skipped');
    },
  },
  'test-key': {
    scene: 'keys',
    to: async (page) => {
      await page.getByRole('button', { name: 'Test: Staging' }).click();
      await expect(page.getByText('Staging does not work')).toBeVisible();
    },
  },
  'test-form': {
    scene: 'profiles',
    to: async (page) => {
      await page.getByRole('button', { name: 'Edit Support line' }).click();
      await page.getByRole('button', { name: /^Test connection/ }).click();
      await expect(page.getByText('all 4 steps passed')).toBeVisible();
    },
  },
  import: {
    scene: 'profiles',
    to: async (page) => {
      await page.getByRole('button', { name: 'Import...' }).click();
      await expect(page.getByRole('button', { name: 'Import 2 profiles' })).toBeVisible();
      await expect(page.getByRole('button', { name: 'Cancel' })).toBeFocused();
    },
  },
  audit: {
    scene: 'audit',
    to: async (page) => {
      await expect(page.getByTestId('audit-row').first()).toBeVisible();
      await expect(page.getByText('5,000 lines')).toBeVisible();
    },
  },
  'audit-filtered': {
    scene: 'audit',
    to: async (page) => {
      await page.getByRole('radio', { name: 'Refusals' }).click();
      await page.getByRole('textbox', { name: 'Search' }).fill('keys.remove');
      await expect(page.getByText(/^1\d\d of 5,000 lines$/)).toBeVisible();
      await expect(page.getByTestId('audit-row').first()).toContainText('Refused 412 times');
    },
  },
  guide: { scene: 'guide', to: (page) => expect(page.getByTestId('guide')).toBeVisible() },
  'guide-key': {
    scene: 'guide',
    to: async (page) => {
      await page.getByRole('button', { name: 'Next' }).click();
      await expect(page.getByTestId('guide')).toHaveAttribute('data-step', 'key');
      await expect(page.getByRole('heading', { name: 'Its key' })).toBeFocused();
    },
  },
  'guide-call': {
    scene: 'guide',
    to: async (page) => {
      await page.getByRole('button', { name: 'Next' }).click();
      await page.getByRole('button', { name: 'Next' }).click();
      await expect(page.getByRole('textbox', { name: 'Test number' })).toHaveValue('echo');
      await page.getByRole('button', { name: 'Try it' }).click();
      await expect(page.getByTestId('call-card')).toHaveAttribute('data-phase', 'active');
      await page.getByTestId('call-card').getByRole('button', { name: 'Hang up' }).click();
      await expect(page.getByTestId('guide-result')).toContainText('It works. Answered after');
    },
  },
};

for (const [name, { scene, to }] of Object.entries(LOOKS)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [width, height] of SIZES) {
      test(`desk ${name} ${width} ${colorScheme}`, async ({ page }) => {
        const complaints: string[] = [];
        page.on('console', (message) => {
          if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
        });
        page.on('pageerror', (error) => complaints.push(error.message));
        await page.setViewportSize({ width, height });
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.goto(`/test/support/ui-preview/index.html?scene=${scene}`);
        await to(page);
        await page.evaluate(() => document.fonts.ready);
        await page.screenshot({ path: join(PICTURES, `desk-${name}-${width}-${colorScheme}.png`) });
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 'nothing sticks out sideways').toBe(0);
        expect(complaints).toEqual([]);
      });
    }
  }
}

test('the audit log loads older lines as somebody scrolls to them', async ({ page }) => {
  await page.setViewportSize({ width: 1040, height: 700 });
  await page.goto('/test/support/ui-preview/index.html?scene=audit');
  await expect(page.getByTestId('audit-row').first()).toBeVisible();
  const scroller = page.getByRole('region', { name: 'Lines of the audit log' });
  await expect.poll(async () => {
    await scroller.evaluate((box) => box.scrollTo(0, box.scrollHeight));
    return Number(await page.getByTestId('audit-row').last().getAttribute('aria-posinset'));
  }).toBeGreaterThan(800);
  expect(await page.getByTestId('audit-row').count(), 'only what is in sight is in the page').toBeLessThan(60);
});
