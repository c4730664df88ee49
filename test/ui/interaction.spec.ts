import { BUTTON } from '../support/app/call-buttons';
import { openScene } from '../support/ui-preview/inspection';
import { expect, test, type Page } from '../support/ui-preview/one-page';

const problem = process.env['RINGFENCE_UI_PROBLEM'] ?? '';
test.skip(problem !== '', problem);

const field = (page: Page) => page.getByRole('textbox', { name: 'Name or number' });
const card = (page: Page, phase: string) => page.locator(`[data-testid="call-card"][data-phase="${phase}"]`);

test('a number is typed, formatted, called with Enter, and recalled with the arrow', async ({ page }) => {
  await openScene(page, 'idle');
  await field(page).fill('+12015550123');
  await expect(field(page)).toHaveValue('+1 201 555 0123');
  await field(page).press('Enter');
  await expect(page.getByTestId('call-card')).toBeFocused();
  await expect(field(page)).toHaveValue('');
  await expect(card(page, 'active')).toContainText('+1 201 555 0123');
  await field(page).press('ArrowUp');
  await expect(field(page)).toHaveValue('+1 201 555 0123');
  expect(await page.evaluate(() => performance.getEntriesByName('ringfence:click-call').length)).toBe(1);
});

test('digits pressed anywhere go into the dialler, and the caret stays where it is', async ({ page }) => {
  await openScene(page, 'idle');
  await page.keyboard.type('1001');
  await expect(field(page)).toHaveValue('1001');
  await expect(field(page)).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.type('*');
  await expect(field(page)).toHaveValue('10*01');
});

test('M, H and K work on the call that has the focus; its digits are sent, not dialled', async ({ page }) => {
  await openScene(page, 'idle');
  await field(page).fill('echo');
  await page.getByRole('button', { name: 'Call', exact: true }).click();
  const call = page.getByTestId('call-card');
  await expect(call).toHaveAttribute('data-phase', 'active');
  await page.keyboard.press('m');
  await expect(call.getByRole('button', { name: BUTTON.unmute })).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.press('m');
  await expect(call.getByRole('button', { name: 'Mute', exact: true })).toHaveAttribute('aria-pressed', 'false');
  await page.keyboard.press('h');
  await expect(call.getByRole('button', { name: BUTTON.resume })).toBeVisible();
  await page.keyboard.press('h');
  await expect(call.getByRole('button', { name: BUTTON.hold })).toBeVisible();
  await page.keyboard.press('k');
  await page.keyboard.type('42#');
  await page.getByRole('group', { name: 'Keypad' }).getByRole('button', { name: '7' }).click();
  await expect(page.getByLabel('Digits sent')).toHaveText('42#7');
  await page.keyboard.press('Escape');
  await expect(field(page)).toHaveValue('');
});

test('a call that ends says why, and a second click on End hits nothing', async ({ page }) => {
  await openScene(page, 'active');
  const active = card(page, 'active');
  const before = await active.boundingBox();
  await active.getByRole('button', { name: BUTTON.end }).dblclick();
  await expect(card(page, 'held')).toContainText('Kamau Njoroge');
  await openScene(page, 'active');
  await card(page, 'active').getByRole('button', { name: BUTTON.end }).click();
  await expect(card(page, 'ended')).toContainText('You ended the call.');
  expect(await card(page, 'ended').boundingBox()).toEqual(before);
});

test('an incoming call has the focus on Answer; Enter answers it, and it is announced', async ({ page }) => {
  await openScene(page, 'incoming-in-call');
  const answer = card(page, 'ringing').first().getByRole('button', { name: BUTTON.answer });
  await expect(answer).toBeFocused();
  // The card that has the focus is not the one that is muted: a letter means the card under it, Ctrl and Shift mean the call.
  const muted = card(page, 'active').getByRole('button', { name: BUTTON.unmute });
  await page.keyboard.press('m');
  await expect(muted).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.press('Control+Shift+M');
  await expect(card(page, 'active').getByRole('button', { name: BUTTON.mute })).toHaveAttribute(
    'aria-pressed',
    'false',
  );
  await expect(answer).toBeFocused();
  await expect(answer).toBeEnabled();
  await page.keyboard.press('Enter');
  await expect(card(page, 'active')).toContainText('Asha Njeri');
  await expect(card(page, 'held')).toContainText('Kamau Njoroge');
  await expect(page.getByRole('status').filter({ hasText: 'Connected to Asha Njeri' })).toBeAttached();
});

