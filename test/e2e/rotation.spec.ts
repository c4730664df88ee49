/** Two keys, no dropped call: on the practice gateway in a process of its own, on Kamailio, and on the Practice line. */
import { fingerprintOf } from '../../src/gateway/authenticator';
import { PRACTICE_PROFILE_ID } from '../../src/contracts/profile/practice';
import type { Lab } from '../lab/lab';
import { expect, test } from '../support/app/app';
import type { GatewayProcess } from '../support/servers/gateway-process';
import { AGENT, lineToLab } from '../support/phones/lab-line';
import { tokenFingerprint, watchRegistration } from '../support/app/page-watch';
import {
  ask,
  callCard,
  copyElsewhere,
  dial,
  lineTo,
  press,
  takeLine,
  untilRegistered,
} from '../support/app/phone-driver';
import {
  expectNoGap,
  newKey,
  openRotation,
  replaceDuringCall,
  rotateDuringCall,
  troubleOf,
  type GatewayUnderRotation,
} from '../support/app/rotation-script';
import { mintToken } from '../support/phones/test-tokens';
import { watchToneGaps } from '../support/sound/tone-gaps';
import { askForUpgrade } from '../support/servers/upgrade';

const TONE_HZ = 440;

function practiceGateway(gateway: GatewayProcess): GatewayUnderRotation {
  return {
    line: lineTo(gateway.url, '1001'),
    key: gateway.key,
    tone: { user: 'tone', hz: TONE_HZ },
    setNext: (next) => gateway.setKeys(gateway.key, next),
    removeOld: (key) => gateway.setKeys(key, null),
    answersTokenOf: async (key) =>
      (await askForUpgrade(gateway.url, `token=${mintToken({ sub: '1002', key })}`)).status,
  };
}

function kamailio(lab: Lab): GatewayUnderRotation {
  return {
    line: lineToLab(lab),
    key: lab.activeKey,
    tone: { user: 'bob', hz: TONE_HZ },
    setNext: lab.setNextKey,
    removeOld: async (key) => {
      await lab.setActiveKey(key);
      await lab.setNextKey(null);
    },
    answersTokenOf: async (key) => (await askForUpgrade(lab.url, `token=${lab.mint({ sub: AGENT, key })}`)).status,
  };
}

