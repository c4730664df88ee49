/** The desk behind the admin's lock: what is refused has a button that leads on, also where the admin's file wants a passphrase that nobody has set yet. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test, type RunningApp } from '../support/app/app';
import { ask, lineTo, untilGone, untilRegistered } from '../support/app/phone-driver';

/** The admin's small window, once it shows its fields. */
async function smallWindow({ electron }: RunningApp, timeoutMs = 5_000): Promise<Page> {
  const opened = (): Page | undefined => electron.windows().find((page) => page.url().includes('/unlock.html'));
  await expect.poll(() => opened() !== undefined, { timeout: timeoutMs }).toBe(true);
  const page = opened();
  if (page === undefined) throw new Error('no unlock window');
  await expect(page.locator('input[type="password"]').first()).toBeVisible();
  return page;
}

test('a passphrase that the policy file wants is set from the refusal, and what was refused goes on; an import survives the lock', async ({
  launch,
  keyring,
  folder,
}) => {
  const [policy, lines] = [join(folder, 'policy.json'), join(folder, 'lines.json')];
  await writeFile(policy, '{ "version": 1, "adminLock": "required" }\n');
  await writeFile(
    lines,
    JSON.stringify({
      format: 'ringfence-profiles',
      version: 1,
      profiles: [lineTo('wss://pbx.example.com/ws', '1001')],
    }),
  );
  const app = await launch({ bus: keyring.bus, env: { RINGFENCE_POLICY_FILE: policy } });
  const { page } = app;
  const passphrase = randomBytes(16).toString('hex');
  await untilRegistered(page);
  await app.electron.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
  }, lines);
  await page.getByRole('link', { name: 'Settings' }).click();
  await expect(page.getByRole('group', { name: 'Admin lock' })).toContainText('No passphrase is set');
  // Whoever is asked to unlock what has no passphrase may set one.
  const asking = ask(page, 'admin.ask', { question: 'unlock' });
  const early = await smallWindow(app);
  await expect(early.getByLabel('New passphrase', { exact: true })).toBeFocused();
  await untilGone(early, () => early.getByRole('button', { name: 'Cancel' }).click());
  expect((await asking).configured).toBe(false);

  await page.getByRole('button', { name: 'Import...' }).click();
  const refusal = page.getByRole('tabpanel').getByRole('alert');
  await expect(refusal).toContainText('wants an admin passphrase');
  // Somebody closed that window a moment ago: it is not opened again at once.
  await expect(async () => {
    await refusal.getByRole('button', { name: 'Set passphrase...' }).click();
    await smallWindow(app, 1_000);
  }).toPass({ timeout: 30_000 });
  const first = await smallWindow(app);
  await first.getByLabel('New passphrase', { exact: true }).fill(passphrase);
  await first.getByLabel('New passphrase again').fill(passphrase);
  await untilGone(first, () => first.getByRole('button', { name: 'Set passphrase' }).click());

  const preview = page.getByRole('region', { name: 'Import profiles' });
  await expect(preview.getByRole('listitem')).toHaveCount(1);
  // The five minutes are over while somebody reads it.
  await ask(page, 'admin.lock');
  await preview.getByRole('button', { name: 'Import 1 profile' }).click();
  await refusal.getByRole('button', { name: 'Unlock' }).click();
  const second = await smallWindow(app);
  await second.getByLabel('Passphrase').fill(passphrase);
  await untilGone(second, () => second.getByRole('button', { name: 'Unlock' }).click());
  await expect(page.getByText('Imported: 1 new, 0 changed.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Import...' })).toBeFocused();
  expect((await ask(page, 'profiles.snapshot')).profiles.map(({ id }) => id)).toEqual(['practice', 'line-1001']);
});
