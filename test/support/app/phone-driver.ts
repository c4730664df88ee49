/** What a person does with the phone, as tests do it: by roles and names, and by the few test ids that the README lists. */
import { expect, type Locator, type Page } from '@playwright/test';
import type { ChannelInput, ChannelOutput, RingfenceApi } from '../../../src/contracts/ipc/ipc';
import type { ChannelName } from '../../../src/contracts/ipc/ipc-names';
import type { ProfileInput } from '../../../src/contracts/profile/profile';
import type { Result } from '../../../src/contracts/base/result';
import { PHONE_URL, type RunningApp } from './app';
import { BUTTON } from './call-buttons';

type Phase = 'dialing' | 'ringing' | 'connecting' | 'active' | 'held' | 'recovering' | 'ended';

/** A call's card; of those in `phase` when one is given. */
export function callCard(page: Page, phase?: Phase): Locator {
  const cards = page.getByTestId('call-card');
  return phase === undefined ? cards : cards.and(page.locator(`[data-phase="${phase}"]`));
}

/** Gives the phone window's content this size, CSS pixels. */
export async function resize({ electron, page }: RunningApp, width: number, height: number): Promise<void> {
  await electron.evaluate(
    ({ BrowserWindow }, [w, h]) =>
      BrowserWindow.getAllWindows()
        .find((window) => window.webContents.getURL().endsWith('/index.html'))
        ?.setContentSize(w, h),
    [width, height] as const,
  );
  await expect.poll(() => page.evaluate(() => [innerWidth, innerHeight])).toEqual([width, height]);
}

/** Waits until the line is registered. */
export async function untilRegistered(page: Page, timeoutMs = 15_000): Promise<void> {
  await expect(page.getByTestId('registration')).toHaveAttribute('data-phase', 'registered', { timeout: timeoutMs });
  await expect(page.getByTestId('registration')).toContainText('Registered');
}

/** Types a name or number and presses Call. */
export async function dial(page: Page, target: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Name or number' }).fill(target);
  await page.getByRole('button', { name: 'Call', exact: true }).click();
}

/** Types into the empty field, key by key. */
export async function typeNumber(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Name or number' }).click();
  await page.keyboard.press('Escape');
  await page.keyboard.type(text);
}

/** Pastes what was copied elsewhere into the empty field, by the keys. */
export async function pasteNumber(app: RunningApp, text: string): Promise<void> {
  await copyElsewhere(app, text);
  await app.page.getByRole('textbox', { name: 'Name or number' }).click();
  await app.page.keyboard.press('Escape');
  await app.page.keyboard.press('Control+V');
}

/** Presses a button of the first call on the screen that has it. */
export async function press(page: Page, button: keyof typeof BUTTON): Promise<void> {
  await callCard(page).getByRole('button', { name: BUTTON[button], exact: true }).first().click();
}

/** The agent reads how the call ended, and puts the card away. */
export async function expectEnd(page: Page, sentence: string): Promise<void> {
  await expect(callCard(page, 'ended')).toContainText(sentence);
  await callCard(page, 'ended').getByRole('button', { name: BUTTON.dismiss }).click();
  await expect(callCard(page)).toHaveCount(0);
}

/** Does what makes a window close by itself. It may be gone before the driver hears that its own click was carried out: that is no failure. */
export async function untilGone(small: Page, act: () => Promise<unknown>): Promise<void> {
  const gone = small.waitForEvent('close', { timeout: 10_000 });
  const acted = act().catch(async (error: unknown) => {
    await gone.catch(() => {
      throw error;
    });
  });
  await Promise.all([gone, acted]);
}

/** Does what locks the phone or signs out: the window's process ends, and its page is loaded in a new one. The old page may be gone before it hears an answer. */
export async function untilLoadedAnew(page: Page, act: () => Promise<unknown>): Promise<void> {
  const loaded = page.waitForEvent('load', { predicate: (each) => each.url() === PHONE_URL, timeout: 20_000 });
  await Promise.all([loaded, act().catch(() => undefined)]);
}

/** Asks main, as the page's own code does. */
export async function invoke<C extends ChannelName>(
  page: Page,
  channel: C,
  ...input: ChannelInput<C> extends undefined ? [] : [ChannelInput<C>]
): Promise<Result<ChannelOutput<C>>> {
  const answer = await page.evaluate(
    async ({ name, argument }) => {
      const { ringfence } = globalThis as unknown as { ringfence: RingfenceApi };
      return await (ringfence.invoke as (channel: string, input?: unknown) => Promise<unknown>)(name, argument);
    },
    { name: channel, argument: input[0] },
  );
  return answer as Result<ChannelOutput<C>>;
}

/** Like `invoke`, for what must succeed. */
export async function ask<C extends ChannelName>(
  page: Page,
  channel: C,
  ...input: ChannelInput<C> extends undefined ? [] : [ChannelInput<C>]
): Promise<ChannelOutput<C>> {
  const result = await invoke(page, channel, ...input);
  if (!result.ok)
    throw new Error(`${channel}: ${result.failure.reason}: ${result.failure.sentence} ${result.failure.details ?? ''}`);
  return result.value;
}

/** A line to a practice gateway that runs apart from the app. */
export function lineTo(gatewayUrl: string, user: string, more: Partial<ProfileInput> = {}): ProfileInput {
  return {
    id: `line-${user}`,
    name: `Line ${user}`,
    environment: 'development',
    provider: { kind: 'local-jwt', issuer: 'ringfence', audience: 'practice' },
    identity: `${user}@practice.ringfence.local`,
    displayName: `Agent ${user}`,
    gatewayUrl,
    presentation: { kind: 'query', parameter: 'token' },
    policy: { tokenLifeS: 300, purposes: ['sip'] },
    iceServers: [],
    ...more,
  };
}

/** Puts a text on the clipboard, as copying it in another program does. */
export async function copyElsewhere(app: RunningApp, text: string): Promise<void> {
  await app.electron.evaluate(({ clipboard }, copied) => clipboard.writeText(copied), text);
}

/** Adds a line with its key (which main takes from the clipboard) and changes to it. */
export async function takeLine(app: RunningApp, profile: ProfileInput, key: string): Promise<void> {
  await ask(app.page, 'profiles.save', profile);
  await copyElsewhere(app, key);
  await ask(app.page, 'keys.pasteFromClipboard', { profileId: profile.id, slot: 'active' });
  await ask(app.page, 'profiles.select', { profileId: profile.id });
}

/** When the page noted `mark` for the last time, in milliseconds since the epoch; null: never. */
export async function lastMark(page: Page, mark: string): Promise<number | null> {
  return await page.evaluate((name) => {
    const entry = performance.getEntriesByName(name, 'mark').at(-1);
    return entry === undefined ? null : performance.timeOrigin + entry.startTime;
  }, `ringfence:${mark}`);
}
