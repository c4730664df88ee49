/** Keys and profiles, pressed and typed: questions, a rotation to its end, and what a form judges. */
import { inspect, openScene } from '../support/ui-preview/inspection';
import { expect, test } from '../support/ui-preview/one-page';

const problem = process.env['RINGFENCE_UI_PROBLEM'] ?? '';
test.skip(problem !== '', problem);

test('keys: a failure is one sentence with one button; adding asks first; a rotation to its end; remove', async ({
  page,
}) => {
  await openScene(page, 'keys');
  const row = (id: string) => page.locator(`[data-profile-id="${id}"]`);
  await page.getByRole('button', { name: 'Paste key from clipboard' }).click();
  const question = page.getByRole('alertdialog', { name: 'Support line has a key already' });
  await question.getByRole('button', { name: 'Add as next key' }).click();
  await expect(page.getByText('There is no text on the clipboard: copy the key and try again.')).toBeVisible();
  await page.getByRole('radio', { name: 'Practice line' }).click();
  await page.getByRole('button', { name: 'Generate' }).first().click();
  await page.getByRole('button', { name: 'Add as next key' }).click();
  const panel = page.getByRole('region', { name: 'Rotate the key of Practice line' });
  await expect(panel.getByRole('listitem').filter({ hasText: '2. Wait one token life' })).toHaveAttribute(
    'aria-current',
    'step',
  );
  await expect(panel.getByRole('timer')).toHaveText(/^(5:00|4:59) left\.\s*$/);
  await panel.getByRole('button', { name: 'Promote now...' }).click();
  const early = page.getByRole('alertdialog', { name: 'Promote before the wait is over?' });
  await expect(early).toContainText('refuses this line');
  await early.getByRole('button', { name: 'Promote now' }).click();
  await expect(panel.getByRole('listitem').filter({ hasText: '3. Remove the old key' })).toHaveAttribute(
    'aria-current',
    'step',
  );
  await panel.getByRole('button', { name: 'Forget it now' }).click();
  await expect(panel.getByRole('listitem').filter({ hasText: '1. Add the next key' })).toHaveAttribute(
    'aria-current',
    'step',
  );
  await row('practice').getByRole('button', { name: 'More for Practice line' }).click();
  await page.getByRole('menuitem', { name: 'Remove the active key...' }).click();
  await expect(page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await expect(row('practice')).toContainText('No key');
});

test('keys: while the keychain asks, a second press does nothing, and the window says what is waited for', async ({
  page,
}) => {
  await openScene(page, 'keys-asking');
  const add = page.getByRole('button', { name: 'From file...' }).first();
  await add.dblclick();
  await expect(page.getByRole('status').filter({ hasText: 'Waiting for the system' })).toBeVisible();
  await expect(add).toBeFocused();
  for (const name of ['From file...', 'Generate', 'Paste key from clipboard'] as const)
    await expect(page.getByRole('button', { name }).first()).toHaveAttribute('aria-disabled', 'true');
  await add.press('Enter');
  const answered = (): Promise<void> => page.evaluate(() => void dispatchEvent(new Event('keychain-answered')));
  await answered();
  await expect(page.getByText(/^Key [0-9a-f]{8} is now the active key of Staging\.$/)).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: 'Waiting for the system' })).toHaveCount(0);
  await expect(add).not.toHaveAttribute('aria-disabled', 'true');
  const shown = await page.locator('[data-profile-id="staging"]').textContent();
  await answered();
  await expect(page.locator('[data-profile-id="staging"]')).toHaveText(shown ?? '');
});

test('keys: a key that finds no room is told why, and a locked keychain is not called a good one', async ({ page }) => {
  await openScene(page, 'rotation-removable');
  await page.getByRole('radio', { name: 'Staging' }).check();
  const why = page
    .getByRole('status')
    .filter({ hasText: 'The last rotation of Staging is not finished, so no key was added.' });
  await expect(why).toHaveCount(0);
  await page.getByRole('button', { name: 'Generate' }).first().click();
  await expect(why).toContainText('Remove 44d20c7f at the gateway');
  await page.getByRole('button', { name: 'I have removed it' }).click();
  await expect(why).toHaveCount(0);
  await openScene(page, 'keys-locked');
  await expect(page.locator('.keychain-chip')).toHaveText('Keychain locked');
  await openScene(page, 'keys-absent');
  await expect(page.locator('.keychain-chip')).toHaveText('No keychain: in memory only');
});

