/** The admin's desk: tests of connections, import and export of profiles, the audit log; and the first-run guide. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import type { Profile, ProfileInput } from '../../src/contracts/profile/profile';
import { BUTTON } from '../support/app/call-buttons';
import { makeCertificates } from '../lab/certificates';
import { expect, test as base, type RunningApp } from '../support/app/app';
import { needlesOf, searchBytes } from '../support/security/leak-search';
import { openOddGateway, type Oddity, type OddGateway } from '../support/servers/odd-gateways';
import { ask, callCard, copyElsewhere, invoke, lineTo, untilRegistered } from '../support/app/phone-driver';
import { openTlsFront } from '../support/servers/tls-front';

const test = base.extend<{ readonly odd: (oddity: Oddity) => Promise<OddGateway> }>({
  odd: async ({}, use) => {
    const opened: OddGateway[] = [];
    await use(async (oddity) => {
      const gateway = await openOddGateway(oddity);
      opened.push(gateway);
      return gateway;
    });
    for (const gateway of opened) await gateway.close();
  },
});

const newKey = (): string => randomBytes(32).toString('base64url');

async function openSettings(page: Page, tab: string): Promise<void> {
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('tab', { name: tab, exact: true }).click();
}

/** Adds a line with a key, and leaves the one in use alone. */
async function addLine(app: RunningApp, profile: ProfileInput, key: string | null): Promise<void> {
  await ask(app.page, 'profiles.save', profile);
  if (key === null) return;
  await copyElsewhere(app, key);
  await ask(app.page, 'keys.pasteFromClipboard', { profileId: profile.id, slot: 'active' });
}

/** Presses [Test connection] and waits for the end; the steps with their states, as `mint passed`. */
async function testLine(
  page: Page,
  name: string,
): Promise<{ readonly steps: readonly string[]; readonly box: Locator }> {
  await page.getByRole('button', { name: `Test connection: ${name}` }).click();
  const box = page.getByRole('region', { name: `Test of ${name}` });
  await expect(box).toHaveAttribute('data-running', 'false', { timeout: 20_000 });
  const steps = await box
    .getByRole('listitem')
    .evaluateAll((items) =>
      items.map((item) => `${item.getAttribute('data-step') ?? ''} ${item.getAttribute('data-state') ?? ''}`),
    );
  return { steps, box };
}

/** What the system's dialogs answer from now on. */
async function chooseFile(app: RunningApp, path: string): Promise<void> {
  await app.electron.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen });
  }, path);
}

test('a test of a line that is not in use passes its four steps, gives everything back, and leaves the line in use alone', async ({
  launch,
  gateway,
  keyring,
}) => {
  const app = await launch({ bus: keyring.bus });
  const { page } = app;
  await untilRegistered(page);
  await addLine(app, lineTo(gateway.url, '1001'), gateway.key);
  await openSettings(page, 'Profiles');
  const registered = await page.evaluate(() => performance.getEntriesByName('ringfence:registered').length);
  const { steps, box } = await testLine(page, 'Line 1001');
  expect(steps).toEqual(['mint passed', 'open passed', 'register passed', 'options passed']);
  await expect(box.getByText(/^\d+ ms$/)).toHaveCount(4);
  await expect(box.getByRole('status')).toHaveText(/^Line 1001 works: all 4 steps passed in \d+ ms\.$/);
  await expect.poll(gateway.counts).toEqual({ flows: 0, bindings: 0 });

  await testLine(page, 'Practice line');
  expect((await ask(page, 'profiles.snapshot')).activeProfileId).toBe('practice');
  await expect(page.getByTestId('registration')).toHaveAttribute('data-phase', 'registered');
  expect(await page.evaluate(() => performance.getEntriesByName('ringfence:registered').length)).toBe(registered);
  const minted = (await ask(page, 'audit.recent', { limit: 50 })).filter(
    (entry) => entry.what === 'mint' && entry.cause === 'test',
  );
  expect(minted.map(({ profileId }) => profileId)).toEqual(['practice', 'line-1001']);

  await page.getByRole('tab', { name: 'Keys' }).click();
  await page.getByRole('button', { name: 'Test: Line 1001' }).click();
  await expect(page.getByRole('region', { name: 'Test of Line 1001' }).getByRole('status')).toContainText('works', {
    timeout: 20_000,
  });

  // It is neither blocked by the line's own rate, nor without one.
  const reasons: string[] = [];
  for (let count = 0; count < 8; count += 1) {
    const answer = await invoke(page, 'profiles.test', { profileId: 'line-1001' });
    reasons.push(answer.ok ? 'made' : answer.failure.reason);
  }
  expect(new Set(reasons)).toEqual(new Set(['made', 'rate-limited']));
});

