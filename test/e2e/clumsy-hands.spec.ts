/** Hands that click twice, and type into the wrong window: nobody is called, answered, muted or lost by that. */
import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../support/app/app';
import { BUTTON } from '../support/app/call-buttons';
import { callCard, dial, untilRegistered } from '../support/app/phone-driver';

const rows = (page: Page, kind: string): Locator => page.locator(`[data-testid="event-row"][data-kind="${kind}"]`);

/** Presses the mouse there twice, as far apart as a double click of a slow hand; the second press falls on whatever lies there by then. */
async function pressTwice(page: Page, button: Locator, apartMs: number): Promise<void> {
  await expect(button).toBeEnabled();
  const box = await button.boundingBox();
  if (box === null) throw new Error('there is no such button');
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.click(x, y);
  // The time between the two is what is tried; nothing is waited for.
  await page.waitForTimeout(apartMs);
  await page.mouse.click(x, y);
}

test('a double click on End, on Decline and on Hold is one press', async ({ launch }) => {
  test.setTimeout(120_000);
  const { page } = await launch();
  await untilRegistered(page);
  let placed = 0;
  for (const apartMs of [80, 150, 250, 400, 520]) {
    await dial(page, 'echo');
    placed += 1;
    const card = callCard(page, 'active');
    await expect(card).toBeVisible();
    await pressTwice(page, card.getByRole('button', { name: BUTTON.end }), apartMs);
    await expect(callCard(page, 'ended'), `after ${apartMs} ms`).toBeVisible();
    // What lies where End was takes a press after a moment, and is harmless.
    const end = callCard(page, 'ended').getByRole('button', { name: 'Dismiss' });
    await end.click();
    await expect(callCard(page)).toHaveCount(0);
    await expect(rows(page, 'call-dialing')).toHaveCount(placed);
  }

  await dial(page, 'echo');
  const card = callCard(page, 'active');
  await expect(card).toBeVisible();
  await pressTwice(page, card.getByRole('button', { name: BUTTON.hold }), 200);
  await expect(callCard(page, 'held')).toContainText('On hold');
  await callCard(page, 'held').getByRole('button', { name: BUTTON.resume }).click();
  await expect(callCard(page, 'active')).toBeVisible();
  await callCard(page, 'active').getByRole('button', { name: BUTTON.end }).click();
  await callCard(page, 'ended').getByRole('button', { name: 'Dismiss' }).click();

  // Two calls ring: the second comes to lie where the first one's Decline was.
  const ringing = page.getByRole('article', { name: /^Incoming call from/ });
  await dial(page, 'call-me');
  // Until the first is placed, the same number in the field is still the first one's.
  await expect(page.getByRole('textbox', { name: 'Name or number' })).toHaveValue('');
  await dial(page, 'call-me');
  await expect(ringing).toHaveCount(2, { timeout: 20_000 });
  await pressTwice(page, ringing.first().getByRole('button', { name: BUTTON.decline }), 250);
  await expect(ringing).toHaveCount(1);
  await expect(ringing.getByRole('button', { name: BUTTON.decline })).toBeEnabled();
  await ringing.getByRole('button', { name: BUTTON.decline }).click();
  await expect(ringing).toHaveCount(0);
});

test('what is typed into the wrong window changes no call', async ({ launch }) => {
  const { page } = await launch();
  await untilRegistered(page);
  await dial(page, 'echo');
  const card = callCard(page, 'active');
  await expect(card).toBeVisible();
  // The focus is nowhere: somebody clicked between the things.
  await page.locator('[aria-label="Dialler"]').click({ position: { x: 4, y: 4 } });
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.type('thank him, skip hash marks');
  await expect(card.getByRole('button', { name: BUTTON.mute })).toHaveAttribute('aria-pressed', 'false');
  await expect(callCard(page, 'active')).toBeVisible();
  await expect(page.getByRole('group', { name: 'Keypad' })).toHaveCount(0);
  // With Ctrl and Shift they mean the call, wherever the focus is.
  await page.keyboard.press('Control+Shift+M');
  await expect(card.getByRole('button', { name: BUTTON.unmute })).toHaveAttribute('aria-pressed', 'true');
  const field = page.getByRole('textbox', { name: 'Name or number' });
  await field.fill('12');
  await page.keyboard.press('Control+Shift+M');
  await expect(card.getByRole('button', { name: BUTTON.mute })).toHaveAttribute('aria-pressed', 'false');
  await expect(field).toHaveValue('12');

  // In a form of the settings, where no card is seen, Enter and Esc mean the form.
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('tab', { name: 'Profiles' }).click();
  await page.getByRole('button', { name: 'Add profile' }).click();
  await page.getByRole('textbox', { name: 'Name' }).first().focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('m');
  await page.getByRole('link', { name: 'Phone' }).click();
  await expect(rows(page, 'call-dialing')).toHaveCount(1);
  await expect(field).toHaveValue('12');
  await page.keyboard.press('Control+Shift+E');
  await expect(callCard(page, 'ended')).toBeVisible();
});

test('a call that rings is answered by Enter where its card is seen, and by no Enter in a form', async ({ launch }) => {
  const { page } = await launch();
  await untilRegistered(page);
  // It hangs up, and calls back after two seconds.
  await dial(page, 'call-me');
  await expect(callCard(page, 'ended')).toBeVisible();
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('tab', { name: 'Profiles' }).click();
  await page.getByRole('button', { name: 'Add profile' }).click();
  await expect(
    rows(page, 'call-ringing').or(page.getByRole('alert').filter({ hasText: 'Incoming call' })),
  ).not.toHaveCount(0, {
    timeout: 15_000,
  });
  const name = page.getByRole('textbox', { name: 'Name' }).first();
  await name.focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Phone' }).click();
  const ringing = page.getByRole('article', { name: /^Incoming call from/ });
  await expect(ringing).toBeVisible();
  // The number field is empty and nobody types: it is no field in use.
  await expect(ringing.getByRole('button', { name: BUTTON.answer })).toBeEnabled();
  await page.getByRole('textbox', { name: 'Name or number' }).focus();
  await page.keyboard.press('Enter');
  await expect(callCard(page, 'active')).toBeVisible();
});
