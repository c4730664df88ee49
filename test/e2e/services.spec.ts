import type { Page } from '@playwright/test';
import { expect, test, type RunningApp } from '../support/app/app';
import { BUTTON } from '../support/app/call-buttons';
import { waitForTone } from '../support/sound/audio-probe';
import { callCard, dial, press, untilGone, untilRegistered } from '../support/app/phone-driver';

/** What the practice gateway's services answer, and what the agent reads. */
const OUTCOMES = [
  { target: 'busy', title: 'Busy', sentence: 'They are in another call.' },
  { target: 'decline', title: 'Declined', sentence: 'They declined the call.' },
  {
    target: 'nobody-of-this-name',
    title: 'Not found',
    sentence: 'This number or name does not exist. Check the number.',
  },
] as const;

test('each way in which a call fails has its own words', async ({ launch }) => {
  const { page } = await launch();
  await untilRegistered(page);
  for (const { target, title, sentence } of OUTCOMES) {
    await dial(page, target);
    const card = callCard(page, 'ended');
    await expect(card).toContainText(title);
    await expect(card).toContainText(sentence);
    await card.getByRole('button', { name: 'Dismiss' }).click();
    await expect(callCard(page)).toHaveCount(0);
  }
});

test('nobody answers: it rings, and hanging up cancels it', async ({ launch }) => {
  const { page } = await launch();
  await untilRegistered(page);
  await dial(page, 'no-answer');
  await expect(callCard(page, 'ringing')).toContainText('Ringing');
  await press(page, 'end');
  await expect(callCard(page, 'ended')).toContainText('You cancelled before they answered.');
});

/** The small always-on-top window, once it is there. */
async function incomingWindow(app: RunningApp): Promise<Page> {
  await expect
    .poll(() => app.electron.windows().some((page) => page.url().includes('incoming.html')), { timeout: 15_000 })
    .toBe(true);
  const page = app.electron.windows().find((each) => each.url().includes('incoming.html'));
  if (page === undefined) throw new Error('the incoming window closed again');
  return page;
}

/** What Electron says about the incoming window; null when no window shows. */
async function incomingState(app: RunningApp): Promise<{ focused: boolean; onTop: boolean } | null> {
  return await app.electron.evaluate(({ BrowserWindow }) => {
    const window = BrowserWindow.getAllWindows().find(
      (each) => !each.webContents.isDestroyed() && each.webContents.getURL().includes('incoming.html'),
    );
    return window?.isVisible() === true ? { focused: window.isFocused(), onTop: window.isAlwaysOnTop() } : null;
  });
}

test('call-me calls back: the small window shows without taking the focus, Answer in the phone window takes the call', async ({
  launch,
}) => {
  const app = await launch({ toneHz: 700 });
  const { page } = app;
  await untilRegistered(page);
  await dial(page, 'call-me');
  const ringing = page.getByRole('article', { name: /^Incoming call from/ });
  await expect(ringing).toBeVisible({ timeout: 15_000 });
  await expect(page.getByRole('alert').filter({ hasText: /^Incoming call from/ })).toHaveCount(1);

  await expect.poll(() => incomingState(app)).toEqual({ focused: false, onTop: true });
  const small = await incomingWindow(app);
  await expect(small.getByRole('button', { name: BUTTON.answer })).toBeVisible();
  await expect(small.getByRole('button', { name: BUTTON.decline })).toBeVisible();

  await ringing.getByRole('button', { name: BUTTON.answer }).click();
  await expect(callCard(page, 'active')).toBeVisible();
  await expect.poll(() => incomingState(app)).toBeNull();
  await waitForTone(page, 700);
  await press(page, 'end');
  await expect(callCard(page, 'ended').last()).toContainText('You ended the call.');
});

test('the small window answers and declines by itself', async ({ launch }) => {
  const app = await launch();
  const { page } = app;
  await untilRegistered(page);
  for (const [name, phase] of [
    ['Answer', 'active'],
    ['Decline', 'ended'],
  ] as const) {
    await dial(page, 'call-me');
    await expect(page.getByRole('article', { name: /^Incoming call from/ })).toBeVisible({ timeout: 15_000 });
    await expect.poll(() => incomingState(app)).not.toBeNull();
    const small = await incomingWindow(app);
    await untilGone(small, () => small.getByRole('button', { name }).click());
    await expect(callCard(page, phase).last()).toBeVisible();
    await expect.poll(() => incomingState(app)).toBeNull();
    if (phase === 'active') await press(page, 'end');
    else await expect(callCard(page, 'ended').filter({ hasText: 'You declined the call.' })).toBeVisible();
    // Ended calls leave by themselves.
    await expect(callCard(page)).toHaveCount(0, { timeout: 15_000 });
  }
});

test('an incoming call does not take the focus from what the agent types', async ({ launch }) => {
  const app = await launch();
  const { page } = app;
  await untilRegistered(page);
  await dial(page, 'call-me');
  await expect(callCard(page, 'ended')).toBeVisible();
  const field = page.getByRole('textbox', { name: 'Name or number' });
  await field.fill('12');
  await expect(page.getByRole('article', { name: /^Incoming call from/ })).toBeVisible({ timeout: 15_000 });
  await expect(field).toBeFocused();
  await page.keyboard.type('34');
  await expect(field).toHaveValue(/1\D*2\D*3\D*4/);
  await press(page, 'decline');
  await expect(callCard(page, 'ended').filter({ hasText: 'You declined the call.' })).toBeVisible();
});