test('each step of a test can fail, and says why', async ({ launch, gateway, keyring, odd }) => {
  const app = await launch({ bus: keyring.bus });
  const { page } = app;
  await untilRegistered(page);
  const [ahead, realm, mute] = [await odd('clock-ahead'), await odd('other-realm'), await odd('no-options')];
  const dead = await odd('no-options');
  await dead.close();
  const line = (id: string, url: string, more: Partial<ProfileInput> = {}): ProfileInput =>
    lineTo(url, '1001', { id, name: `Line ${id}`, identity: `${id}@practice.ringfence.local`, ...more });
  await addLine(app, line('keyless', gateway.url), null);
  await addLine(app, line('wrong', gateway.url), newKey());
  await addLine(app, line('dead', dead.url), newKey());
  await addLine(app, line('ahead', ahead.url), newKey());
  await addLine(
    app,
    line('realm', realm.url, { provider: { kind: 'ephemeral-credentials' }, presentation: { kind: 'digest' } }),
    newKey(),
  );
  await addLine(app, line('mute', mute.url), newKey());
  await openSettings(page, 'Profiles');

  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['Line keyless', ['mint failed', 'open skipped', 'register skipped', 'options skipped'], /key/],
    [
      'Line wrong',
      ['mint passed', 'open failed', 'register skipped', 'options skipped'],
      /The gateway refused the token/,
    ],
    [
      'Line dead',
      ['mint passed', 'open failed', 'register skipped', 'options skipped'],
      /Nothing answers at 127\.0\.0\.1:\d+/,
    ],
    [
      'Line ahead',
      ['mint passed', 'open failed', 'register skipped', 'options skipped'],
      /clock is 10 minutes behind the gateway's/,
    ],
    [
      'Line realm',
      ['mint passed', 'open passed', 'register failed', 'options skipped'],
      /asks for a password of "other\.example"; this line's is for "practice\.ringfence\.local" only/,
    ],
    ['Line mute', ['mint passed', 'open passed', 'register passed', 'options failed'], /does not answer OPTIONS/],
  ];
  for (const [name, expected, sentence] of cases) {
    const { steps, box } = await testLine(page, name);
    expect.soft(steps, name).toEqual(expected);
    await expect.soft(box.locator('[data-state="failed"]'), name).toContainText(sentence);
    await box.getByRole('button', { name: 'Close' }).click();
  }
  await expect(page.getByTestId('registration')).toHaveAttribute('data-phase', 'registered');
  // A key that is pasted next goes to the line that was tested, not to another one that has none.
  await (await testLine(page, 'Line wrong')).box.getByRole('button', { name: 'Open keys' }).click();
  await expect(page.getByRole('radio', { name: 'Line wrong' })).toBeChecked();
});

test('a certificate that this computer does not know ends a test at the second step, with its name', async ({
  launch,
  gateway,
  keyring,
  folder,
}) => {
  const missing = await new Promise<boolean>((resolve) =>
    execFile('openssl', ['version'], (error) => resolve(error !== null)),
  );
  test.skip(missing, 'openssl is missing: apt-get install openssl.');
  const { good } = await makeCertificates(join(folder, 'tls'), ['127.0.0.1']);
  const front = await openTlsFront(gateway.url, good);
  const app = await launch({ bus: keyring.bus });
  await untilRegistered(app.page);
  await addLine(app, lineTo(front.url, '1001'), gateway.key);
  await openSettings(app.page, 'Profiles');
  const { steps, box } = await testLine(app.page, 'Line 1001');
  expect(steps).toEqual(['mint passed', 'open failed', 'register skipped', 'options skipped']);
  await expect(box).toContainText(
    `${new URL(front.url).host} does not send the certificate of "Ringfence lab CA of one run", the issuer of its own.`,
  );
  await expect(app.page.getByTestId('registration')).toHaveAttribute('data-phase', 'registered');
  await front.close();
});

