/** An attacker in the phone window has a person press a real button, and hopes for a box of the system that the person takes for one of ours. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test, type RunningApp } from '../support/app/app';
import { BUTTON } from '../support/app/call-buttons';
import { ask, callCard, dial, invoke, untilGone, untilLoadedAnew, untilRegistered } from '../support/app/phone-driver';
import { setPassphrase, newPassphrase, openSettings, unlockWindow, unlockWindows } from '../support/app/unlock-window';
import { windowsOnDisplay } from '../support/app/system-windows';

const BUTTONS = [
  'prints the page',
  'prints a frame',
  'asks by alert',
  'wants a file',
  'wants a folder',
  'wants files',
  'opens a file picker',
  'opens a folder picker',
  'saves a file',
] as const;

/** Draws the button over the page, and presses it as a person does. */
async function pressButton(page: Page, button: (typeof BUTTONS)[number]): Promise<void> {
  await page.evaluate((action) => {
    const all = globalThis as unknown as { outcome: string | undefined; act: () => void };
    all.outcome = undefined;
    const choose = (more: object): void => {
      const input = Object.assign(document.createElement('input'), { type: 'file', ...more });
      input.onchange = () => (all.outcome = 'CHOSEN');
      document.body.append(input);
      input.click();
      all.outcome = 'asked';
    };
    // No code from text: what each button does is here, and named by its text.
    const set = (value: string): void => void (all.outcome ??= value);
    const picker = (name: string): void => {
      const { [name]: open } = globalThis as unknown as Record<string, () => Promise<unknown>>;
      if (open === undefined) set('refused');
      else
        void open().then(
          () => set('CHOSEN'),
          () => set('refused'),
        );
    };
    const printed = (where: Window): void => {
      where.addEventListener('beforeprint', () => (all.outcome = 'PRINTS'));
      where.print();
      set('refused');
    };
    const acts: Record<string, () => void> = {
      'prints the page': () => printed(window),
      'prints a frame': () =>
        printed(document.body.appendChild(document.createElement('iframe')).contentWindow ?? window),
      'asks by alert': () => {
        alert('Type your passphrase');
        set(confirm('Agree?') ? 'AGREED' : 'refused');
      },
      'wants a file': () => choose({}),
      'wants a folder': () => choose({ webkitdirectory: true }),
      'wants files': () => choose({ multiple: true }),
      'opens a file picker': () => picker('showOpenFilePicker'),
      'opens a folder picker': () => picker('showDirectoryPicker'),
      'saves a file': () => picker('showSaveFilePicker'),
    };
    document.getElementById('evil')?.remove();
    const drawn = Object.assign(document.createElement('button'), { id: 'evil', textContent: action });
    Object.assign(drawn.style, { position: 'fixed', left: '200px', top: '200px', zIndex: '99999' });
    drawn.onclick = () => acts[action]?.();
    document.body.append(drawn);
  }, button);
  await page.locator('#evil').click();
}

test('printing, boxes for files and folders, and boxes of the page are refused, whatever button a person presses', async ({
  launch,
}) => {
  const app = await launch();
  const { page } = app;
  await untilRegistered(page);
  const before = await windowsOnDisplay();
  test.info().annotations.push({ type: 'windows on the display', description: String(before) });
  let boxes = 0;
  for (const action of BUTTONS) {
    await pressButton(page, action);
    await expect
      .poll(() => page.evaluate(() => (globalThis as unknown as { outcome?: string }).outcome), action)
      .toMatch(/^(?:refused|asked)$/);
    if (/want|open|save/.test(action)) boxes += 1;
    // Chromium says that it would have opened one: by then it is refused.
    await expect
      .poll(async () => (await app.logs()).filter((line) => line.includes('refused: a box for files')).length, action)
      .toBe(boxes);
    expect(await windowsOnDisplay(), action).toBe(before);
  }
  // The count sees a box of the system where there is one: main's own.
  if (before !== null) {
    // Its answer never comes: the app ends first.
    void invoke(page, 'profiles.import').catch(() => undefined);
    await expect.poll(windowsOnDisplay).toBeGreaterThan(before);
    await app.electron.evaluate(({ app: electronApp }) => electronApp.exit(0)).catch(() => undefined);
  }
});

const phoneUrl = ({ electron }: RunningApp): Promise<readonly string[]> =>
  electron.evaluate(({ webContents }) => webContents.getAllWebContents().map((each) => each.getURL()));

test('the page in which a passphrase is typed never loads in the phone window: not by another name, a reload or the history', async ({
  launch,
}) => {
  const app = await launch();
  const { page } = app;
  await untilRegistered(page);
  const inPage = (code: string): Promise<unknown> =>
    app.electron.evaluate(
      ({ webContents }, text) => webContents.getAllWebContents()[0]?.executeJavaScript(text, true) as Promise<unknown>,
      code,
    );
  const hasPassphraseField = (): Promise<unknown> =>
    inPage(`document.querySelector('input[type="password"]') !== null`);
  const reloads = ['location.reload()', 'history.go(0)', 'location.replace(location.href)'];
  for (const [name, moves] of [
    [
      '/incoming.html',
      [
        ...reloads,
        'history.pushState(null, "", "/index.html"); history.back()',
        `location.href = '/index.html?other'`,
        'history.back()',
      ],
    ],
    [
      '/unlock.html?question=unlock',
      [
        ...reloads,
        'history.pushState(null, "", "/index.html"); history.back()',
        // A page of the history that is loaded from the start asks nobody first.
        `history.pushState(null, '', '/index.html?again'); location.href = '/index.html?anew'`,
        'history.back()',
        'history.go(-2)',
      ],
    ],
  ] as const) {
    for (const move of moves) {
      await inPage(`history.pushState(null, '', ${JSON.stringify(name)}); ${move}; null`);
      await inPage('new Promise((done) => setTimeout(() => done(null), 500))').catch(() => undefined);
      expect(await hasPassphraseField(), `${name} ${move}`).toBe(false);
      expect(await inPage(`document.querySelector('[data-testid="registration"]') !== null`), `${name} ${move}`).toBe(
        true,
      );
    }
  }
  // Main's own loading goes by the page's real name.
  await inPage(`history.pushState(null, '', '/unlock.html?question=unlock'); null`);
  await untilLoadedAnew(page, () => ask(page, 'phone.lock'));
  expect(await phoneUrl(app)).toEqual(['app://ringfence/index.html']);
  await expect(page.getByTestId('locked')).toBeVisible();
});

