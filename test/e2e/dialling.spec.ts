/** The dialler, and what a call tells of itself: keys, letters, the long press, times, and what a screen reader hears. */
import { expect, test } from '../support/app/app';
import { BUTTON } from '../support/app/call-buttons';
import { callCard, dial, press, untilRegistered } from '../support/app/phone-driver';

test('the field has the focus at the start; letters dial the digits of their keys, and the window says so', async ({
  launch,
}) => {
  const { page } = await launch();
  await untilRegistered(page);
  const field = page.getByRole('textbox', { name: 'Name or number' });
  await expect(field).toBeFocused();
  await page.keyboard.type('1-800-FLOWERS');
  await expect(field).toHaveValue('1-800-FLOWERS');
  await expect(page.getByText('Calls 18003569377')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(callCard(page)).toContainText('18003569377');
});

test('a long press on 0 is a plus, by mouse and by key, and a short one is a zero', async ({ launch }) => {
  const { page } = await launch();
  await untilRegistered(page);
  // The guide has the keypad's place until the first call.
  await dial(page, 'echo');
  await press(page, 'end');
  const field = page.getByRole('textbox', { name: 'Name or number' });
  const zero = page.getByRole('group', { name: 'Dial pad' }).getByRole('button', { name: '0, hold for +' });
  await zero.click();
  await expect(field).toHaveValue('0');
  await field.fill('');
  const box = await zero.boundingBox();
  await page.mouse.move((box?.x ?? 0) + 20, (box?.y ?? 0) + 20);
  await page.mouse.down();
  await expect(field, 'while it is still held').toHaveValue('+');
  await page.mouse.up();
  await zero.click({ button: 'right' });
  await expect(field).toHaveValue('++');
  await field.fill('');
  await zero.focus();
  await page.keyboard.down('Enter');
  await expect(field).toHaveValue('+');
  await page.keyboard.up('Enter');
  // The key itself, wherever the focus is on this screen.
  await page.getByRole('group', { name: 'Dial pad' }).getByRole('button', { name: '5' }).focus();
  await field.fill('');
  await page.getByRole('group', { name: 'Dial pad' }).getByRole('button', { name: '5' }).focus();
  await page.keyboard.press('+');
  await expect(field).toHaveValue('+');
});

test('names hold the visible words, mute is announced, and hold and ringing show their time', async ({ launch }) => {
  test.setTimeout(90_000);
  const { page } = await launch();
  await untilRegistered(page);
  const said = page.getByRole('status').filter({ hasText: /./ });
  await dial(page, 'no-answer');
  await expect(callCard(page, 'ringing').getByRole('timer', { name: 'Ringing for' })).toHaveText(/^00:0[1-9]$/);
  await press(page, 'end');
  await callCard(page, 'ended').getByRole('button', { name: BUTTON.dismiss }).click();

  await dial(page, 'echo');
  const card = callCard(page, 'active');
  await expect(card).toBeVisible();
  await press(page, 'mute');
  await expect(said.filter({ hasText: "Muted. echo can't hear you" })).toHaveCount(1);
  await press(page, 'unmute');
  await expect(said.filter({ hasText: 'Not muted. echo can hear you' })).toHaveCount(1);
  await press(page, 'hold');
  const held = callCard(page, 'held');
  await expect(held.getByRole('timer', { name: 'On hold for' })).toHaveText(/^00:0[1-9]$/);
  // Each button's name begins with the word that is on it.
  for (const scope of [held, page.locator('.incoming-card, .call-card, .call-line')]) {
    const names = await scope
      .getByRole('button')
      .evaluateAll((buttons) =>
        buttons.map((button) => [(button as HTMLElement).innerText.trim(), button.getAttribute('aria-label')] as const),
      );
    expect(names.length).toBeGreaterThan(3);
    for (const [visible, name] of names)
      if (name !== null) expect(name.startsWith(visible), `${visible}: ${name}`).toBe(true);
  }
  await press(page, 'resume');
  await expect(card.getByRole('button', { name: BUTTON.hold })).toBeEnabled();

  await page.getByRole('link', { name: 'Settings' }).click();
  const bar = page.locator('.call-bar');
  await bar.getByRole('button', { name: BUTTON.mute }).click();
  await expect(said.filter({ hasText: "Muted. echo can't hear you" })).toHaveCount(1);
  await bar.getByRole('button', { name: BUTTON.end }).click();
  await expect(bar).toHaveCount(0);
});