test('an export holds no key; an import shows what it would change, and changes nothing before it is agreed to', async ({
  launch,
  gateway,
  keyring,
  folder,
}) => {
  const app = await launch({ bus: keyring.bus });
  const { page } = app;
  await untilRegistered(page);
  const path = join(folder, 'profiles.json');
  await addLine(
    app,
    lineTo(gateway.url, '1001', { environment: 'production', identity: 'live@practice.ringfence.local' }),
    gateway.key,
  );
  await addLine(app, lineTo(gateway.url, '1002'), newKey());
  const fileOnDisk = (): Promise<string> => readFile(join(app.userDataDir, 'profiles.json'), 'utf8');
  await openSettings(page, 'Profiles');
  await chooseFile(app, path);
  await page.getByRole('button', { name: 'Export...' }).click();
  await expect(page.getByText('2 profiles are in profiles.json, without keys.')).toBeVisible();
  const exported = await readFile(path, 'utf8');
  expect(searchBytes(needlesOf(gateway.key), Buffer.from(exported), 'the export')).toEqual([]);
  const known = JSON.parse(await fileOnDisk()) as {
    readonly installId: string;
    readonly instanceIds: Record<string, string>;
    readonly keyRecords: Record<string, { readonly active: { readonly fingerprint: string } | null }>;
  };
  const secretive = [
    known.installId,
    ...Object.values(known.instanceIds),
    ...Object.values(known.keyRecords).flatMap(({ active }) => active?.fingerprint ?? []),
  ];
  for (const text of secretive) expect(exported).not.toContain(text);

  const file = JSON.parse(exported) as { profiles: Profile[] };
  const [first, second] = file.profiles;
  if (first === undefined || second === undefined) throw new Error('two profiles were exported');
  file.profiles = [
    first,
    { ...second, displayName: 'Somebody new' },
    { ...second, id: 'fresh', name: 'Fresh', identity: 'fresh@practice.ringfence.local' },
    { ...second, id: 'mixed', name: 'Mixed', identity: first.identity },
  ];
  await writeFile(path, JSON.stringify(file, null, 2));
  const before = await fileOnDisk();
  const audited = async () =>
    (await ask(page, 'audit.recent', { limit: 500 })).filter(({ what }) => what === 'profile' || what === 'file')
      .length;
  const auditedBefore = await audited();
  await page.getByRole('button', { name: 'Import...' }).click();
  const preview = page.getByRole('region', { name: 'Import profiles' });
  await expect(preview.getByRole('listitem')).toHaveCount(4);
  await expect(preview.getByRole('listitem').filter({ hasText: 'Line 1002' })).toContainText('Somebody new');
  await expect(preview.getByRole('listitem').filter({ hasText: 'Fresh' })).toContainText('New');
  await expect(preview.getByRole('listitem').filter({ hasText: 'Line 1001Production' })).toContainText('Unchanged');
  await expect(preview.getByRole('listitem').filter({ hasText: 'Mixed' })).toContainText(
    /"Line 1001" \(production\) registers as .* already/,
  );
  expect(await fileOnDisk()).toBe(before);
  await preview.getByRole('button', { name: 'Cancel' }).click();
  expect(await fileOnDisk()).toBe(before);
  expect(await audited()).toBe(auditedBefore);

  // The ticket of a page's own is none; the right one works once.
  const offered = await ask(page, 'profiles.import');
  expect(await invoke(page, 'profiles.applyImport', { ticket: '0a8f7a7e-0f4b-4a52-9c55-2f3d2f0c8a11' })).toMatchObject({
    ok: false,
  });
  expect(await invoke(page, 'profiles.applyImport', { ticket: offered.ticket })).toMatchObject({ ok: false });
  expect(await fileOnDisk()).toBe(before);
  await page.getByRole('button', { name: 'Import...' }).click();
  await preview.getByRole('button', { name: 'Import 2 profiles' }).click();
  await expect(page.getByText('Imported: 1 new, 1 changed.')).toBeVisible();
  const after = await ask(page, 'profiles.snapshot');
  expect(after.profiles.map(({ id }) => id)).toEqual(['practice', 'line-1001', 'line-1002', 'fresh']);
  expect(after.profiles.find(({ id }) => id === 'line-1002')?.displayName).toBe('Somebody new');
  expect(after.keys.filter(({ active }) => active !== null).map(({ profileId }) => profileId)).toEqual([
    'practice',
    'line-1001',
    'line-1002',
  ]);

  await writeFile(path, exported.replace('"environment": "development"', '"environment": "live"'));
  await page.getByRole('button', { name: 'Import...' }).click();
  await expect(page.getByRole('tabpanel', { name: 'Profiles' }).getByRole('alert')).toContainText(
    /Line \d+ of this file: "profiles\.1\.environment" is not valid/,
  );
});

