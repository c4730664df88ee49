/** The admin passphrase and its small window, as a person uses them. */
import { randomBytes } from 'node:crypto';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, type RunningApp } from './app';
import { ask, untilGone } from './phone-driver';

/** Never one from a list: what is searched for later must be found nowhere by chance. */
export const newPassphrase = (): string => `caf\u00e9 ${randomBytes(12).toString('hex')}`;

export async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page })
    .setLegacyMode(true)
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  return found.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary ?? ''}`),
  );
}

export const unlockWindows = ({ electron }: RunningApp): Page[] =>
  electron.windows().filter((page) => page.url().includes('/unlock.html'));

/** The small window, once it shows its fields. */
export async function unlockWindow(app: RunningApp): Promise<Page> {
  await expect.poll(() => unlockWindows(app).length).toBe(1);
  const [page] = unlockWindows(app);
  if (page === undefined) throw new Error('no unlock window');
  await expect(page.locator('input[type="password"]').first()).toBeVisible();
  return page;
}

export async function openSettings({ page }: RunningApp, tab: 'Profiles' | 'Keys'): Promise<void> {
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('tab', { name: tab }).click();
}

export async function setPassphrase(app: RunningApp, passphrase: string): Promise<void> {
  await openSettings(app, 'Keys');
  await app.page.getByRole('button', { name: 'Set passphrase...' }).click();
  const small = await unlockWindow(app);
  await small.getByLabel('New passphrase', { exact: true }).fill(passphrase);
  await small.getByLabel('New passphrase again').fill(passphrase);
  await untilGone(small, () => small.getByRole('button', { name: 'Set passphrase' }).click());
}

export async function typePassphrase(small: Page, passphrase: string): Promise<void> {
  await small.getByLabel('Passphrase').fill(passphrase);
  await small.getByRole('button', { name: 'Unlock' }).click();
}

export const changesOf = async (app: RunningApp, what: 'admin' | 'phone'): Promise<readonly string[]> =>
  (await ask(app.page, 'audit.recent', { limit: 200 }))
    .flatMap((entry) => (entry.what === what ? [`${entry.change} ${entry.cause}`] : []))
    .reverse();

/** Cancels the small window, and waits until it is gone. */
export async function untilSmallGone(small: Page): Promise<void> {
  await untilGone(small, () => small.getByRole('button', { name: 'Cancel' }).click());
}