test('an agent who types keeps the focus, and Escape clears before it declines', async ({ page }) => {
  await openScene(page, 'late-incoming');
  await field(page).fill('10');
  const answer = card(page, 'ringing').getByRole('button', { name: BUTTON.answer });
  // It rings for a moment already: its keys would be taken.
  await expect(answer).toBeEnabled();
  await expect(field(page)).toBeFocused();
  await page.keyboard.type('01');
  await expect(field(page)).toHaveValue('1001');
  await page.keyboard.press('Escape');
  await expect(field(page)).toHaveValue('');
  await expect(card(page, 'ringing')).toBeVisible();
  // An agent who typed just now still types: the empty field keeps Escape. Outside of the field Escape declines.
  await page.keyboard.press('Escape');
  await expect(card(page, 'ringing')).toBeVisible();
  await answer.focus();
  await page.keyboard.press('Escape');
  await expect(card(page, 'ended')).toBeVisible();
});

test('a call that comes in during another stands above it, moves no field and takes no keys from it', async ({
  page,
}) => {
  await openScene(page, 'late-incoming');
  // Where there is room for both cards; in a lower window the keypad folds.
  await page.setViewportSize({ width: 1040, height: 900 });
  const before = await field(page).boundingBox();
  await field(page).fill('echo');
  await field(page).press('Enter');
  const cards = page.getByTestId('call-card');
  const ringing = page.getByRole('article', { name: 'Incoming call from Asha Njeri' });
  await expect(ringing).toBeVisible();
  // Both are whole, and what rings is first.
  await expect(cards).toHaveCount(2);
  await expect(cards.first()).toHaveAttribute('data-direction', 'incoming');
  for (const each of await cards.all()) await expect(each).toBeInViewport({ ratio: 1 });
  expect(await field(page).boundingBox()).toEqual(before);
  const own = page.locator('[data-testid="call-card"]', { has: page.getByRole('button', { name: BUTTON.end }) });
  await expect(own).toBeFocused();
  await expect(card(page, 'active')).toBeFocused();
  await page.keyboard.press('m');
  await expect(own.getByRole('button', { name: BUTTON.unmute })).toHaveAttribute('aria-pressed', 'true');
  await expect(ringing).toBeVisible();
});

test('a notice at the edge takes no keys: a call that comes in has the focus on Answer, and Enter answers it', async ({
  page,
}) => {
  await openScene(page, 'late-incoming', ['failure']);
  await expect(page.getByRole('alertdialog', { name: 'That did not work' })).toBeVisible();
  const answer = card(page, 'ringing').getByRole('button', { name: BUTTON.answer });
  await expect(answer).toBeFocused();
  await expect(answer).toBeEnabled();
  // Elsewhere, where no button takes Enter for itself.
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press('Enter');
  await expect(card(page, 'active')).toContainText('Asha Njeri');
  await expect(page.getByRole('alertdialog', { name: 'That did not work' })).toBeVisible();
});

test('Ctrl with a digit goes to a call', async ({ page }) => {
  await openScene(page, 'active');
  await page.keyboard.press('Control+2');
  await expect(card(page, 'held').getByRole('button', { name: BUTTON.resume })).toBeFocused();
  await page.keyboard.press('Control+1');
  await expect(card(page, 'active')).toBeFocused();
});

test('? lists the keys, Escape closes', async ({ page }) => {
  await openScene(page, 'idle');
  // In a field it is a sign like any other.
  await expect(field(page)).toBeFocused();
  await page.keyboard.press('?');
  await expect(field(page)).toHaveValue('?');
  await field(page).fill('');
  await page.getByRole('link', { name: 'Phone' }).focus();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard' })).toBeVisible();
  await page.keyboard.press('m');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('ten thousand events: few rows in the page, filters, pause, copy without a permission', async ({ page }) => {
  await openScene(page, 'many-events');
  await expect(page.getByTestId('event-row').first()).toBeVisible();
  expect(await page.getByTestId('event-row').count()).toBeLessThan(40);
  await page.getByRole('region', { name: 'Events' }).evaluate((box) => box.scrollTo(0, box.scrollHeight));
  await expect(page.locator('[aria-posinset="10000"]')).toBeVisible();
  await page.getByRole('radio', { name: 'Tokens' }).click();
  await expect(page.getByTestId('event-row').first()).toHaveAttribute('data-kind', 'token-minted');
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await field(page).fill('echo');
  await field(page).press('Enter');
  await expect(page.getByText('1 new')).toBeVisible();
  const copied = page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        window.addEventListener('copy', (event) => resolve(event.clipboardData?.getData('text/plain') ?? ''), {
          capture: true,
          once: true,
        });
        document.addEventListener(
          'copy',
          (event) => setTimeout(() => resolve(event.clipboardData?.getData('text/plain') ?? '')),
          { once: true },
        );
      }),
  );
  await page.getByRole('button', { name: 'Copy' }).click();
  await copied;
  await expect(page.getByText(/^Copied \d+ events\.$/)).toBeVisible();
});
