/** A key is changed during a call, as an admin does it at the gateway and in the window. The same story for every gateway. */
import { randomBytes } from 'node:crypto';
import { fingerprintOf } from '../../../src/gateway/authenticator';
import type { ProfileInput } from '../../../src/contracts/profile/profile';
import { expect, type RunningApp } from './app';
import { measured } from '../measured';
import { tokenFingerprint, untilTokens, watchRegistration } from './page-watch';
import { ask, callCard, copyElsewhere, dial, press, takeLine, untilRegistered } from './phone-driver';
import { watchToneGaps, type ToneGaps } from '../sound/tone-gaps';

/** The operator's side. */
export interface GatewayUnderRotation {
  /** The line that the app is given; its token life is chosen by the story. */
  readonly line: ProfileInput;
  /** The key that it accepts from the start. */
  readonly key: string;
  /** Whom to call: plays `hz` without a pause. */
  readonly tone: { readonly user: string; readonly hz: number };
  /** It accepts `next` beside the key in use. */
  readonly setNext: (next: string) => Promise<void>;
  /** It accepts `key` alone. */
  readonly removeOld: (key: string) => Promise<void>;
  /** The status of its answer to an upgrade with a good token that `key` signed: 101 or 401. */
  readonly answersTokenOf: (key: string) => Promise<number>;
}

/** What may pass without the tone, ms. */
const LONGEST_GAP_MS = 100;
/** No sound at all for this long is no business of a busy computer, ms. */
const LONGEST_STALL_MS = 500;
/** Long enough for several steps, short enough to see tokens come and go, s. */
const LIFE_S = 8;

/** A key as an operator makes one. */
export const newKey = (): string => randomBytes(32).toString('base64url');

/** Opens the rotation of a line in the settings. */
export async function openRotation(
  { page }: RunningApp,
  name: string,
): Promise<ReturnType<RunningApp['page']['getByRole']>> {
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('tab', { name: 'Keys' }).click();
  await page.getByRole('button', { name: `Rotate the key of ${name}` }).click();
  return page.getByRole('region', { name: `Rotate the key of ${name}` });
}

/** What went wrong with tokens, from all that the app noted: refusals in the audit log, failures that the window was told, refused upgrades. */
export async function troubleOf(app: RunningApp): Promise<readonly string[]> {
  const refusals = (await ask(app.page, 'audit.recent', { limit: 200 })).filter(({ what }) => what === 'refusal');
  const told = (await app.ipcSeen())
    .map((message) => JSON.stringify(message))
    .filter((text) => text.includes('grants.failed'));
  const printed = (await app.logs()).filter((line) => /\b401\b|token-refused/i.test(line));
  return [...refusals.map((entry) => JSON.stringify(entry)), ...told, ...printed];
}

async function auditedAt(
  app: RunningApp,
  wanted: (entry: Awaited<ReturnType<typeof ask<'audit.recent'>>>[number]) => boolean,
): Promise<number[]> {
  return (await ask(app.page, 'audit.recent', { limit: 200 })).filter(wanted).map(({ at }) => Date.parse(at));
}

/** Waits until the call has been held for longer than `ms`. */
async function holdsFor(ms: number, page: RunningApp['page']): Promise<void> {
  const since = performance.now();
  await expect.poll(() => performance.now() - since).toBeGreaterThan(2 * ms);
  await expect(callCard(page, 'held')).toBeVisible();
}

/** The tone was never gone for LONGEST_GAP_MS. */
export async function expectNoGap(gaps: () => Promise<ToneGaps>): Promise<ToneGaps> {
  const heard = await gaps();
  measured(
    `longest time without the tone: ${heard.longestGapMs.toFixed(0)} ms in ${(heard.listenedMs / 1000).toFixed(1)} s (audio thread at most ${heard.longestStallMs.toFixed(0)} ms late)`,
  );
  expect(heard.longestGapMs).toBeLessThan(LONGEST_GAP_MS);
  expect(heard.longestStallMs).toBeLessThan(LONGEST_STALL_MS);
  return heard;
}

