import { randomBytes } from 'node:crypto';
import { expect, test } from '../support/app/app';
import { fingerprintOf } from '../../src/main/secrets/secret';
import { answerDialogs, dialogsAsked } from '../support/security/attacker';
import { needlesOf, searchDirectory, searchTexts } from '../support/security/leak-search';
import {
  ask,
  callCard,
  copyElsewhere,
  dial,
  invoke,
  lineTo,
  press,
  takeLine,
  untilRegistered,
} from '../support/app/phone-driver';

const newKey = (): string => randomBytes(32).toString('base64url');

test('present: a key outlives the app, and is not in its files', async ({ launch, gateway, keyring, userDataDir }) => {
  const first = await launch({ bus: keyring.bus, userDataDir });
  await takeLine(first, lineTo(gateway.url, '1001'), gateway.key);
  await expect(first.page.getByTestId('registration')).toContainText('as 1001');
  await untilRegistered(first.page);
  await first.close();

  const second = await launch({ bus: keyring.bus, userDataDir });
  await untilRegistered(second.page);
  await expect(second.page.getByTestId('registration')).toContainText('as 1001');
  const { keys, keychain, activeProfileId } = await ask(second.page, 'profiles.snapshot');
  expect(activeProfileId).toBe('line-1001');
  expect(keys.find(({ profileId }) => profileId === 'line-1001')).toMatchObject({
    state: 'in-keychain',
    active: { origin: 'clipboard' },
  });
  expect(keychain).toEqual({ available: true, advice: null });
  await second.close();
  expect((await searchDirectory(needlesOf(gateway.key), userDataDir)).hits).toEqual([]);
});

test('what is copied in place of a key is explained in the box of the system; the key in use stays until a person presses "Use it anyway"', async ({
  launch,
  gateway,
  keyring,
}) => {
  const app = await launch({ bus: keyring.bus });
  const { page } = app;
  const line = lineTo(gateway.url, '1001');
  await takeLine(app, line, gateway.key);
  const inUse = async (): Promise<string | undefined> =>
    (await ask(page, 'profiles.snapshot')).keys.find(({ profileId }) => profileId === line.id)?.active?.fingerprint;
  expect(await inUse()).toBe(fingerprintOf(gateway.key));
  const copied = `export SIP_KEY="${newKey()}"`;
  await answerDialogs(app, { agree: false });
  await copyElsewhere(app, copied);
  const slot = { profileId: line.id, slot: 'active' } as const;
  expect(await invoke(page, 'keys.pasteFromClipboard', slot)).toMatchObject({ failure: { reason: 'cancelled' } });
  const [box = ''] = await dialogsAsked(app);
  expect(box).toContain('This does not look like a key.');
  expect(box).toContain('a name and its value (NAME=value)');
  expect(box).toContain('"buttons":["Cancel","Use it anyway"],"defaultId":0');
  expect(searchTexts(needlesOf(copied.slice(16, -1)), [box], 'the box').hits).toEqual([]);
  expect(await inUse()).toBe(fingerprintOf(gateway.key));

  await answerDialogs(app, { agree: true });
  // After a no nobody is asked for a while.
  await expect
    .poll(async () => (await invoke(page, 'keys.pasteFromClipboard', slot)).ok, { timeout: 15_000 })
    .toBe(true);
  expect(await inUse()).toBe(fingerprintOf(copied));
});

test('absent: the Practice line works from memory and says so; other lines say what to install; nothing is written', async ({
  launch,
  gateway,
}) => {
  const app = await launch();
  const { page, userDataDir } = app;
  await untilRegistered(page);
  await dial(page, 'echo');
  await expect(callCard(page, 'active')).toBeVisible();
  await press(page, 'end');

  await expect.poll(async () => (await ask(page, 'profiles.snapshot')).keychain.available).toBe(false);
  const { keychain, keys } = await ask(page, 'profiles.snapshot');
  expect(keys.find(({ profileId }) => profileId === 'practice')?.state).toBe('in-memory');
  expect(keychain.advice).toMatch(/memory/i);

  const line = lineTo(gateway.url, '1001');
  await ask(page, 'profiles.save', line);
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('tab', { name: 'Keys' }).click();
  await expect(page.getByText(keychain.advice ?? '').first()).toBeVisible();

  const key = newKey();
  await copyElsewhere(app, key);
  const pasted = await invoke(page, 'keys.pasteFromClipboard', { profileId: line.id, slot: 'active' });
  expect(pasted).toMatchObject({ ok: false, failure: { reason: 'keychain-unavailable', action: 'install-keychain' } });
  if (!pasted.ok) expect(pasted.failure.sentence).toMatch(/install .* back on the clipboard for a minute/i);
  // It may be nowhere else.
  expect(await app.electron.evaluate(({ clipboard }) => clipboard.readText())).toBe(key);
  await ask(page, 'profiles.select', { profileId: line.id });
  await page.getByRole('link', { name: 'Phone' }).click();
  await expect(page.getByTestId('registration')).toHaveAttribute('data-phase', 'waiting');
  await page.getByTestId('registration').click();
  await expect(page.getByRole('dialog', { name: 'Registration' })).toContainText(/keychain/i);
  await page.keyboard.press('Escape');

  const searched = await searchDirectory(needlesOf(key), userDataDir);
  expect(searched.hits).toEqual([]);
  expect(searched.places).toBeGreaterThan(3);
});

test('locked: it reads as locked, not as "no key"; the Practice line works all the same', async ({
  launch,
  gateway,
  keyring,
  userDataDir,
}) => {
  const first = await launch({ bus: keyring.bus, userDataDir });
  await takeLine(first, lineTo(gateway.url, '1001'), gateway.key);
  await expect(first.page.getByTestId('registration')).toContainText('as 1001');
  await untilRegistered(first.page);
  await first.close();
  await keyring.lock();

  const { page } = await launch({ bus: keyring.bus, userDataDir });
  await expect(page.getByTestId('registration')).toHaveAttribute('data-phase', 'waiting', { timeout: 20_000 });
  await page.getByTestId('registration').click();
  await expect(page.getByRole('dialog', { name: 'Registration' })).toContainText(/locked/i);
  await expect(page.getByRole('dialog', { name: 'Registration' }).getByRole('button')).not.toHaveCount(0);
  await page.keyboard.press('Escape');
  expect((await ask(page, 'profiles.snapshot')).keys.find(({ profileId }) => profileId === 'line-1001')?.state).toBe(
    'locked',
  );

  await ask(page, 'profiles.select', { profileId: 'practice' });
  await untilRegistered(page, 20_000);
  await dial(page, 'echo');
  await expect(callCard(page, 'active')).toBeVisible();
  await press(page, 'end');
});
