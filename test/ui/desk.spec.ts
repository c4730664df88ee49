/** The admin's desk and the first-run guide, in every state. */
import { BUTTON } from '../support/app/call-buttons';
import { complaintsOf, inspect, openScene } from '../support/ui-preview/inspection';
import { expect, test, type Page } from '../support/ui-preview/one-page';

const problem = process.env['RINGFENCE_UI_PROBLEM'] ?? '';
test.skip(problem !== '', problem);

interface Look {
  readonly scene: string;
  readonly to: (page: Page) => Promise<void>;
}

const row = (page: Page, id: string) => page.locator(`[data-profile-id="${id}"]`);
const LOOKS: Readonly<Record<string, Look>> = {
  'test-passed': {
    scene: 'profiles',
    to: async (page) => {
      await row(page, 'production')
        .getByRole('button', { name: /^Test connection/ })
        .click();
      await expect(page.getByText('Support line works: all 4 steps passed')).toBeVisible();
    },
  },
  'test-failed': {
    scene: 'profiles',
    to: async (page) => {
      await row(page, 'staging')
        .getByRole('button', { name: /^Test connection/ })
        .click();
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
      await page.getByTestId('call-card').getByRole('button', { name: BUTTON.end }).click();
      await expect(page.getByTestId('guide-result')).toContainText('It works. Answered after');
      // Whoever comes to the end sees it, and the way out, without scrolling.
      await expect(page.getByTestId('guide-result')).toBeInViewport({ ratio: 1 });
      await expect(page.getByRole('button', { name: 'Finish' })).toBeInViewport({ ratio: 1 });
    },
  },
  'admin-wanted': {
    scene: 'admin-wanted',
    to: async (page) => {
      await expect(page.getByRole('group', { name: 'Admin lock' })).toContainText('No passphrase is set');
      await expect(page.getByRole('button', { name: 'Lock now' })).toHaveCount(0);
    },
  },
  'admin-locked': {
    scene: 'admin-locked',
    to: (page) =>
      expect(page.getByRole('group', { name: 'Admin lock' }).getByRole('button', { name: 'Unlock' })).toBeVisible(),
  },
  'admin-unlocked': { scene: 'admin-unlocked', to: (page) => expect(page.getByText('Unlocked until')).toBeVisible() },
  'public-key': {
    scene: 'public-key',
    to: async (page) => {
      await page.getByRole('button', { name: 'Show public key...' }).scrollIntoViewIfNeeded();
      await expect(page.getByRole('button', { name: 'Show public key...' })).toBeVisible();
    },
  },
  'keys-issued': {
    scene: 'keys-issued',
    to: async (page) => {
      await expect(page.getByRole('region', { name: /^Rotate the key of/ })).toContainText(
        'Sautikit issues the keys of this line',
      );
      await expect(page.getByRole('button', { name: 'Generate' })).toHaveCount(0);
    },
  },
};

for (const [name, { scene, to }] of Object.entries(LOOKS))
  test(`desk ${name}`, async ({ page }) => {
    const complaints = complaintsOf(page);
    await openScene(page, scene);
    await to(page);
    await inspect(page);
    expect(complaints).toEqual([]);
  });

test('what the admin lock refused is done once it is unlocked, or a passphrase is set where the admin wants one', async ({
  page,
}) => {
  await openScene(page, 'admin-locked');
  await page.getByRole('button', { name: 'Import...' }).click();
  await page.getByRole('button', { name: 'Import 2 profiles' }).click();
  await page.getByRole('alert').getByRole('button', { name: 'Unlock' }).click();
  await expect(page.getByText('Imported: 1 new, 1 changed.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Import...' })).toBeFocused();

  await openScene(page, 'admin-locked');
  await page.getByRole('button', { name: 'Remove Staging' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('alert').getByRole('button', { name: 'Unlock' }).click();
  await expect(page.getByRole('button', { name: 'Remove Staging' })).toHaveCount(0);

  await openScene(page, 'admin-wanted');
  await page.getByRole('tab', { name: 'Audit' }).click();
  await page.getByRole('button', { name: 'Export CSV...' }).click();
  await page.getByRole('alert').getByRole('button', { name: 'Set passphrase...' }).click();
  await expect(page.getByText('5,000 lines are in ringfence-audit.csv.')).toBeVisible();
});

test('a key that a test asks for is the key of that line', async ({ page }) => {
  await openScene(page, 'profiles');
  await page.getByRole('button', { name: 'Test connection: Staging' }).click();
  await page.getByRole('region', { name: 'Test of Staging' }).getByRole('button', { name: 'Open keys' }).click();
  await expect(page.getByRole('radio', { name: 'Staging' })).toBeChecked();
});

test('an audit log that could not be read is read again, and the line in use is left alone', async ({ page }) => {
  await openScene(page, 'audit');
  await page.getByRole('textbox', { name: 'Search' }).fill('unreadable');
  const failure = page.getByRole('alert').filter({ hasText: 'could not be read' });
  await failure.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText('No line matches.')).toBeVisible();
  await expect(failure).toHaveCount(0);
  await expect(page.getByTestId('registration')).toHaveAttribute('data-phase', 'registered');
});

test('the focus goes back to where a form, an import and a test were opened', async ({ page }) => {
  await openScene(page, 'profiles');
  for (const name of ['Edit Staging', 'Add profile', 'Import...']) {
    await page.getByRole('button', { name }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect(page.getByRole('button', { name })).toBeFocused();
  }
  await page.getByRole('button', { name: 'Test connection: Support line' }).click();
  await page.getByRole('region', { name: 'Test of Support line' }).getByRole('button', { name: 'Close' }).click();
  await expect(page.getByRole('button', { name: 'Test connection: Support line' })).toBeFocused();
});

test('the audit log loads older lines as somebody scrolls to them', async ({ page }) => {
  await page.setViewportSize({ width: 1040, height: 700 });
  await openScene(page, 'audit');
  await expect(page.getByTestId('audit-row').first()).toBeVisible();
  const scroller = page.getByRole('region', { name: 'Lines of the audit log' });
  await expect
    .poll(async () => {
      await scroller.evaluate((box) => box.scrollTo(0, box.scrollHeight));
      return Number(await page.getByTestId('audit-row').last().getAttribute('aria-posinset'));
    })
    .toBeGreaterThan(800);
  expect(await page.getByTestId('audit-row').count(), 'only what is in sight is in the page').toBeLessThan(60);
});
