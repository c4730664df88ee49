/** A promoted key that its gateway does not know: amber, one sentence, one line, few tokens, and a way back until the gateway has accepted it. */
import { fingerprintOf } from '../../src/gateway/authenticator';
import { expect, test } from '../support/app/app';
import { measured } from '../support/measured';
import { lineToLab } from '../support/phones/lab-line';
import { ask, callCard, dial, invoke, lineTo, press, takeLine, untilRegistered } from '../support/app/phone-driver';
import { newKey } from '../support/app/rotation-script';
import {
  expectUnknown,
  keysInKeychain,
  notice,
  promoteUnknown,
  statusOf,
  tokensSincePromotion,
} from '../support/app/unknown-key-script';
import { newPassphrase, setPassphrase, typePassphrase, unlockWindow, violations } from '../support/app/unlock-window';

/** The first token, and another one after five seconds. */
const MOST_TOKENS = 2;
const WATCHED_MS = 6_000;
/** From the narrowest window to the usual one. */
const SIZES = [
  [360, 560],
  [760, 700],
  [1040, 700],
] as const;

test('the line turns amber in a call, tries few tokens in one line, and goes back to the old key', async ({
  launch,
  gateway,
  keyring,
}, testInfo) => {
  test.slow();
  const app = await launch({ bus: keyring.bus });
  const { page } = app;
  const line = lineTo(gateway.url, '1001');
  const next = newKey();
  const [oldPrint, nextPrint] = [fingerprintOf(gateway.key), fingerprintOf(next)];
  await takeLine(app, line, gateway.key);
  await expect(page.getByTestId('registration')).toContainText('as 1001');
  await untilRegistered(page);
  await dial(page, 'echo');
  await expect(callCard(page, 'active')).toBeVisible();

  await promoteUnknown(app, line.id, next);
  const promotedAt = Date.now();
  await expectUnknown(page, next);
  await expect(page.getByTestId('registration')).toHaveAttribute('data-phase', 'registered');
  await expect(page.getByTestId('registration')).toContainText('Key unknown');
  expect(await statusOf(page, line.id)).toMatchObject({
    active: { fingerprint: nextPrint },
    former: { fingerprint: oldPrint },
  });
  expect(await keysInKeychain(keyring.bus, line.id)).toEqual([oldPrint, nextPrint].sort());

  const rows = page.getByTestId('event-row');
  const folded = rows.filter({ hasText: 'Key not known yet' });
  await expect(folded).toContainText(`${nextPrint} · 2 tokens were refused`, { timeout: 10_000 });
  await expect(folded).toHaveCount(1);
  await expect.poll(() => Date.now() - promotedAt, { timeout: 2 * WATCHED_MS }).toBeGreaterThan(WATCHED_MS);
  const tokens = await tokensSincePromotion(app);
  measured(`${tokens.length} tokens in ${((Date.now() - promotedAt) / 1000).toFixed(1)} s after the promotion`);
  expect(tokens.length).toBeLessThanOrEqual(MOST_TOKENS);
  // Above the promotion's own row there is the folded one alone.
  expect((await rows.allTextContents()).findIndex((text) => text.includes('Key promoted'))).toBe(1);
  const mints = (await ask(page, 'audit.recent', { limit: 50 })).filter(({ what }) => what === 'mint');
  expect(mints.filter((entry) => entry.what === 'mint' && entry.untriedKey === nextPrint)).toHaveLength(1);

  for (const theme of ['light', 'dark'] as const) {
    await ask(page, 'settings.set', { theme });
    for (const [width, height] of SIZES) {
      await app.electron.evaluate(
        ({ BrowserWindow }, [w, h]) => BrowserWindow.getAllWindows()[0]?.setContentSize(w, h),
        [width, height] as const,
      );
      await expect.poll(() => page.evaluate(() => innerWidth)).toBe(width);
      await page.screenshot({ path: testInfo.outputPath(`key-unknown-${width}-${theme}.png`) });
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      // The word is whole.
      const hidden = await page.locator('.registration-word').evaluate((word) => word.scrollWidth - word.clientWidth);
      expect(hidden).toBe(0);
      expect(await violations(page)).toEqual([]);
    }
  }
  await expect(callCard(page, 'active')).toBeVisible();
  await notice(page).getByRole('button', { name: 'Back to the old key' }).press('Enter');
  await untilRegistered(page);
  await expect(page.getByTestId('registration')).toHaveAttribute('data-tone', 'good');
  await expect(notice(page)).toHaveCount(0);
  expect(await statusOf(page, line.id)).toMatchObject({
    active: { fingerprint: oldPrint },
    next: { fingerprint: nextPrint },
    former: null,
    retired: null,
  });
  await expect(rows.filter({ hasText: 'Key active again' })).toContainText(oldPrint);
  await press(page, 'end');
  await expect(callCard(page, 'ended')).toContainText('You ended the call.');
});

