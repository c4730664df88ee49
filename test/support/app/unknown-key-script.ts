/** A key is promoted that its gateway does not know: what the agent sees, how many tokens that costs, and what the keychain holds. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';
import { fingerprintOf } from '../../../src/gateway/authenticator';
import { expect, type RunningApp } from './app';
import { ask, copyElsewhere } from './phone-driver';

/** Adds `next` in the app alone, and promotes it at once: main is asked, as the rotation's own buttons do. */
export async function promoteUnknown(app: RunningApp, profileId: string, next: string): Promise<void> {
  await copyElsewhere(app, next);
  await ask(app.page, 'keys.pasteFromClipboard', { profileId, slot: 'next' });
  await ask(app.page, 'keys.promote', { profileId });
}

/** Fingerprints of the tokens that main gave to the window since the last promotion. */
export async function tokensSincePromotion(app: RunningApp): Promise<readonly string[]> {
  const seen = await app.ipcSeen();
  const from = seen.findLastIndex(({ channel }) => channel === 'reply to keys.promote');
  return seen
    .slice(from)
    .filter(({ channel }) => channel === 'grants.renewed' || channel === 'reply to grants.get')
    .flatMap(({ payload }) => /"fingerprint":"([0-9a-f]{8})"/.exec(payload)?.[1] ?? []);
}

/** The line in amber, with the sentence. */
export async function expectUnknown(page: Page, key: string): Promise<void> {
  const pill = page.getByTestId('registration');
  await expect(pill).toHaveAttribute('data-tone', 'warn', { timeout: 5_000 });
  await expect(notice(page)).toContainText(`The gateway does not know key ${fingerprintOf(key)} yet.`);
}

/** What stands below the calls about the key. */
export const notice = (page: Page) => page.getByRole('status').filter({ hasText: 'The gateway does not know key' });

export const statusOf = async (page: Page, profileId: string) =>
  (await ask(page, 'profiles.snapshot')).keys.find((each) => each.profileId === profileId);

/** Fingerprints of the keys that the keychain on this bus holds for a profile. */
export async function keysInKeychain(bus: string, profileId: string): Promise<readonly string[]> {
  const script = `const { createHash } = require('node:crypto');
    const print = (text) => createHash('sha256').update(text, 'utf8').digest('hex').slice(0, 8);
    require('keytar').findCredentials('Ringfence').then((all) => console.log(JSON.stringify(
      all.filter(({ account }) => account.includes('/' + process.env.PROFILE + '/')).map(({ password }) => print(password)))));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], {
    env: { ...process.env, DBUS_SESSION_BUS_ADDRESS: bus, PROFILE: profileId },
  });
  return (JSON.parse(stdout) as string[]).sort();
}
