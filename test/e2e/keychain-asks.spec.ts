/** A keychain that asks a person, refuses, gives out garbage, or goes away: a secret service of our own, asked by the real keytar. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test, type RunningApp } from '../support/app/app';
import { measured } from '../support/measured';
import { ask, invoke, lineTo, takeLine, untilRegistered } from '../support/app/phone-driver';
import type { SecretService } from '../support/servers/secret-service';

const LINE = 'line-1001';

/** What the window says of the line. */
const saysOfTheLine = async (page: Page): Promise<string> =>
  (await page.locator('.failure-notice').textContent()) ?? '';
const stateOfTheKey = async (page: Page): Promise<string | undefined> =>
  (await ask(page, 'profiles.snapshot')).keys.find(({ profileId }) => profileId === LINE)?.state;
const accountOfTheKey = (service: SecretService): string =>
  [...service.kept.keys()].find((account) => account.includes(`/${LINE}/`)) ?? '';

/** A folder whose chosen line has its key in this keychain. */
async function lineInKeychain(
  launch: (options: { readonly bus: string; readonly userDataDir: string }) => Promise<RunningApp>,
  service: SecretService,
  gateway: { readonly url: string; readonly key: string },
  userDataDir: string,
): Promise<void> {
  const first = await launch({ bus: service.bus, userDataDir });
  await takeLine(first, lineTo(gateway.url, '1001'), gateway.key);
  await expect(first.page.getByTestId('registration')).toContainText('as 1001');
  await untilRegistered(first.page);
  await first.close();
}

test('while it asks, files, settings and the choice of a line work; the answer counts however late it comes', async ({
  launch,
  gateway,
  secretService: service,
  userDataDir,
}) => {
  await lineInKeychain(launch, service, gateway, userDataDir);
  service.locked = true;
  const app = await launch({ bus: service.bus, userDataDir });
  const { page } = app;
  await expect.poll(() => service.openPrompts()).toBeGreaterThan(0);
  await expect(page.getByTestId('registration')).toHaveAttribute('data-phase', 'waiting');
  await expect.poll(() => saysOfTheLine(page)).toContain('The keychain asks');
  expect(await stateOfTheKey(page)).toBe('asking');

  // What asks the keychain again and again gets its answer, and no dialog is put upon the other.
  const refusals = await Promise.all(
    Array.from({ length: 8 }, () => invoke(page, 'grants.get', { profileId: LINE, purpose: 'sip' })),
  );
  for (const each of refusals) expect(each).toMatchObject({ ok: false, failure: { reason: 'keychain-asks' } });
  await ask(page, 'settings.set', { theme: 'dark' });
  await expect
    .poll(async () => readFile(join(userDataDir, 'settings.json'), 'utf8').catch(() => ''))
    .toContain('"dark"');
  await ask(page, 'profiles.select', { profileId: 'practice' });
  await untilRegistered(page);
  await ask(page, 'profiles.select', { profileId: LINE });
  await expect(page.getByTestId('registration')).toHaveAttribute('data-phase', 'waiting');
  expect(service.openPrompts()).toBe(1);

  const answered = performance.now();
  service.answer('unlock');
  await untilRegistered(page);
  measured(`registered ${Math.round(performance.now() - answered)} ms after the keychain was unlocked`);
  expect(await stateOfTheKey(page)).toBe('in-keychain');
});

test('the app quits while its dialog is open', async ({ launch, gateway, secretService: service, userDataDir }) => {
  await lineInKeychain(launch, service, gateway, userDataDir);
  service.locked = true;
  const app = await launch({ bus: service.bus, userDataDir });
  await expect(app.page.getByTestId('registration')).toHaveAttribute('data-phase', 'waiting');
  expect(service.openPrompts()).toBeGreaterThan(0);
  const asked = performance.now();
  await app.close();
  measured(`quit within ${Math.round(performance.now() - asked)} ms`);
});

test('a dialog that is closed is one refusal for everything; nobody is asked again before a person wants it', async ({
  launch,
  gateway,
  secretService: service,
  userDataDir,
}) => {
  await lineInKeychain(launch, service, gateway, userDataDir);
  service.locked = true;
  const { page } = await launch({ bus: service.bus, userDataDir });
  await expect.poll(() => saysOfTheLine(page)).toContain('The keychain asks');
  // The audit log's key and the line's are two questions to the keychain, and whichever comes first is the one to a person.
  const prompts = (): number => service.called.filter((member) => member === 'Prompt').length;
  expect(service.openPrompts()).toBe(1);
  service.answer('dismiss');
  await expect.poll(() => saysOfTheLine(page)).toContain('refused');
  expect(await stateOfTheKey(page)).toBe('refused');
  // Whatever the window asks for in between, and whatever the audit log has to write, nobody is asked again.
  await ask(page, 'profiles.snapshot');
  await ask(page, 'profiles.select', { profileId: 'practice' });
  await untilRegistered(page);
  expect(await ask(page, 'audit.query', { limit: 10 })).toMatchObject({ entries: expect.any(Array) as unknown });
  expect([service.openPrompts(), prompts()]).toEqual([0, 1]);
  await ask(page, 'profiles.select', { profileId: LINE });
  await expect.poll(() => service.openPrompts()).toBe(1);
  service.answer('unlock');
  await untilRegistered(page);
});

test('damaged, removed, denied and gone are sentences of their own, and each is got over', async ({
  launch,
  gateway,
  secretService: service,
  userDataDir,
}) => {
  await lineInKeychain(launch, service, gateway, userDataDir);
  const account = accountOfTheKey(service);
  service.garbage = Buffer.from([0xff, 0xfe, 0x00, 0x41]);
  const { page } = await launch({ bus: service.bus, userDataDir });
  const tryAgain = async (): Promise<void> =>
    ask(page, 'profiles.select', { profileId: 'practice' }).then(async () => {
      await ask(page, 'profiles.select', { profileId: LINE });
    });
  await expect.poll(() => saysOfTheLine(page)).toContain('damaged');
  expect(await stateOfTheKey(page)).toBe('damaged');

  service.garbage = null;
  const putBack = service.forget(account);
  await tryAgain();
  await expect.poll(() => saysOfTheLine(page)).toContain('no longer in the keychain');
  expect(await stateOfTheKey(page)).toBe('removed');

  putBack();
  service.refusal = { error: 'org.freedesktop.DBus.Error.AccessDenied', text: 'Access to the secret was denied' };
  await tryAgain();
  await expect.poll(() => saysOfTheLine(page)).toContain('refused');
  expect(await stateOfTheKey(page)).toBe('refused');

  service.refusal = null;
  await service.vanish();
  await tryAgain();
  await expect.poll(() => saysOfTheLine(page)).toContain('No keychain answers');
  expect(await stateOfTheKey(page)).toBe('unavailable');

  await service.comeBack();
  await tryAgain();
  await untilRegistered(page);
  expect(await stateOfTheKey(page)).toBe('in-keychain');
});
