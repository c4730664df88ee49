import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '../support/app/app';
import { ask, callCard, dial, press, untilRegistered } from '../support/app/phone-driver';
import type { Page } from '@playwright/test';

const openForm = async (page: Page): Promise<void> => {
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('tab', { name: 'Profiles' }).click();
  await page.getByRole('button', { name: 'Add profile' }).click();
};
const choose = async (page: Page, choice: string, option: string): Promise<void> => {
  await page.getByRole('button', { name: choice }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
};

test('a line is added from a preset, judged as it is typed, and comes back to be edited as it was', async ({
  launch,
}) => {
  const { page } = await launch();
  await untilRegistered(page);
  await openForm(page);
  await choose(page, 'Start from', 'Kamailio, bearer');
  await page.getByRole('button', { name: 'Add profile' }).click();
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toBeFocused();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Night line');
  await choose(page, 'Environment', 'Staging');
  await page.getByRole('textbox', { name: 'Identity' }).fill('1001@pbx.example.com');
  await page.getByRole('textbox', { name: 'Gateway URL' }).fill('wss://pbx.example.com/ws');
  await page.getByRole('textbox', { name: 'Audience' }).fill('pbx.example.com');
  // A look elsewhere in between loses nothing.
  await page.getByRole('tab', { name: 'Keys' }).click();
  await page.getByRole('link', { name: 'Phone' }).click();
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('tab', { name: 'Profiles' }).click();
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('Night line');
  await expect(page.getByRole('button', { name: 'Start from' })).toContainText('Kamailio, bearer');
  await page.getByRole('button', { name: 'Rules' }).click();
  await page.getByRole('textbox', { name: 'May call', exact: true }).fill('+254*\n10??');
  await page.getByRole('button', { name: 'Add hours' }).click();
  await page.getByRole('button', { name: 'Mon' }).click();
  await page.getByRole('textbox', { name: 'From, hours 1' }).fill('08:00');
  await page.getByRole('textbox', { name: 'To, hours 1' }).fill('18:00');
  await page.getByRole('button', { name: 'Add profile' }).click();
  await expect(page.getByRole('tab', { name: 'Keys' })).toHaveAttribute('aria-selected', 'true');
  const { profiles } = await ask(page, 'profiles.snapshot');
  expect(profiles.find(({ id }) => id === 'night-line')).toMatchObject({
    name: 'Night line',
    environment: 'staging',
    provider: { kind: 'local-jwt', audience: 'pbx.example.com' },
    presentation: { kind: 'bearer', header: 'Authorization', realm: '' },
    policy: { dial: { allow: ['+254*', '10??'] }, hours: [{ days: [1], from: '08:00', to: '18:00' }] },
  });
  await page.getByRole('tab', { name: 'Profiles' }).click();
  await page.getByRole('button', { name: 'Edit Night line' }).click();
  await page.getByRole('button', { name: 'Rules' }).click();
  await expect(page.getByRole('textbox', { name: 'May call', exact: true })).toHaveValue('+254*\n10??');
  await expect(page.getByRole('textbox', { name: 'From, hours 1' })).toHaveValue('08:00');
});

test("what the admin's file fixes is shown and can't be changed; its mistake is said with its line", async ({
  launch,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'ringfence-policy-'));
  try {
    const file = join(folder, 'policy.json');
    await writeFile(
      file,
      '{\n  "version": 1,\n  "all": { "tokenLifeS": 60 },\n  "environments": { "production": { "onScreenLock": "lock", "maxCall": 5 } }\n}\n',
    );
    const { page } = await launch({ env: { RINGFENCE_POLICY_FILE: file } });
    await untilRegistered(page);
    await openForm(page);
    await choose(page, 'Environment', 'Production');
    await page.getByRole('button', { name: 'Rules' }).click();
    const life = page.getByRole('textbox', { name: 'Token life in seconds' });
    await expect(life).toHaveValue('60');
    await expect(life).not.toBeEditable();
    await expect(life).toHaveAccessibleDescription('Set by your administrator');
    await expect(page.getByRole('note').filter({ hasText: 'Line 4 of the admin' })).toBeVisible();
    await expect(page.getByRole('textbox', { name: 'When the screen locks' })).toHaveValue('The phone locks, too');
    await choose(page, 'Environment', 'Staging');
    await expect(page.getByRole('button', { name: 'When the screen locks' })).toBeVisible();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Night line');
    await page.getByRole('textbox', { name: 'Identity' }).fill('1001@pbx.example.com');
    await page.getByRole('textbox', { name: 'Gateway URL' }).fill('wss://pbx.example.com/ws');
    await page.getByRole('textbox', { name: 'Audience' }).fill('pbx.example.com');
    await page.getByRole('button', { name: 'Add profile' }).click();
    await expect(page.getByRole('tab', { name: 'Keys' })).toHaveAttribute('aria-selected', 'true');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a call that is none of production says so on its card, and a line without emergency calls says so at the dialler', async ({
  launch,
}) => {
  const { page } = await launch();
  await untilRegistered(page);
  await dial(page, 'echo');
  await expect(callCard(page, 'active')).toContainText('Practice line: this is not a production call.');
  await press(page, 'end');
  await expect(callCard(page, 'ended')).toContainText('this is not a production call');
  const dialler = page.getByRole('region', { name: 'Dialler' });
  await expect(dialler).not.toContainText('emergency');
  await openForm(page);
  await choose(page, 'Start from', 'Sautikit');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Sauti');
  await page.getByRole('textbox', { name: 'Identity' }).fill('1001@sauti.example.com');
  await page.getByRole('button', { name: 'Add profile' }).click();
  await expect(page.getByRole('tab', { name: 'Keys' })).toHaveAttribute('aria-selected', 'true');
  await ask(page, 'profiles.select', { profileId: 'sauti' });
  await page.getByRole('link', { name: 'Phone' }).click();
  await expect(dialler).toContainText('This line carries no emergency calls');
});
