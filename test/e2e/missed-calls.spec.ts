/** Calls that were missed or failed wait for the agent: on the screen, on the badge, in the title, in the taskbar, and in the live column. */
import { expect, test, type RunningApp } from '../support/app/app';
import { BUTTON } from '../support/app/call-buttons';
import { joinOddLine, type OddLine } from '../support/app/odd-line';
import { ask, callCard, dial, press, resize, untilRegistered } from '../support/app/phone-driver';
import { violations } from '../support/app/unlock-window';

const rows = (app: RunningApp, kind: string) => app.page.locator(`[data-testid="event-row"][data-kind="${kind}"]`);

/** Somebody calls and gives up. */
async function miss(line: OddLine, from: string): Promise<void> {
  const invite = await line.invite({ from });
  await expect(callCard(line.page, 'ringing')).toBeVisible();
  await line.gateway.send(
    invite
      .replace(/^INVITE/, 'CANCEL')
      .replace('CSeq: 1 INVITE', 'CSeq: 1 CANCEL')
      .replace(/Content-Type: [^]*$/, 'Content-Length: 0\r\n\r\n'),
  );
  await expect(callCard(line.page, 'ringing')).toHaveCount(0);
}

/** How often the taskbar was told to flash, while nobody looks at the window. */
async function watchTaskbar({ electron }: RunningApp): Promise<() => Promise<readonly boolean[]>> {
  await electron.evaluate(({ BrowserWindow }) => {
    const window = BrowserWindow.getAllWindows().find((each) => each.webContents.getURL().endsWith('/index.html'));
    const flashes: boolean[] = [];
    Object.assign(globalThis, { flashes });
    Object.assign(window ?? {}, { isFocused: () => false, flashFrame: (on: boolean) => flashes.push(on) });
  });
  return () => electron.evaluate(() => (globalThis as unknown as { flashes: boolean[] }).flashes);
}

test('missed calls stay until they are put away or called back; badge, title and taskbar say so', async ({
  launch,
  keyring,
}, testInfo) => {
  test.setTimeout(180_000);
  const app = await launch({ bus: keyring.bus });
  const { page } = app;
  const flashes = await watchTaskbar(app);
  const line = await joinOddLine(app);
  const badge = page.getByTestId('missed-badge');
  const ended = callCard(page, 'ended');
  try {
    await expect(badge).toHaveCount(0);
    await miss(line, '"Asha" <sip:2001@practice.ringfence.local>;tag=a');
    await expect(badge).toHaveAttribute('data-label', '1');
    await expect.poll(flashes).toEqual([true]);
    await miss(line, '"Kamau" <sip:2002@practice.ringfence.local>;tag=k');
    await expect(badge).toHaveAttribute('data-label', '2');
    await expect(page.getByRole('link', { name: 'Phone, 2 missed calls' })).toBeVisible();
    await expect(page).toHaveTitle('2 missed');

    // A card that goes by itself goes after five seconds: one that is placed and ended now is the clock.
    await dial(page, '1009');
    await press(page, 'end');
    await expect(ended.filter({ hasText: 'Cancelled' })).toBeVisible();
    await expect(ended.filter({ hasText: 'Cancelled' })).toHaveCount(0, { timeout: 15_000 });
    await expect(ended).toHaveCount(2);

    await page.emulateMedia({ reducedMotion: 'reduce' });
    for (const theme of ['light', 'dark'] as const) {
      await ask(page, 'settings.set', { theme });
      for (const [width, height] of [
        [1040, 700],
        [760, 620],
        [360, 560],
      ] as const) {
        await resize(app, width, height);
        await page.screenshot({ path: testInfo.outputPath(`missed-${width}-${theme}.png`) });
        // The older one is a line that is whole: the keypad makes room for it.
        const older = ended.filter({ hasText: 'Asha' });
        await older.scrollIntoViewIfNeeded();
        const [line, around] = [await older.boundingBox(), await page.locator('.calls-more').boundingBox()];
        expect.soft((around?.height ?? 0) - (line?.height ?? 9_999), `${width}, ${theme}`).toBeGreaterThanOrEqual(0);
        expect.soft(await violations(page), `${width}, ${theme}`).toEqual([]);
      }
    }
    await resize(app, 1040, 700);

    // Called back by hand: that card goes, the other one stays.
    const asked = await line.calls('2001', () => []);
    expect(asked).toContain('sip:2001@');
    await expect(badge).toHaveAttribute('data-label', '1');
    await expect(page).toHaveTitle('Calling: 2001');
    await press(page, 'end');
    await expect(page).toHaveTitle('1 missed');

    // Called back by its button.
    const again = line.gateway.next((text) => /^INVITE sip:2002@/.test(text), 'the call back');
    await ended.filter({ hasText: 'Kamau' }).getByRole('button', { name: BUTTON.callBack }).click();
    await again;
    await expect(badge).toHaveCount(0);
    await press(page, 'end');

    // Put away.
    await miss(line, '"Lina" <sip:2003@practice.ringfence.local>;tag=l');
    await expect(badge).toHaveAttribute('data-label', '1');
    await ended.filter({ hasText: 'Lina' }).getByRole('button', { name: BUTTON.dismiss }).click();
    await expect(badge).toHaveCount(0);
    await expect(page).toHaveTitle('Ringfence');

    // Nobody is called to the window while the agent does not want to be disturbed; the badge counts.
    const before = (await flashes()).length;
    await ask(page, 'settings.set', { doNotDisturb: true });
    await miss(line, '"Lina" <sip:2003@practice.ringfence.local>;tag=m');
    await expect(badge).toHaveAttribute('data-label', '1');
    expect(await flashes()).toHaveLength(before);

    // Another line of the agent's: what was missed on this one is there still.
    await ask(page, 'profiles.select', { profileId: 'practice' });
    await untilRegistered(page);
    await expect(badge).toHaveAttribute('data-label', '1');
    await expect(ended).toContainText('Lina');
    await ended.getByRole('button', { name: BUTTON.dismiss }).click();
    await expect(ended).toHaveCount(0);
  } finally {
    await line.gateway.close();
  }
});

