/** Several calls at a time, in small windows and large ones: what rings and what is up is always whole. */
import { expect, test, type RunningApp } from '../support/app/app';
import { BUTTON } from '../support/app/call-buttons';
import { ask, callCard, dial, press, resize, untilRegistered } from '../support/app/phone-driver';
import { violations } from '../support/app/unlock-window';

const SIZES = [
  [1040, 700],
  [760, 620],
  [360, 560],
] as const;

/** One call is up, one is on hold, and one more rings, which it does for half a minute. */
async function makeThree({ page }: RunningApp): Promise<void> {
  await dial(page, 'call-me');
  await expect(callCard(page, 'ended')).toBeVisible();
  await callCard(page, 'ended').getByRole('button', { name: BUTTON.dismiss }).click();
  await dial(page, 'echo');
  await expect(callCard(page, 'active')).toContainText('echo', { timeout: 15_000 });
  await dial(page, 'tone');
  await expect(callCard(page, 'active')).toContainText('tone', { timeout: 15_000 });
  await expect(callCard(page, 'held')).toContainText('echo');
  await expect(callCard(page, 'ringing')).toBeVisible({ timeout: 20_000 });
}

/** The parts of these elements that can't be seen: outside of the window, or of what scrolls around them. */
async function hidden(app: RunningApp, selector: string): Promise<readonly string[]> {
  return await app.page.locator(selector).evaluateAll((elements) =>
    elements.flatMap((element) => {
      const box = element.getBoundingClientRect();
      const problems: string[] = [];
      if (box.height === 0) problems.push('it is not drawn');
      for (let around = element.parentElement; around !== null; around = around.parentElement) {
        const { overflowY } = getComputedStyle(around);
        const edge = around.getBoundingClientRect();
        if (overflowY === 'visible') continue;
        if (box.top < edge.top - 0.5 || box.bottom > edge.bottom + 0.5)
          problems.push(`${around.className}: ${box.top} to ${box.bottom} of ${edge.top} to ${edge.bottom}`);
      }
      return problems;
    }),
  );
}

test('the ringing card is first and whole, the active one is whole, and the keypad folds before a call does', async ({
  launch,
}, testInfo) => {
  test.setTimeout(180_000);
  const app = await launch();
  const { page } = app;
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await untilRegistered(page);
  await makeThree(app);
  // The call rings for half a minute: what has to be seen meanwhile comes before the pictures.
  for (const [width, height] of SIZES) {
    await resize(app, width, height);
    const where = `${width} x ${height}`;
    expect.soft(await hidden(app, '.incoming-card'), `the ringing card at ${where}`).toEqual([]);
    expect.soft(await hidden(app, '.call-card'), `the active card at ${where}`).toEqual([]);
    const order = await page
      .getByTestId('call-card')
      .evaluateAll((cards) =>
        cards
          .toSorted((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top)
          .map((card) => (card as HTMLElement).dataset['phase']),
      );
    expect.soft(order.slice(0, 3), where).toEqual(['ringing', 'active', 'held']);
  }
  expect.soft(await violations(page), 'in the smallest window').toEqual([]);
  for (const theme of ['light', 'dark'] as const) {
    await ask(page, 'settings.set', { theme });
    for (const [width, height] of SIZES) {
      await resize(app, width, height);
      await page.screenshot({ path: testInfo.outputPath(`many-calls-${width}-${theme}.png`) });
    }
  }
  // Where a held line has room in the smallest window, it is one line.
  const line = await page.locator('.call-line').first().boundingBox();
  expect(line?.height).toBeLessThanOrEqual(58);
});

test('the tool in the smallest window folds for a call that rings, and comes back', async ({ launch }) => {
  test.setTimeout(90_000);
  const app = await launch();
  const { page } = app;
  await untilRegistered(page);
  await resize(app, 360, 560);
  const pad = page.getByRole('group', { name: 'Dial pad' });
  await dial(page, 'call-me');
  await expect(callCard(page, 'ended')).toBeVisible();
  await expect(pad).toBeVisible();
  await callCard(page, 'ended').getByRole('button', { name: BUTTON.dismiss }).click();
  await dial(page, 'echo');
  await expect(callCard(page, 'active')).toBeVisible();
  await expect(callCard(page, 'ringing')).toBeVisible({ timeout: 15_000 });
  await expect(pad).toBeHidden();
  await press(page, 'decline');
  await expect(callCard(page, 'ringing')).toHaveCount(0);
  // The line of the call that was declined takes its room for five seconds.
  await expect(callCard(page, 'ended')).toHaveCount(0, { timeout: 15_000 });
  await expect(pad).toBeVisible();
});

test('a call that is placed plays no ringback over a conversation', async ({ launch }) => {
  const { page } = await launch();
  await untilRegistered(page);
  const sounds = await page.evaluateHandle(() => {
    const playing = new Set<HTMLMediaElement>();
    const real = Reflect.get<HTMLMediaElement, 'play'>(HTMLMediaElement.prototype, 'play');
    HTMLMediaElement.prototype.play = function play(this: HTMLMediaElement) {
      if (this.loop) playing.add(this);
      return real.call(this);
    };
    return playing;
  });
  const playing = (): Promise<number> => sounds.evaluate((all) => [...all].filter(({ paused }) => !paused).length);
  await dial(page, 'echo');
  await expect(callCard(page, 'active')).toBeVisible();
  await dial(page, 'no-answer');
  await expect(callCard(page, 'ringing')).toBeVisible();
  await expect.poll(playing, 'the first call is on hold: the ringback is heard').toBe(1);
  await callCard(page, 'held').getByRole('button', { name: BUTTON.resume }).click();
  await expect(callCard(page, 'active')).toContainText('echo');
  await expect(callCard(page, 'ringing')).toBeVisible();
  await expect.poll(playing).toBe(0);
});
