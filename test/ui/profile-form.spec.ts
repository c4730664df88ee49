import { EXAMPLE_PROFILES } from '../support/app/example-profiles';
import { inspect, openScene } from '../support/ui-preview/inspection';
import { expect, test, type Page } from '../support/ui-preview/one-page';

const problem = process.env['RINGFENCE_UI_PROBLEM'] ?? '';
test.skip(problem !== '', problem);

const open = async (page: Page, scene: string): Promise<void> => {
  await openScene(page, scene);
  await expect(page.getByRole('tabpanel')).toBeVisible();
};
const choose = async (page: Page, choice: string, option: string): Promise<void> => {
  await page.getByRole('button', { name: choice }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
};
/** They are folded until somebody wants them. */
const openRules = async (page: Page): Promise<void> => {
  const rules = page.getByRole('button', { name: 'Rules' });
  await expect(rules).toHaveAttribute('aria-expanded', 'false');
  await rules.click();
};

test('a new profile', async ({ page }) => {
  await open(page, 'profiles');
  await page.getByRole('button', { name: 'Add profile' }).click();
  await page.getByRole('button', { name: 'Add profile' }).click();
  await expect(page.getByText('Give the line a name of 1 to 60 characters.')).toBeVisible();
  await inspect(page);
});
test('rules that the admin set', async ({ page }) => {
  await open(page, 'profiles');
  await page.getByRole('button', { name: 'Edit Staging' }).click();
  await openRules(page);
  await expect(page.getByText('Set by your administrator').first()).toBeVisible();
  await inspect(page);
});
for (const { id, provider } of EXAMPLE_PROFILES)
  test(`every field of ${provider.kind} (${id})`, async ({ page }) => {
    await open(page, 'examples');
    await page.locator(`[data-profile-id="${id}"]`).getByRole('button', { name: /^Edit/ }).click();
    for (const more of await page.getByRole('button', { name: /^More about/ }).all()) await more.click();
    await openRules(page);
    await inspect(page);
  });

test('a value that the admin set can be read and not changed, and the mistake in the file is said with its line', async ({
  page,
}) => {
  await open(page, 'profiles');
  await page.getByRole('button', { name: 'Edit Staging' }).click();
  await expect(page.getByRole('note').filter({ hasText: 'Line 12 of the admin' })).toBeVisible();
  await openRules(page);
  const life = page.getByRole('textbox', { name: 'Token life in seconds' });
  await expect(life).toHaveValue('120');
  await expect(life).not.toBeEditable();
  await expect(life).toHaveAccessibleDescription('Set by your administrator');
  await expect(page.getByRole('textbox', { name: 'Hours' })).toHaveValue('Mon, Tue, Wed, Thu, Fri  08:00  18:00');
  const rate = page.locator('.rule').filter({ hasText: 'Tokens at once' });
  await expect(rate).toContainText('Default');
  await page.getByRole('textbox', { name: 'Tokens at once' }).fill('5');
  await expect(rate).toContainText('Set in this profile');
  // In another environment the file says nothing.
  await choose(page, 'Environment', 'Development');
  await expect(life).toBeEditable();
});

test('a preset fills the form in and leaves who the line is', async ({ page }) => {
  await open(page, 'profiles');
  await page.getByRole('button', { name: 'Add profile' }).click();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Night line');
  await choose(page, 'Start from', 'Plivo');
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('Night line');
  await expect(page.getByRole('textbox', { name: 'Header', exact: true })).toHaveValue('X-Plivo-Jwt');
  await expect(page.getByText('Write your Auth ID for AUTH_ID')).toBeVisible();
  await choose(page, 'Start from', 'OpenAI assistant');
  await expect(page.getByRole('textbox', { name: 'Gateway URL' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Add profile' }).click();
  await expect(page.getByRole('tab', { name: 'Keys' })).toHaveAttribute('aria-selected', 'true');
});

test('rows are added, filled in, judged and removed by keyboard alone', async ({ page }) => {
  await open(page, 'profiles');
  await page.getByRole('button', { name: 'Add profile' }).click();
  const rules = page.getByRole('button', { name: 'Rules' });
  await rules.focus();
  await page.keyboard.press('Enter');
  await expect(rules).toHaveAttribute('aria-expanded', 'true');
  await page.getByRole('button', { name: 'Add hours' }).focus();
  await page.keyboard.press('Enter');
  const days = page.getByRole('toolbar', { name: 'Days, hours 1' });
  await expect(days.getByRole('button', { name: 'Mon' })).toBeFocused();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Space');
  await expect(days.getByRole('button', { name: 'Tue' })).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.press('Tab');
  await page.keyboard.type('8:00');
  await expect(page.getByRole('textbox', { name: 'From, hours 1' })).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByText('Hours 1: write it as 08:30.')).toBeVisible();
  await page.getByRole('textbox', { name: 'From, hours 1' }).fill('08:00');
  await page.getByRole('textbox', { name: 'To, hours 1' }).fill('18:00');
  await expect(page.getByText('When this line may place calls. Empty: always.')).toBeVisible();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(days).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Add hours' })).toBeFocused();
});

test('what is hidden behind "More" comes out when it does not fit, and gets the focus', async ({ page }) => {
  await open(page, 'profiles');
  await page.getByRole('button', { name: 'Edit Support line' }).click();
  await page.getByRole('button', { name: 'More about tokens' }).click();
  await page.getByRole('textbox', { name: 'Key ID' }).fill('x'.repeat(101));
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('textbox', { name: 'Key ID' })).toBeFocused();
  await expect(page.getByText('Use at most 100 characters.')).toBeVisible();
});

test('a realm that is not the domain is warned about', async ({ page }) => {
  await open(page, 'profiles');
  await page.getByRole('button', { name: 'Edit Support line' }).click();
  await choose(page, 'How the gateway gets the token', 'Bearer in SIP requests');
  await page.getByRole('textbox', { name: 'Realm' }).fill('asterisk');
  await expect(page.getByText('it would never be shown')).toBeVisible();
  await page.getByRole('textbox', { name: 'Realm' }).fill('pbx.example.com');
  await expect(page.getByText('it would never be shown')).toHaveCount(0);
});