test('a call that failed stays, is among the errors, and its row opens to why, to its number and to a call', async ({
  launch,
}, testInfo) => {
  test.setTimeout(120_000);
  const app = await launch();
  const { page, electron } = app;
  await untilRegistered(page);
  await dial(page, 'busy');
  const ended = callCard(page, 'ended');
  const details = await ended.getByText('Details').boundingBox();
  expect(details?.height, 'large enough to be hit').toBeGreaterThanOrEqual(24);
  await expect(ended).toContainText('They are in another call.');
  await ended.getByText('Details').click();
  await expect(ended.locator('code')).toHaveText('486 Busy Here');
  await dial(page, 'echo');
  await expect(callCard(page, 'active')).toBeVisible();
  await expect(ended, 'one line, while a call is up').toContainText('Busy');
  await expect(page).toHaveTitle(/^00:\d\d echo$/);
  await press(page, 'end');
  await expect(ended.filter({ hasText: 'Busy' }).getByRole('button', { name: BUTTON.callAgain })).toBeVisible();

  await page
    .getByRole('radio', { name: 'Errors' })
    .or(page.getByRole('button', { name: 'Errors' }))
    .first()
    .click();
  const row = rows(app, 'call-failed');
  await expect(row).toHaveCount(1);
  await expect(rows(app, 'registered')).toHaveCount(0);
  const opener = row.getByRole('button', { name: 'Call failed' });
  await expect(opener).toHaveAttribute('aria-expanded', 'false');
  await opener.focus();
  await page.keyboard.press('Enter');
  await expect(opener).toHaveAttribute('aria-expanded', 'true');
  await expect(row).toContainText('They are in another call.');
  await expect(row).toContainText('486');
  await page.emulateMedia({ reducedMotion: 'reduce' });
  for (const theme of ['light', 'dark'] as const) {
    await ask(page, 'settings.set', { theme });
    await page.screenshot({ path: testInfo.outputPath(`row-1040-${theme}.png`) });
    expect.soft(await violations(page), theme).toEqual([]);
  }
  await row.getByRole('button', { name: 'Copy number' }).click();
  await expect.poll(() => electron.evaluate(({ clipboard }) => clipboard.readText())).toBe('busy');
  await row.getByRole('button', { name: 'Call busy' }).click();
  await expect(rows(app, 'call-failed')).toHaveCount(2);
  // A person who is called again has one card.
  await expect(ended.filter({ hasText: 'Busy' })).toHaveCount(1);
  await ended.filter({ hasText: 'Busy' }).getByRole('button', { name: BUTTON.dismiss }).click();
  await expect(ended.filter({ hasText: 'Busy' })).toHaveCount(0);
});