/** Add next at the gateway, next in the app, wait, promote, remove the old one at the gateway; the call and the registration notice nothing. */
export async function rotateDuringCall(app: RunningApp, gateway: GatewayUnderRotation): Promise<void> {
  const { page } = app;
  const line: ProfileInput = { ...gateway.line, policy: { tokenLifeS: LIFE_S, purposes: ['sip'] } };
  const next = newKey();
  const [oldPrint, nextPrint] = [fingerprintOf(gateway.key), fingerprintOf(next)];
  const statusNow = async () =>
    (await ask(page, 'profiles.snapshot')).keys.find(({ profileId }) => profileId === line.id);

  await takeLine(app, line, gateway.key);
  await expect(page.getByTestId('registration')).toContainText(`as ${line.identity.split('@')[0] ?? ''}`);
  await untilRegistered(page);
  await dial(page, gateway.tone.user);
  await expect(callCard(page, 'active')).toBeVisible();
  const gaps = await watchToneGaps(page, gateway.tone.hz);
  const registration = await watchRegistration(page);

  const panel = await openRotation(app, line.name);
  expect(await gateway.answersTokenOf(next)).toBe(401);
  await gateway.setNext(next);
  expect([await gateway.answersTokenOf(gateway.key), await gateway.answersTokenOf(next)]).toEqual([101, 101]);
  await copyElsewhere(app, next);
  await panel.getByRole('button', { name: 'Paste from clipboard' }).click();
  await expect(panel.getByRole('timer')).toHaveText(/^0:0[1-8] left\.\s*$/);
  await expect(panel).toContainText(`${oldPrint} still signs alone`);
  expect(await statusNow()).toMatchObject({
    active: { fingerprint: oldPrint },
    next: { fingerprint: nextPrint },
    retired: null,
  });

  // One token life later the panel offers it by itself.
  const waitedFrom = Date.now();
  await panel.getByRole('button', { name: 'Promote', exact: true }).click({ timeout: 2 * LIFE_S * 1000 });
  expect(Date.now() - waitedFrom).toBeGreaterThan((LIFE_S - 2) * 1000);
  await expect(panel).toContainText(`${nextPrint} signs since`);
  expect(await statusNow()).toMatchObject({
    active: { fingerprint: nextPrint },
    next: null,
    retired: { fingerprint: oldPrint },
  });
  const [promotedAt = 0] = await auditedAt(app, (entry) => entry.what === 'key' && entry.change === 'promoted');
  const firstMint = async (): Promise<number> =>
    Math.min(...(await auditedAt(app, (entry) => entry.what === 'mint')).filter((at) => at >= promotedAt));
  await expect.poll(firstMint).toBeLessThan(promotedAt + 1000);
  measured(`first token of the next key ${(await firstMint()) - promotedAt} ms after the promotion`);

  await expect(panel).toContainText(`Remove ${oldPrint} at the gateway now`, { timeout: 2 * LIFE_S * 1000 });
  await gateway.removeOld(next);
  await panel.getByRole('button', { name: 'I have removed it' }).click();
  await expect(panel.getByRole('listitem').filter({ hasText: '1. Add the next key' })).toHaveAttribute(
    'aria-current',
    'step',
  );
  expect([await gateway.answersTokenOf(gateway.key), await gateway.answersTokenOf(next)]).toEqual([401, 101]);

  // Renewals go on, and the old key is nowhere among them.
  await untilTokens(page, 3, 4 * LIFE_S * 1000);
  expect((await expectNoGap(gaps)).listenedMs).toBeGreaterThan(2 * LIFE_S * 1000);
  expect(await registration.phases()).toEqual(['registered']);
  expect(await troubleOf(app)).toEqual([]);

  // The call is whole: it is held and resumed (the ear that found no gap hears this one), ended, and another one is made.
  await page.getByRole('link', { name: 'Phone' }).click();
  await press(page, 'hold');
  await expect(callCard(page, 'held')).toBeVisible();
  await holdsFor(LONGEST_STALL_MS, page);
  await press(page, 'resume');
  await expect
    .poll(async () => Math.max((await gaps()).longestGapMs, (await gaps()).longestStallMs))
    .toBeGreaterThan(LONGEST_STALL_MS);
  await press(page, 'end');
  await expect(callCard(page, 'ended')).toContainText('You ended the call.');
  await dial(page, gateway.tone.user);
  await expect(callCard(page, 'active')).toBeVisible();
  await press(page, 'end');
}

/** The key leaked: the gateway takes another one, the app too, at once; the call goes on. */
export async function replaceDuringCall(app: RunningApp, gateway: GatewayUnderRotation): Promise<void> {
  const { page } = app;
  const replacement = newKey();
  await takeLine(app, gateway.line, gateway.key);
  await expect(page.getByTestId('registration')).toContainText(`as ${gateway.line.identity.split('@')[0] ?? ''}`);
  await untilRegistered(page);
  await dial(page, gateway.tone.user);
  await expect(callCard(page, 'active')).toBeVisible();
  const gaps = await watchToneGaps(page, gateway.tone.hz);
  const registration = await watchRegistration(page);
  const before = await tokenFingerprint(page);

  const panel = await openRotation(app, gateway.line.name);
  await gateway.removeOld(replacement);
  expect(await gateway.answersTokenOf(gateway.key)).toBe(401);
  await copyElsewhere(app, replacement);
  await panel.getByRole('button', { name: 'Replace at once...' }).click();
  await page.getByRole('menuitem', { name: 'Paste from clipboard' }).click();
  const question = page.getByRole('alertdialog', { name: `Replace the key of ${gateway.line.name} at once?` });
  await expect(question).toContainText(`all tokens signed with ${fingerprintOf(gateway.key)} are to die`);
  await question.getByRole('button', { name: 'Replace at once' }).click();
  await expect(panel).toContainText(`Remove ${fingerprintOf(gateway.key)} at the gateway now`);
  await expect.poll(() => tokenFingerprint(page), { message: 'a new token is in use', timeout: 3000 }).not.toBe(before);
  await panel.getByRole('button', { name: 'I have removed it' }).click();

  await expectNoGap(gaps);
  expect(await registration.phases()).toEqual(['registered']);
  expect(await troubleOf(app)).toEqual([]);
  await page.getByRole('link', { name: 'Phone' }).click();
  await press(page, 'end');
  await expect(callCard(page, 'ended')).toContainText('You ended the call.');
}
