/** What a line may do, and who says so: the admin's file, dial rules, hours, the longest call, environments. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from '../support/app/app';
import { BUTTON } from '../support/app/call-buttons';
import { ask, callCard, copyElsewhere, dial, invoke, lineTo, untilRegistered } from '../support/app/phone-driver';

const PRACTICE = { profileId: 'practice' } as const;

/** What the dialler says, and that nothing is called. */
async function refusedOnDialler(page: Page, target: string, words: RegExp): Promise<void> {
  await dial(page, target);
  const notice = page.locator('section[aria-label="Dialler"]').getByRole('alert');
  await expect(notice).toContainText(words);
  await expect(callCard(page)).toHaveCount(0);
  await expect(page.getByRole('textbox', { name: 'Name or number' })).toHaveValue(target);
  await notice.getByRole('button', { name: 'Dismiss' }).click();
}

async function writePolicy(folder: string, content: object | string): Promise<Record<string, string>> {
  const path = join(folder, 'admin-policy.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  return { RINGFENCE_POLICY_FILE: path };
}

test("the admin's file locks a rule and is named as the one who set it; a change of the file is followed", async ({
  launch,
  folder,
}) => {
  const env = await writePolicy(folder, {
    version: 1,
    all: { tokenLifeS: 120 },
    environments: { practice: { maxCallS: 600 } },
  });
  const { page } = await launch({ env });
  await untilRegistered(page);
  const effective = await ask(page, 'policy.effective', PRACTICE);
  expect(effective).toMatchObject({
    values: { tokenLifeS: 120, maxCallS: 600 },
    setBy: { tokenLifeS: 'admin-file', maxCallS: 'admin-file', dial: 'default' },
    file: { path: env['RINGFENCE_POLICY_FILE'], problems: [] },
  });
  // Tokens live as long as the file says, whatever the profile says.
  const grant = await ask(page, 'grants.get', { ...PRACTICE, purpose: 'sip' });
  expect(grant.expiresAt - grant.issuedAt).toBe(120_000);

  const [practice] = (await ask(page, 'profiles.snapshot')).profiles;
  if (practice === undefined) throw new Error('no Practice line');
  const changed = { ...practice, policy: { ...practice.policy, tokenLifeS: 3600 } };
  expect(await invoke(page, 'profiles.save', changed)).toMatchObject({
    failure: { reason: 'managed', sentence: expect.stringContaining('"Life of a token"') as unknown },
  });
  await ask(page, 'profiles.save', {
    ...practice,
    policy: { ...practice.policy, dial: { allow: [], deny: ['+254*'] } },
  });
  expect((await ask(page, 'policy.effective', PRACTICE)).setBy).toMatchObject({
    tokenLifeS: 'admin-file',
    dial: 'user',
  });

  await writePolicy(folder, { version: 1 });
  await expect
    .poll(async () => (await ask(page, 'policy.effective', PRACTICE)).setBy, { timeout: 15_000 })
    .toMatchObject({ tokenLifeS: 'default', maxCallS: 'default', dial: 'user' });
});

test('a policy file with a mistake is named by its line, and the stricter rules hold', async ({ launch, folder }) => {
  const env = await writePolicy(
    folder,
    '{\n  "version": 1,\n  "all": {\n    "tokenLifeS": 3600,\n    "maxCallS": "ten"\n  }\n}\n',
  );
  const { page } = await launch({ env });
  await untilRegistered(page);
  expect((await ask(page, 'profiles.snapshot')).notice).toMatch(
    /^Line 5 of the admin's policy file: "all\.maxCallS" is not valid/,
  );
  await expect(page.getByTestId('event-row').filter({ hasText: 'Line 5 of the admin' })).toHaveCount(1);
  expect(await ask(page, 'policy.effective', PRACTICE)).toMatchObject({
    values: { tokenLifeS: 300 },
    setBy: { maxCallS: 'admin-file' },
    file: { problems: [{ line: 5 }] },
  });
});

test('a dial rule and the hours refuse a call in words, and are in the audit log; an emergency number passes with a plain statement', async ({
  launch,
  folder,
}) => {
  const hours = [{ days: [((new Date().getDay() + 2) % 7) + 1], from: '10:00', to: '11:00' }];
  const env = await writePolicy(folder, {
    version: 1,
    all: { dial: { deny: ['+254*'], allow: ['echo', '+*', '10??'] } },
  });
  const { page } = await launch({ env });
  await untilRegistered(page);
  await refusedOnDialler(page, '+254 722 000001', /may not call \+254722000001: its dial rule "\+254\*" denies that/);
  await refusedOnDialler(page, 'tone', /may not call tone: its dial rules allow only echo, \+\*, 10\?\?/);
  const refusals = (await ask(page, 'audit.recent', { limit: 20 })).filter((entry) => entry.what === 'refusal');
  expect(refusals).toMatchObject([
    { purpose: 'call', rule: 'dial.allow' },
    { purpose: 'call', rule: 'dial.deny +254*' },
  ]);
  expect(JSON.stringify(refusals)).not.toContain('722');

  await dial(page, '112');
  await expect(page.getByTestId('phone-notice')).toContainText('This phone may not reach emergency services.');
  // It was let through: the practice gateway knows no such number.
  await expect(callCard(page, 'ended')).toBeVisible();
  await dial(page, 'echo');
  await expect(callCard(page, 'active')).toBeVisible();
  await expect(page.getByTestId('phone-notice')).toHaveCount(0);
  await callCard(page).getByRole('button', { name: BUTTON.end }).click();
  await expect(callCard(page, 'active')).toHaveCount(0);

  await writePolicy(folder, { version: 1, all: { hours } });
  await expect
    .poll(async () => (await ask(page, 'policy.effective', PRACTICE)).setBy.hours, { timeout: 15_000 })
    .toBe('admin-file');
  await page.getByRole('textbox', { name: 'Name or number' }).fill('');
  // What ended well goes by itself; the call that failed stays until it is put away.
  await expect(callCard(page)).toHaveCount(1, { timeout: 10_000 });
  await callCard(page).getByRole('button', { name: 'Dismiss' }).click();
  await expect(callCard(page)).toHaveCount(0);
  await refusedOnDialler(page, 'echo', /places calls only in its hours: \w{3} 10:00-11:00/);
});

test('a call ends at the longest that its line allows, and says so', async ({ launch, folder }) => {
  const { page } = await launch({ env: await writePolicy(folder, { version: 1, all: { maxCallS: 10 } }) });
  await untilRegistered(page);
  await dial(page, 'echo');
  await expect(callCard(page, 'active')).toBeVisible();
  const answered = Date.now();
  await expect(page.getByTestId('phone-notice')).toContainText('The longest call on this line is 10 seconds.', {
    timeout: 15_000,
  });
  expect(Date.now() - answered).toBeGreaterThan(8_000);
  await expect(callCard(page, 'active')).toHaveCount(0);
});

test('a key or an identity of production is refused in another environment, naming the profile that has it', async ({
  launch,
  gateway,
  keyring,
}) => {
  const app = await launch({ bus: keyring.bus });
  const { page } = app;
  const live = lineTo(gateway.url, '1001', {
    id: 'live',
    name: 'Live',
    environment: 'production',
    identity: 'agent@live.example',
  });
  const lab = lineTo(gateway.url, '1002', {
    id: 'lab',
    name: 'Lab',
    environment: 'staging',
    identity: 'agent@lab.example',
  });
  const paste = async (profileId: string) => {
    await copyElsewhere(app, gateway.key);
    return invoke(page, 'keys.pasteFromClipboard', { profileId, slot: 'active' });
  };
  await ask(page, 'profiles.save', live);
  await ask(page, 'profiles.save', lab);
  expect((await paste('live')).ok).toBe(true);
  expect(await paste('lab')).toMatchObject({
    failure: { reason: 'environment-mixed', sentence: expect.stringContaining('"Live" (production)') as unknown },
  });
  expect(await invoke(page, 'profiles.save', { ...lab, identity: 'Agent@Live.example' })).toMatchObject({
    failure: { reason: 'environment-mixed', sentence: expect.stringContaining('"Live" (production)') as unknown },
  });
  expect(await invoke(page, 'profiles.save', { ...live, environment: 'staging' })).toMatchObject({
    failure: { reason: 'environment-mixed', sentence: expect.stringContaining('has a key of production') as unknown },
  });
  const keys = (await ask(page, 'profiles.snapshot')).keys
    .filter(({ active }) => active !== null)
    .map(({ profileId }) => profileId);
  expect(keys).toEqual(['practice', 'live']);
});