test('the window for the passphrase waits longer after each time that it was closed', async ({ launch, keyring }) => {
  const app = await launch({ bus: keyring.bus });
  const { page } = app;
  await setPassphrase(app, newPassphrase());
  await ask(page, 'admin.lock');
  await openSettings(app, 'Keys');
  const unlock = page.getByRole('group', { name: 'Admin lock' }).getByRole('button', { name: 'Unlock' });
  await unlock.click();
  const small = await unlockWindow(app);
  await untilGone(small, () => small.getByRole('button', { name: 'Cancel' }).click());
  // A page asks again at once, by the hundred.
  const answers = await page.evaluate(async () => {
    const { ringfence } = globalThis as unknown as {
      ringfence: {
        invoke: (channel: string, input: unknown) => Promise<{ failure?: { reason: string; retryAfterMs?: number } }>;
      };
    };
    const all = [];
    for (let count = 0; count < 100; count += 1) all.push(await ringfence.invoke('admin.ask', { question: 'unlock' }));
    return all.map(({ failure }) => failure?.reason);
  });
  expect(new Set(answers)).toEqual(new Set(['cancelled']));
  expect(unlockWindows(app)).toEqual([]);
  // A person who waits gets it.
  await expect
    .poll(
      async () => {
        if (unlockWindows(app).length === 0) await unlock.click();
        return unlockWindows(app).length;
      },
      { timeout: 20_000 },
    )
    .toBe(1);
});

test('the small window opens for calls that main has seen come in alone, four at most, under the real name of their line', async ({
  launch,
}) => {
  const app = await launch();
  const { page } = app;
  await untilRegistered(page);
  const small = (): Page | undefined => app.electron.windows().find((each) => each.url().endsWith('/incoming.html'));
  const reasons = await page.evaluate(async () => {
    const { ringfence } = globalThis as unknown as {
      ringfence: {
        invoke: (channel: string, input: unknown) => Promise<{ ok: boolean; failure?: { reason: string } }>;
      };
    };
    const made = Array.from({ length: 40 }, (_, n) =>
      ringfence.invoke('calls.notifyIncoming', {
        callId: `c${n}`,
        sipCallId: `made-up-${n}`,
        profileId: 'practice',
        name: 'Your bank: type your passphrase',
        number: '1',
      }),
    );
    return (await Promise.all(made)).map(({ ok, failure }) => (ok ? 'ok' : failure?.reason));
  });
  expect(reasons).toHaveLength(40);
  expect(reasons.filter((each) => each === 'ok')).toEqual([]);
  expect(small()).toBeUndefined();
  // A call that does come is announced: after the process was ended, too.
  await untilLoadedAnew(page, () => ask(page, 'phone.lock'));
  await page.getByRole('button', { name: 'Unlock' }).click();
  await untilRegistered(page);
  const opened = app.electron.waitForEvent('window', { timeout: 30_000 });
  await dial(page, 'call-me');
  const window = await opened;
  await expect(window.getByText('Practice line')).toBeVisible();
  const closed = window.waitForEvent('close', { timeout: 15_000 });
  await callCard(page).getByRole('button', { name: BUTTON.decline }).first().click();
  await closed;
});

test('no name is looked up in advance: what a page writes into one reaches nobody', async ({ launch, folder }) => {
  const netLog = join(folder, 'net.json');
  const app = await launch({ extraArgs: [`--log-net-log=${netLog}`] });
  const { page } = app;
  await untilRegistered(page);
  await page.evaluate(() => {
    for (const rel of ['dns-prefetch', 'preconnect', 'prefetch', 'prerender'])
      document.head.append(
        Object.assign(document.createElement('link'), { rel, href: `https://token-by-${rel}.example/` }),
      );
    document.body.append(
      Object.assign(document.createElement('a'), { href: 'https://token-by-link.example/', textContent: 'x' }),
    );
  });
  // What main looks up is in the log, and comes after it.
  await app.electron.evaluate(async ({ session }) => {
    await session.defaultSession.resolveHost('seen-in-the-log.example').catch(() => undefined);
  });
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestIdleCallback(done))));
  await app.electron.evaluate(async ({ session }) => {
    await session.defaultSession.resolveHost('seen-last.example').catch(() => undefined);
  });
  await app.close();
  const resolved = (await readFile(netLog, 'utf8')).match(/"host":"[^"]*\.example[^"]*"/g) ?? [];
  expect(resolved.join()).toContain('seen-in-the-log.example');
  expect(resolved.join()).toContain('seen-last.example');
  expect(resolved.filter((each) => each.includes('token-by'))).toEqual([]);
});
