import { randomBytes } from 'node:crypto';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '../support/app/app';
import { BUTTON } from '../support/app/call-buttons';
import { ask, callCard, dial, lineTo, press, takeLine, untilRegistered } from '../support/app/phone-driver';

test('a malformed number or address is not dialled: one sentence, one button, the text stays', async ({ launch }) => {
  const { page } = await launch();
  await untilRegistered(page);
  for (const typed of ['+12', '12 34 ab', 'sip:@nowhere', 'two words', '<script>alert(1)</script>', 'a@b@c']) {
    await dial(page, typed);
    const notice = page.locator('section[aria-label="Dialler"]').getByRole('alert');
    await expect(notice, typed).toBeVisible();
    await expect(notice.getByRole('button', { name: 'Check the number' })).toBeVisible();
    await expect(callCard(page)).toHaveCount(0);
    await expect(page.getByRole('textbox', { name: 'Name or number' })).not.toHaveValue('');
    await notice.getByRole('button', { name: 'Dismiss' }).click();
  }
  // Nothing of it left the computer.
  await expect(page.locator('[data-testid="event-row"][data-kind="call-dialing"]')).toHaveCount(0);
});

test('the gateway is down: the status says so and offers a way out; the phone keeps trying', async ({
  launch,
  gateway,
  keyring,
}) => {
  const app = await launch({ bus: keyring.bus });
  await gateway.kill();
  await takeLine(app, lineTo(gateway.url, '1001'), gateway.key);
  const status = app.page.getByTestId('registration');
  await expect(status).toHaveAttribute('data-phase', 'waiting', { timeout: 15_000 });
  await status.click();
  const dialog = app.page.getByRole('dialog', { name: 'Registration' });
  await expect(dialog).toContainText('No connection to the phone system');
  await expect(dialog.getByRole('button', { name: 'Open profiles' })).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Try now' })).toBeVisible();
  await app.page.keyboard.press('Escape');
  await dial(app.page, 'echo');
  await expect(app.page.getByRole('alert').filter({ hasText: /\w/ }).first()).toBeVisible();
  await expect(callCard(app.page, 'active')).toHaveCount(0);
});

test('a wrong key: the token is refused, and the sentence leads to the keys', async ({ launch, gateway, keyring }) => {
  const app = await launch({ bus: keyring.bus });
  await takeLine(app, lineTo(gateway.url, '1001'), randomBytes(32).toString('base64url'));
  const { page } = app;
  await expect(page.getByTestId('registration')).toHaveAttribute('data-phase', 'waiting', { timeout: 15_000 });
  await page.getByTestId('registration').click();
  const dialog = page.getByRole('dialog', { name: 'Registration' });
  // The page sees a failed connection only; main saw the gateway's 401.
  await expect(dialog).toContainText('The gateway refused the token. Check that it has the key', { timeout: 15_000 });
  await expect(dialog.getByRole('button', { name: 'Open keys' })).toBeVisible();
});

test('a damaged profile file is set aside with a message, never lost', async ({ launch, userDataDir }) => {
  const first = await launch({ userDataDir });
  await untilRegistered(first.page);
  await ask(first.page, 'profiles.save', lineTo('ws://127.0.0.1:9/', '1001'));
  await first.close();
  const [file] = (await readdir(userDataDir)).filter((name) => name === 'profiles.json');
  expect(file).toBe('profiles.json');
  const damaged = `${(await readFile(join(userDataDir, 'profiles.json'), 'utf8')).slice(0, -20)} oops`;
  await writeFile(join(userDataDir, 'profiles.json'), damaged);

  const { page } = await launch({ userDataDir });
  await untilRegistered(page);
  const { notice, profiles } = await ask(page, 'profiles.snapshot');
  expect(notice).toMatch(/set aside|kept/i);
  expect(profiles.map(({ id }) => id)).toEqual(['practice']);
  await expect(page.getByTestId('event-row').filter({ hasText: notice ?? '' })).toBeVisible();
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('tab', { name: 'Profiles' }).click();
  await expect(page.getByText(notice ?? '')).toBeVisible();
  const kept = await Promise.all(
    (await readdir(userDataDir))
      .filter((name) => name.startsWith('profiles'))
      .map((name) => readFile(join(userDataDir, name), 'utf8')),
  );
  expect(kept).toContain(damaged);
});

test('no microphone: a call that the agent places says why, and nothing is dialled', async ({ launch }) => {
  const { page } = await launch({ toneHz: null });
  await untilRegistered(page);
  await dial(page, 'echo');
  const notice = page.getByRole('region', { name: 'Dialler' }).getByRole('alert');
  await expect(notice).toContainText(/microphone/i);
  await expect(notice.getByRole('button', { name: 'Choose microphone' })).toBeVisible();
  await expect(page.locator('[data-testid="event-row"][data-kind="call-ringing"]')).toHaveCount(0);
  await expect(callCard(page, 'active')).toHaveCount(0);
});

test('the microphone is missing, refused or taken when a call comes: it keeps ringing, and is answered once that is fixed', async ({
  launch,
  gateway,
  keyring,
}) => {
  const caller = await launch({ bus: keyring.bus });
  const called = await launch({ bus: keyring.bus, toneHz: null });
  await takeLine(caller, lineTo(gateway.url, '1001'), gateway.key);
  await takeLine(called, lineTo(gateway.url, '1002'), gateway.key);
  for (const [{ page }, user] of [
    [caller, '1001'],
    [called, '1002'],
  ] as const) {
    await expect(page.getByTestId('registration')).toContainText(`as ${user}`);
    await untilRegistered(page);
  }
  const { page } = called;
  await dial(caller.page, '1002');
  const incoming = page.getByRole('article', { name: /^Incoming call from/ });
  await expect(incoming).toBeVisible();
  const answerFails = async (sentence: string): Promise<void> => {
    await incoming.getByRole('button', { name: BUTTON.answer }).click();
    await expect(page.getByRole('alert').filter({ hasText: sentence })).toBeVisible();
    await expect(incoming).toHaveAttribute('data-phase', 'ringing');
    await expect(callCard(caller.page, 'ringing')).toBeVisible();
  };
  // This computer really has none.
  await answerFails('No sound from your microphone: none is connected.');
  const microphoneFails = (reason: string): Promise<void> =>
    page.evaluate((name) => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('broken by the test', name));
    }, reason);
  await microphoneFails('NotAllowedError');
  await answerFails('Ringfence may not use the microphone: allow it in the system settings.');
  await microphoneFails('NotReadableError');
  await answerFails('No sound from your microphone: another program holds it.');
  await page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () =>
      Promise.resolve(new AudioContext().createMediaStreamDestination().stream);
  });
  await incoming.getByRole('button', { name: BUTTON.answer }).click();
  await expect(callCard(page, 'active')).toBeVisible();
  await expect(callCard(caller.page, 'active')).toBeVisible();
  await press(page, 'end');
});