test.describe('on the practice gateway', () => {
  test('a key is rotated during a call: no gap in the sound, no lost registration, the old key is refused', async ({
    launch,
    gateway,
    keyring,
  }) => {
    await rotateDuringCall(await launch({ bus: keyring.bus }), practiceGateway(gateway));
  });

  test('a leaked key is replaced at once during a call', async ({ launch, gateway, keyring }) => {
    await replaceDuringCall(await launch({ bus: keyring.bus }), practiceGateway(gateway));
  });

  test('an unfinished rotation survives a restart of the app, in each of its steps', async ({
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
    await copyElsewhere(first, next);
    const { next: added } = await ask(first.page, 'keys.pasteFromClipboard', { profileId: line.id, slot: 'next' });
    await first.close();

    const second = await launch({ bus: keyring.bus, userDataDir });
    // The old key signs: the gateway does not know the next one yet.
    await expect(second.page.getByTestId('registration')).toContainText('as 1001');
    await untilRegistered(second.page);
    const panel = await openRotation(second, line.name);
    await expect(panel.getByRole('listitem').filter({ hasText: '2. Wait one token life' })).toHaveAttribute(
      'aria-current',
      'step',
    );
    await expect(panel.getByRole('timer')).toHaveText(/^4:[0-5]\d left\.\s*$/);
    expect(
      (await ask(second.page, 'profiles.snapshot')).keys.find(({ profileId }) => profileId === line.id),
    ).toMatchObject({ active: { fingerprint: oldPrint }, next: added });
    await gateway.setKeys(gateway.key, next);
    await panel.getByRole('button', { name: 'Promote now...' }).click();
    await second.page
      .getByRole('alertdialog', { name: 'Promote before the wait is over?' })
      .getByRole('button', { name: 'Promote now' })
      .click();
    await expect(panel).toContainText(`${nextPrint} signs since`);
    await second.close();
    await gateway.setKeys(next, null);

    const third = await launch({ bus: keyring.bus, userDataDir });
    await expect(third.page.getByTestId('registration')).toContainText('as 1001');
    await untilRegistered(third.page);
    const later = await openRotation(third, line.name);
    await expect(later).toContainText(`The gateway must go on accepting ${oldPrint} until its tokens have run out`);
    await later.getByRole('button', { name: 'I have removed it' }).click();
    await third.page
      .getByRole('alertdialog', { name: `Is ${oldPrint} removed already?` })
      .getByRole('button', { name: 'It is removed' })
      .click();
    await expect(later.getByRole('listitem').filter({ hasText: '1. Add the next key' })).toHaveAttribute(
      'aria-current',
      'step',
    );
    expect(
      (await ask(third.page, 'profiles.snapshot')).keys.find(({ profileId }) => profileId === line.id),
    ).toMatchObject({ active: { fingerprint: nextPrint }, next: null, retired: null });
    expect(await troubleOf(third)).toEqual([]);
  });

  test('a key that is made here goes to its gateway over the clipboard, and past every window', async ({
    launch,
    gateway,
    keyring,
  }) => {
    const app = await launch({ bus: keyring.bus });
    const line = lineTo(gateway.url, '1001');
    await takeLine(app, line, gateway.key);
    await expect(app.page.getByTestId('registration')).toContainText('as 1001');
    await untilRegistered(app.page);
    const panel = await openRotation(app, line.name);
    await panel.getByRole('button', { name: 'Generate' }).click();
    await expect(app.page.getByText('It is on the clipboard for one minute: take it to the gateway.')).toBeVisible();
    const made = await app.electron.evaluate(({ clipboard }) => clipboard.readText());
    const { keys } = await ask(app.page, 'profiles.snapshot');
    expect(keys.find(({ profileId }) => profileId === line.id)?.next).toMatchObject({
      origin: 'generated',
      fingerprint: fingerprintOf(made),
    });
    await gateway.setKeys(gateway.key, made);
    await panel.getByRole('button', { name: 'Promote now...' }).click();
    await app.page
      .getByRole('alertdialog', { name: 'Promote before the wait is over?' })
      .getByRole('button', { name: 'Promote now' })
      .click();
    await gateway.setKeys(made, null);
    await expect(panel).toContainText(`${fingerprintOf(made)} signs since`);
    await untilRegistered(app.page);
    expect(await troubleOf(app)).toEqual([]);
    expect(JSON.stringify(await app.ipcSeen()) + (await app.logs()).join()).not.toContain(made);
  });
});

test.describe('on Kamailio', () => {
  test('a key is rotated during a call: no gap in the sound, no lost registration, the old key is refused', async ({
    launch,
    lab,
    keyring,
  }) => {
    await rotateDuringCall(await launch({ bus: keyring.bus }), kamailio(lab));
  });

  test('a leaked key is replaced at once during a call', async ({ launch, lab, keyring }) => {
    await replaceDuringCall(await launch({ bus: keyring.bus }), kamailio(lab));
  });
});

test('on the Practice line Ringfence tells its own gateway: add, promote and forget during a call', async ({
  launch,
  keyring,
}) => {
  const app = await launch({ bus: keyring.bus });
  const { page } = app;
  await untilRegistered(page);
  const statusNow = async () =>
    (await ask(page, 'profiles.snapshot')).keys.find(({ profileId }) => profileId === PRACTICE_PROFILE_ID);
  await dial(page, 'tone');
  await expect(callCard(page, 'active')).toBeVisible();
  const gaps = await watchToneGaps(page, TONE_HZ);
  const registration = await watchRegistration(page);
  const before = await statusNow();
  const panel = await openRotation(app, 'Practice line');
  await panel.getByRole('button', { name: 'Generate' }).click();
  await expect(panel).toContainText('Its gateway knows both keys');
  const added = (await statusNow())?.next?.fingerprint ?? '';
  for (const [button, answer] of [
    ['Promote now...', 'Promote now'],
    ['Replace at once...', 'Replace at once'],
  ] as const) {
    const token = await tokenFingerprint(page);
    await panel.getByRole('button', { name: button }).click();
    if (button === 'Replace at once...') await page.getByRole('menuitem', { name: 'Generate' }).click();
    await page
      .getByRole('alertdialog')
      .filter({ has: page.getByRole('button', { name: answer }) })
      .getByRole('button', { name: answer })
      .click();
    await expect
      .poll(() => tokenFingerprint(page), { message: `a new token after "${answer}"`, timeout: 3000 })
      .not.toBe(token);
    if (button === 'Promote now...') {
      expect(await statusNow()).toMatchObject({
        active: { fingerprint: added },
        retired: { fingerprint: before?.active?.fingerprint },
      });
      await panel.getByRole('button', { name: 'Forget it now' }).click();
      await expect.poll(async () => (await statusNow())?.retired).toBeNull();
    }
  }
  await expectNoGap(gaps);
  expect(await registration.phases()).toEqual(['registered']);
  expect(await troubleOf(app)).toEqual([]);
  await page.getByRole('link', { name: 'Phone' }).click();
  await press(page, 'end');
  await expect(callCard(page, 'ended')).toContainText('You ended the call.');
});

test('the ear that finds no gap finds the pauses between two bursts', async ({ launch }) => {
  const { page } = await launch({ toneHz: 700 });
  await untilRegistered(page);
  await dial(page, 'echo');
  await expect(callCard(page, 'active')).toBeVisible();
  const gaps = await watchToneGaps(page, 700);
  await expect.poll(async () => (await gaps()).longestGapMs, { timeout: 10_000 }).toBeGreaterThan(250);
  await press(page, 'end');
});