test('the audit log is filtered and exported; a flood of refusals is one line with its count', async ({
  launch,
  folder,
}) => {
  const app = await launch();
  const { page } = app;
  await untilRegistered(page);
  await page.evaluate(async () => {
    const { ringfence } = globalThis as unknown as {
      ringfence: { invoke: (channel: string, input: unknown) => Promise<unknown> };
    };
    await Promise.all(Array.from({ length: 300 }, () => ringfence.invoke('keys.remove', { profileId: 7 })));
  });
  await openSettings(page, 'Audit');
  const rows = page.getByTestId('audit-row');
  await page.getByRole('radio', { name: 'Refusals' }).click();
  await expect(rows.filter({ hasText: 'Refused 299 times' })).toHaveCount(1, { timeout: 15_000 });
  await expect(rows.filter({ hasText: 'keys.remove' })).toHaveCount(2);
  await page.getByRole('radio', { name: 'Tokens made' }).click();
  await expect(rows.first()).toHaveAttribute('data-what', 'mint');
  const [entry] = (await ask(page, 'audit.query', { what: 'mint', limit: 1 })).entries;
  const print = entry?.entry.what === 'mint' ? entry.entry.fingerprint : '';
  await page.getByRole('textbox', { name: 'Search' }).fill(print.toUpperCase());
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText(print);

  const path = join(folder, 'audit.csv');
  await chooseFile(app, path);
  await page.getByRole('button', { name: 'Export CSV...' }).click();
  await expect(page.getByText('1 line is in audit.csv.')).toBeVisible();
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\r\n');
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain(print);
  expect((await ask(page, 'audit.recent', { limit: 1 }))[0]).toMatchObject({
    what: 'file',
    change: 'audit-exported',
    count: 1,
  });
});

test('the first-run guide leads by keyboard to a finished test call, and does not come again', async ({
  launch,
  userDataDir,
}) => {
  const first = await launch({ userDataDir });
  const { page } = first;
  await untilRegistered(page);
  const guide = page.getByTestId('guide');
  await expect(guide).toHaveAttribute('data-step', 'line');
  const tabTo = async (target: Locator): Promise<void> => {
    for (let steps = 0; steps < 60; steps += 1) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await page.keyboard.press('Tab');
    }
    await expect(target).toBeFocused();
  };
  await tabTo(guide.getByRole('button', { name: 'Next' }));
  await page.keyboard.press('Enter');
  await expect(guide).toHaveAttribute('data-step', 'key');
  await expect(guide.getByRole('heading', { name: 'Its key' })).toBeFocused();
  await tabTo(guide.getByRole('button', { name: 'Next' }));
  await page.keyboard.press('Enter');
  await expect(guide).toHaveAttribute('data-step', 'call');
  await tabTo(guide.getByRole('textbox', { name: 'Test number' }));
  await page.keyboard.press('Enter');
  await expect(callCard(page, 'active')).toBeVisible();
  await tabTo(callCard(page).getByRole('button', { name: BUTTON.end }));
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('guide-result')).toHaveText(
    /^It works\. Answered after \d\.\d s, and talked for \d+ seconds?\.$/,
  );
  // The way out is in sight beside the call's card, before anything is scrolled.
  await expect(guide.getByRole('button', { name: 'Finish' })).toBeInViewport({ ratio: 1 });
  await tabTo(guide.getByRole('button', { name: 'Finish' }));
  await page.keyboard.press('Enter');
  await expect(guide).toHaveCount(0);
  await expect(page.getByRole('textbox', { name: 'Name or number' })).toBeFocused();
  await first.close();

  const second = await launch({ userDataDir });
  await untilRegistered(second.page);
  await expect(second.page.getByText('This line is for practice')).toBeVisible();
  await expect(second.page.getByTestId('guide')).toHaveCount(0);
  await openSettings(second.page, 'About');
  await second.page.getByRole('button', { name: 'First-run guide' }).click();
  await expect(second.page.getByTestId('guide')).toHaveAttribute('data-step', 'line');
  await second.page.getByRole('button', { name: 'Skip the guide' }).click();
  await expect(second.page.getByTestId('guide')).toHaveCount(0);
});