test('keys: a rotation by keyboard alone; the focus is never lost, and goes back to where it began', async ({
  page,
}) => {
  await openScene(page, 'keys');
  const rotate = page.getByRole('button', { name: 'Rotate the key of Staging' });
  const panel = page.getByRole('region', { name: 'Rotate the key of Staging' });
  const heading = panel.getByRole('heading', { name: 'Rotate the key of Staging' });
  const tabTo = async (name: string): Promise<void> => {
    const wanted = panel.getByRole('button', { name, exact: true });
    for (
      let steps = 0;
      steps < 12 && !(await wanted.evaluate((element) => element === document.activeElement));
      steps++
    )
      await page.keyboard.press('Tab');
    await expect(wanted).toBeFocused();
  };
  /** Says yes to what is asked: its button stands after Cancel, and takes no press in its first moment. */
  const sayYes = async (name: string): Promise<void> => {
    await page.keyboard.press('Tab');
    const yes = page.getByRole('alertdialog').getByRole('button', { name, exact: true });
    await expect(yes).toBeFocused();
    await expect(yes).toBeEnabled();
    await page.keyboard.press('Enter');
  };
  await rotate.focus();
  await page.keyboard.press('Enter');
  await expect(rotate).toHaveAttribute('aria-expanded', 'true');
  await expect(heading).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);
  await expect(rotate).toBeFocused();
  await expect(rotate).toHaveAttribute('aria-expanded', 'false');

  await page.keyboard.press('Enter');
  await tabTo('Stop this rotation...');
  await page.keyboard.press('Enter');
  // Escape closes the question, not the panel under it.
  await page.keyboard.press('Escape');
  await expect(page.getByRole('alertdialog')).toHaveCount(0);
  await expect(panel.getByRole('button', { name: 'Stop this rotation...' })).toBeFocused();
  await page.keyboard.press('Enter');
  await sayYes('Stop the rotation');
  await expect(panel.getByRole('listitem').filter({ hasText: '1. Add the next key' })).toHaveAttribute(
    'aria-current',
    'step',
  );
  await expect(heading).toBeFocused();

  await tabTo('From file...');
  await page.keyboard.press('Enter');
  await expect(panel.getByRole('listitem').filter({ hasText: '2. Wait one token life' })).toHaveAttribute(
    'aria-current',
    'step',
  );
  await expect(heading).toBeFocused();
  await tabTo('Promote now...');
  await page.keyboard.press('Enter');
  await sayYes('Promote now');
  await expect(panel.getByRole('listitem').filter({ hasText: '3. Remove the old key' })).toHaveAttribute(
    'aria-current',
    'step',
  );
  await expect(heading).toBeFocused();
  await tabTo('I have removed it');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alertdialog', { name: /removed already/ })).toBeVisible();
  await sayYes('It is removed');
  await expect(heading).toBeFocused();
  await tabTo('Replace at once...');
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alertdialog', { name: 'Replace the key of Staging at once?' })).toContainText(
    'all tokens signed with',
  );
  await sayYes('Replace at once');
  await expect(panel.getByRole('listitem').filter({ hasText: '3. Remove the old key' })).toContainText(
    'at the gateway now',
  );
  await tabTo('Close');
  await page.keyboard.press('Enter');
  await expect(rotate).toBeFocused();
});

test('a profile is judged as typed, saved, and its key is asked for', async ({ page }) => {
  await openScene(page, 'profiles');
  await expect(page.getByRole('button', { name: 'Edit Practice line' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Add profile' }).click();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Night line');
  await page.getByRole('textbox', { name: 'Identity' }).fill('1001');
  await expect(page.getByText('Write it as user@domain')).toBeVisible();
  await page.getByRole('button', { name: 'Add profile' }).click();
  await expect(page.getByRole('textbox', { name: 'Identity' })).toBeFocused();
  await page.getByRole('textbox', { name: 'Identity' }).fill('1001@pbx.example.com');
  await page.getByRole('textbox', { name: 'Gateway URL' }).fill('wss://pbx.example.com/ws');
  await page.getByRole('textbox', { name: 'Audience' }).fill('pbx.example.com');
  await page.getByRole('button', { name: 'Add profile' }).click();
  await expect(page.getByRole('tab', { name: 'Keys' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('radio', { name: 'Night line' })).toBeChecked();
  await page.getByRole('button', { name: 'From file...' }).click();
  await expect(page.getByText(/is now the active key of Night line/)).toBeVisible();
});

test('a profile offers each way to prove itself, with the fields of that way alone', async ({ page }) => {
  await openScene(page, 'profiles');
  await page.getByRole('button', { name: 'Add profile' }).click();
  const choose = async (choice: string, option: string): Promise<void> => {
    await page.getByRole('button', { name: choice }).click();
    await page.getByRole('option', { name: option }).click();
  };
  const fields = async (): Promise<string[]> => {
    const names: string[] = [];
    for (const name of ['Parameter', 'Subprotocol', 'Header', 'Realm', 'Issuer', 'Audience'])
      if (await page.getByRole('textbox', { name, exact: true }).isVisible()) names.push(name);
    return names;
  };
  expect(await fields()).toEqual(['Issuer', 'Audience']);
  for (const [option, own] of [
    ['Query parameter of the URL', ['Parameter']],
    ['WebSocket subprotocol', ['Subprotocol']],
    ['Bearer in SIP requests', ['Header', 'Realm']],
  ] as const) {
    await choose('How the gateway gets the token', option);
    expect(await fields()).toEqual([...own, 'Issuer', 'Audience']);
  }
  await page.getByRole('textbox', { name: 'Header' }).fill('Cookie');
  await expect(page.getByText('Write Authorization, or a name that starts with X-.')).toBeVisible();
  await choose('Sign-in method', 'SIP password that expires');
  expect(await fields()).toEqual(['Realm']);
  await expect(page.getByRole('button', { name: 'How the gateway gets the token' })).toHaveCount(0);
  await inspect(page);
});
