/** Larger and smaller, by menu, keys and settings; and that no size, width or contrast takes away what ends or answers a call. */
import { writeFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import { expect, test, type RunningApp } from '../support/app/app';
import { ask, callCard, dial, untilRegistered } from '../support/app/phone-driver';
import { setPassphrase, unlockWindow, untilSmallGone } from '../support/app/unlock-window';

/** Presses a key with Ctrl as the keyboard does: main takes it before the page. */
async function pressCtrl({ electron }: RunningApp, keyCode: string, page = '/index.html'): Promise<void> {
  await electron.evaluate(
    ({ BrowserWindow }, [code, url]) => {
      const window = BrowserWindow.getAllWindows().find((each) => each.webContents.getURL().includes(url));
      for (const type of ['keyDown', 'keyUp'] as const)
        window?.webContents.sendInputEvent({ type, keyCode: code, modifiers: ['control'] });
    },
    [keyCode, page] as const,
  );
}

async function choose({ electron }: RunningApp, label: string): Promise<void> {
  await electron.evaluate(({ Menu }, wanted) => {
    const item = Menu.getApplicationMenu()
      ?.items.flatMap(({ submenu }) => submenu?.items ?? [])
      .find((each) => each.label === wanted);
    if (item === undefined) throw new Error(`the menu has no ${wanted}`);
    (item.click as () => void)();
  }, label);
}

/** How large a window draws, in percent. */
const drawn = ({ electron }: RunningApp, page = '/index.html'): Promise<number> =>
  electron.evaluate(
    ({ BrowserWindow }, url) =>
      Math.round(
        100 *
          (BrowserWindow.getAllWindows()
            .find((each) => each.webContents.getURL().includes(url))
            ?.webContents.getZoomFactor() ?? 0),
      ),
    page,
  );

/** The window's content in pixels of the screen, whatever the zoom. */
async function sizeTo({ electron, page }: RunningApp, width: number, height: number, zoom: number): Promise<void> {
  await electron.evaluate(
    ({ BrowserWindow }, [w, h]) =>
      BrowserWindow.getAllWindows()
        .find((window) => window.webContents.getURL().endsWith('/index.html'))
        ?.setContentSize(w, h),
    [width, height] as const,
  );
  await expect
    .poll(() => page.evaluate(() => [innerWidth, innerHeight]))
    .toEqual([Math.round((width * 100) / zoom), Math.round((height * 100) / zoom)]);
}

/** The window as it is drawn: the driver's own pictures know no zoom. */
async function picture({ electron }: RunningApp, path: string): Promise<void> {
  const png = await electron.evaluate(async ({ BrowserWindow }) => {
    const window = BrowserWindow.getAllWindows().find((each) => each.webContents.getURL().endsWith('/index.html'));
    return (await window?.webContents.capturePage())?.toPNG().toString('base64') ?? '';
  });
  await writeFile(path, Buffer.from(png, 'base64'));
}

/** What of a button lies outside of the window, or under something else. */
async function unreachable(button: Locator): Promise<string[]> {
  return await button.evaluate((element) => {
    const { left, right, top, bottom, width, height } = element.getBoundingClientRect();
    const found: string[] = [];
    const name = element.getAttribute('aria-label') ?? element.textContent;
    if (left < -1 || top < -1 || right > innerWidth + 1 || bottom > innerHeight + 1)
      found.push(
        `${name} lies at ${[left, top, right, bottom].map(Math.round).join(' ')} in ${innerWidth} x ${innerHeight}`,
      );
    for (const [x, y] of [
      [0.15, 0.2],
      [0.5, 0.5],
      [0.85, 0.8],
    ] as const) {
      const at = document.elementFromPoint(left + width * x, top + height * y);
      if (at === null || !(element.contains(at) || at.contains(element))) found.push(`${name} is covered at ${x} ${y}`);
    }
    return found;
  });
}

test('Ctrl and +, - and 0, the numeric keypad, the menu and the settings change the size of all windows, and it is there at the next start', async ({
  launch,
  userDataDir,
  keyring,
}) => {
  test.setTimeout(120_000);
  const app = await launch({ userDataDir, bus: keyring.bus });
  const { page } = app;
  await untilRegistered(page);
  const zoom = async (): Promise<number> => (await ask(page, 'settings.get')).zoom;
  expect(await drawn(app)).toBe(100);
  for (const [key, percent] of [
    ['=', 110],
    ['numadd', 125],
    ['Plus', 150],
    ['-', 125],
    ['numsub', 110],
    ['0', 100],
    ['-', 90],
    ['num0', 100],
  ] as const) {
    await pressCtrl(app, key);
    await expect.poll(() => drawn(app), `after Ctrl and ${key}`).toBe(percent);
  }
  await choose(app, 'Zoom in');
  await expect.poll(zoom).toBe(110);
  await choose(app, 'Zoom out');
  await choose(app, 'Zoom out');
  await expect.poll(zoom).toBe(90);
  await choose(app, 'Actual size');
  await expect.poll(zoom).toBe(100);

  // The ends are ends.
  for (let presses = 0; presses < 12; presses++) await pressCtrl(app, '-');
  await expect.poll(zoom).toBe(50);
  for (let presses = 0; presses < 14; presses++) await pressCtrl(app, '=');
  await expect.poll(zoom).toBe(200);
  expect(await drawn(app)).toBe(200);

  // A window that opens is as large, and so is what it holds.
  await setPassphrase(app, 'a passphrase of some length');
  await page.getByRole('button', { name: 'Lock now' }).click();
  await page.getByRole('button', { name: 'Unlock' }).click();
  const small = await unlockWindow(app);
  await expect.poll(() => drawn(app, '/unlock.html')).toBe(200);
  expect(await unreachable(small.getByRole('button', { name: 'Unlock' }))).toEqual([]);
  expect(await unreachable(small.getByRole('button', { name: 'Cancel' }))).toEqual([]);
  await pressCtrl(app, '0', '/unlock.html');
  await expect.poll(() => drawn(app, '/unlock.html')).toBe(100);
  expect(await unreachable(small.getByRole('button', { name: 'Unlock' }))).toEqual([]);
  await expect.poll(() => drawn(app)).toBe(100);
  await untilSmallGone(small);

  // By the settings; at the next start it is there.
  await page.getByRole('tab', { name: 'Appearance and sound' }).click();
  await page.getByRole('button', { name: 'Zoom in' }).click();
  await page.getByRole('button', { name: 'Zoom in' }).click();
  await expect(page.getByRole('status', { name: 'Zoom', exact: true })).toHaveText('125 %');
  await expect.poll(() => drawn(app)).toBe(125);
  await app.close();
  const again = await launch({ userDataDir, bus: keyring.bus });
  await untilRegistered(again.page);
  await expect.poll(() => drawn(again)).toBe(125);
});

/** What ends, declines or answers calls, wherever it is. */
const vital = (page: Page): Locator =>
  page.getByRole('button', { name: /^(?:Hang up|End|Decline|Answer)/ }).filter({ visible: true });

test('at 200 % and in the narrowest window all that ends or answers a call is in reach: the keypad folds first', async ({
  launch,
}, testInfo) => {
  test.setTimeout(240_000);
  const app = await launch();
  const { page } = app;
  await untilRegistered(page);
  await ask(page, 'settings.set', { guideDone: true });
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const look = async (state: string, atLeast: number): Promise<void> => {
    for (const zoom of [100, 200])
      for (const [width, height] of [
        [1040, 700],
        [760, 700],
        [360, 560],
      ] as const) {
        await ask(page, 'settings.set', { zoom });
        await expect.poll(() => drawn(app)).toBe(zoom);
        await sizeTo(app, width, height, zoom);
        const name = `${state}-${width}-${zoom}`;
        await picture(app, testInfo.outputPath(`${name}.png`));
        const buttons = await vital(page).all();
        expect.soft(buttons.length, `${name}: buttons that are seen`).toBeGreaterThanOrEqual(atLeast);
        for (const button of buttons) expect.soft(await unreachable(button), name).toEqual([]);
        expect
          .soft(
            await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
            `${name}: nothing sticks out`,
          )
          .toBe(true);
      }
    await ask(page, 'settings.set', { zoom: 100 });
    await sizeTo(app, 1040, 700, 100);
  };
  const keypad = page.getByRole('group', { name: 'Dial pad' });
  await expect(keypad).toBeVisible();
  await dial(page, 'echo');
  await expect(callCard(page, 'active')).toBeVisible();
  await look('active', 1);
  await expect(keypad, 'with room for both').toBeVisible();
  await page.getByRole('link', { name: 'Settings' }).click();
  await look('settings-in-a-call', 1);
  await page.getByRole('link', { name: 'Phone' }).click();
  await callCard(page, 'active')
    .getByRole('button', { name: /^(?:Hang up|End)/ })
    .click();
  await expect(callCard(page, 'ended')).toBeVisible();
  await callCard(page, 'ended').getByRole('button', { name: 'Dismiss' }).click();
  await dial(page, 'call-me');
  await expect(page.getByRole('article', { name: /^Incoming call from/ })).toBeVisible({ timeout: 15_000 });
  await look('incoming', 2);

  // The small window grows with its words.
  await ask(page, 'settings.set', { zoom: 200 });
  const popup = (): Page | undefined => app.electron.windows().find((each) => each.url().includes('incoming.html'));
  await expect.poll(() => popup() !== undefined).toBe(true);
  const small = popup() ?? page;
  await expect.poll(() => drawn(app, '/incoming.html')).toBe(200);
  for (const name of ['Answer', 'Decline']) {
    const button = small.getByRole('button', { name });
    await expect(button).toBeVisible();
    await expect.poll(() => unreachable(button)).toEqual([]);
  }
  await small.screenshot({ path: testInfo.outputPath('small-window-200.png') });
  await ask(page, 'settings.set', { zoom: 100 });
});

test('in forced colours every button has an edge, and what is chosen, pressed, disabled or has the focus is seen', async ({
  launch,
}, testInfo) => {
  test.setTimeout(120_000);
  const { page } = await launch();
  await untilRegistered(page);
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
  /** Buttons that nothing sets off from their surroundings, and icons in the colour of what they lie on. */
  const faint = (): Promise<string[]> =>
    page.evaluate(() => {
      const found: string[] = [];
      for (const element of document.querySelectorAll<HTMLElement>('button, [role="tab"], [role="radio"], nav a')) {
        if (!element.checkVisibility({ checkVisibilityCSS: true }) || element.getBoundingClientRect().width <= 1)
          continue;
        const style = getComputedStyle(element);
        const name = element.getAttribute('aria-label') ?? element.textContent;
        if (style.borderTopStyle === 'none' || parseFloat(style.borderTopWidth) < 1) found.push(`no edge: ${name}`);
        const icon = element.querySelector('svg');
        if (icon !== null && getComputedStyle(icon).color === style.backgroundColor) found.push(`no icon: ${name}`);
      }
      return found;
    });
  const look = (element: Locator): Promise<string> =>
    element.evaluate((each) => {
      const { backgroundColor, color, borderTopColor, outlineStyle } = getComputedStyle(each);
      return [backgroundColor, color, borderTopColor, outlineStyle].join(' ');
    });
  const expectUnlike = async (one: Locator, other: Locator, what: string): Promise<void> =>
    expect.poll(async () => (await look(one)) !== (await look(other)), what).toBe(true);
  const shoot = (name: string) => page.screenshot({ path: testInfo.outputPath(`forced-${name}.png`) });

  expect.soft(await faint(), 'idle').toEqual([]);
  await expectUnlike(
    page.getByRole('link', { name: 'Phone' }),
    page.getByRole('link', { name: 'Settings' }),
    'the screen',
  );
  await expectUnlike(
    page.getByRole('radio', { name: 'All', exact: true }),
    page.getByRole('radio', { name: 'Calls' }),
    'the filter',
  );
  await expect(page.getByRole('button', { name: 'Call', exact: true })).toBeDisabled();
  await dial(page, 'echo');
  const card = callCard(page, 'active');
  await expect(card).toBeVisible();
  expect.soft(await faint(), 'in a call').toEqual([]);
  const mute = card.getByRole('button', { name: /^(?:Mute|Unmute|Muted)/ });
  await mute.click();
  await expectUnlike(mute, card.getByRole('button', { name: /^Keypad/ }), 'Mute that is pressed');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle)).toBe(
    'solid',
  );
  await shoot('call');
  await card.getByRole('button', { name: /^(?:Hang up|End)/ }).click();
  await page.getByRole('link', { name: 'Settings' }).click();
  await expect(page.getByRole('tab')).toHaveCount(6);
  for (const tab of await page.getByRole('tab').all()) {
    await tab.click();
    await expect(tab).toHaveAttribute('aria-selected', 'true');
    expect.soft(await faint(), `settings, ${(await tab.textContent()) ?? ''}`).toEqual([]);
  }
  await shoot('settings');
  await expectUnlike(page.getByRole('tab', { name: 'About' }), page.getByRole('tab', { name: 'Audit' }), 'the tab');
  await page.emulateMedia({ forcedColors: 'none' });
});