test('the line turns green by itself when its gateway learns the key, and the old one leaves the keychain', async ({
  launch,
  gateway,
  keyring,
  userDataDir,
}) => {
  const line = lineTo(gateway.url, '1001');
  const next = newKey();
  const [oldPrint, nextPrint] = [fingerprintOf(gateway.key), fingerprintOf(next)];
  const first = await launch({ bus: keyring.bus, userDataDir });
  await takeLine(first, line, gateway.key);
  await expect(first.page.getByTestId('registration')).toContainText('as 1001');
  await untilRegistered(first.page);
  await promoteUnknown(first, line.id, next);
  await expectUnknown(first.page, next);
  await first.close();

  // After a restart there is no token of before to go on with.
  const app = await launch({ bus: keyring.bus, userDataDir });
  const { page } = app;
  await expectUnknown(page, next);
  await expect(page.getByTestId('registration')).toHaveAttribute('data-phase', 'waiting');
  await expect(notice(page).getByRole('button', { name: 'Back to the old key' })).toBeVisible();
  expect(await keysInKeychain(keyring.bus, line.id)).toEqual([oldPrint, nextPrint].sort());

  await gateway.setKeys(gateway.key, next);
  await untilRegistered(page, 30_000);
  await expect(page.getByTestId('registration')).toHaveAttribute('data-tone', 'good');
  await expect.poll(() => keysInKeychain(keyring.bus, line.id)).toEqual([nextPrint]);
  expect(await statusOf(page, line.id)).toMatchObject({
    active: { fingerprint: nextPrint },
    former: null,
    retired: { fingerprint: oldPrint },
  });
  await expect(page.getByTestId('event-row').filter({ hasText: 'Key accepted by the gateway' })).toContainText(
    nextPrint,
  );
  expect(await invoke(page, 'keys.back', { profileId: line.id })).toMatchObject({
    ok: false,
    failure: { reason: 'key-absent' },
  });
});

test('an agent without the admin passphrase does not go back to the old key', async ({ launch, gateway, keyring }) => {
  const app = await launch({ bus: keyring.bus });
  const { page } = app;
  const line = lineTo(gateway.url, '1001');
  const next = newKey();
  const passphrase = newPassphrase();
  await takeLine(app, line, gateway.key);
  await untilRegistered(page);
  await promoteUnknown(app, line.id, next);
  await setPassphrase(app, passphrase);
  await ask(page, 'admin.lock');
  await page.getByRole('link', { name: 'Phone' }).click();
  await expectUnknown(page, next);
  await notice(page).getByRole('button', { name: 'Back to the old key' }).click();
  const refused = page.getByRole('status').filter({ hasText: 'This needs the admin passphrase' });
  await expect(refused).toBeVisible();
  expect((await statusOf(page, line.id))?.active?.fingerprint).toBe(fingerprintOf(next));
  await refused.getByRole('button', { name: 'Unlock' }).click();
  await typePassphrase(await unlockWindow(app), passphrase);
  await expect.poll(async () => (await statusOf(page, line.id))?.active?.fingerprint).toBe(fingerprintOf(gateway.key));
  await untilRegistered(page);
});

for (const presentation of ['bearer', 'digest'] as const) {
  test.describe(`on Kamailio, with ${presentation}`, () => {
    test.use({ labOptions: { presentation } });
    test('the line goes on with the token that it has, and back to the old key', async ({ launch, lab, keyring }) => {
      const app = await launch({ bus: keyring.bus });
      const { page } = app;
      const line = lineToLab(lab);
      const next = newKey();
      await takeLine(app, line, lab.activeKey);
      await expect(page.getByTestId('registration')).toContainText('as 1001');
      await untilRegistered(page);
      await promoteUnknown(app, line.id, next);
      const promotedAt = Date.now();
      await expectUnknown(page, next);
      await expect(page.getByTestId('registration')).toHaveAttribute('data-phase', 'registered');
      await expect.poll(() => Date.now() - promotedAt, { timeout: 2 * WATCHED_MS }).toBeGreaterThan(WATCHED_MS);
      expect((await tokensSincePromotion(app)).length).toBeLessThanOrEqual(MOST_TOKENS);
      // The registrar takes the old token still: a call can be made.
      await dial(page, 'bob');
      await expect(callCard(page, 'active')).toBeVisible();
      await press(page, 'end');
      await notice(page).getByRole('button', { name: 'Back to the old key' }).click();
      await untilRegistered(page);
      await expect(page.getByTestId('registration')).toHaveAttribute('data-tone', 'good');
      expect((await statusOf(page, line.id))?.active?.fingerprint).toBe(fingerprintOf(lab.activeKey));
    });
  });
}
