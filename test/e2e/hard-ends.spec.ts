/** Calls that end because the app, its window or the computer does: the far end hears of it as far as that can be, and the agent reads of it afterwards. */
import { once } from 'node:events';
import type { Page } from '@playwright/test';
import { PHONE_URL, expect, test, type LaunchOptions, type RunningApp } from '../support/app/app';
import { ask, callCard, dial, lineTo, takeLine, untilRegistered } from '../support/app/phone-driver';
import { isUnregister, watchSip } from '../support/phones/sip-frames';
import type { GatewayProcess } from '../support/servers/gateway-process';

const notice = (page: Page) => page.getByTestId('lost-calls');

/** An app on a line of this gateway, with a call up. */
async function inCall(app: RunningApp, gateway: GatewayProcess): Promise<void> {
  await takeLine(app, lineTo(gateway.url, '1007'), gateway.key);
  await expect(app.page.getByTestId('registration')).toContainText('as 1007');
  await untilRegistered(app.page);
  await dial(app.page, 'echo');
  await expect(callCard(app.page, 'active')).toBeVisible();
  expect(await gateway.calls()).toBe(1);
}

/** The next start says it in one sentence with one button; then it is forgotten. */
async function expectRead(
  launch: (options: LaunchOptions) => Promise<RunningApp>,
  options: LaunchOptions,
  sentence: string,
): Promise<void> {
  const next = await launch(options);
  await expect(notice(next.page)).toContainText(sentence);
  await notice(next.page).getByRole('button', { name: 'OK' }).click();
  await expect(notice(next.page)).toHaveCount(0);
  expect(await ask(next.page, 'calls.lost')).toBeNull();
}

const ENDS: Readonly<Record<string, { readonly act: (app: RunningApp) => unknown; readonly says: string }>> = {
  SIGHUP: {
    act: ({ pid }) => process.kill(pid, 'SIGHUP'),
    says: 'Last time somebody ended Ringfence during a call, and Ringfence hung up.',
  },
  'three signals at once': {
    act: ({ pid }) => {
      for (const signal of ['SIGTERM', 'SIGHUP', 'SIGTERM'] as const) process.kill(pid, signal);
    },
    says: 'Last time somebody ended Ringfence during a call, and Ringfence hung up.',
  },
  'a shutdown': {
    act: ({ electron }) =>
      electron.evaluate(({ powerMonitor }) => {
        const seen = { waits: false };
        powerMonitor.emit('shutdown', { preventDefault: () => (seen.waits = true) });
        if (!seen.waits) throw new Error('the system goes on at once');
      }),
    says: 'Last time the computer shut down during a call, and Ringfence hung up.',
  },
};

for (const [what, { act, says }] of Object.entries(ENDS))
  test(`${what}: the call is hung up, the line unregistered, and the next start says so`, async ({
    launch,
    gateway,
    keyring,
    userDataDir,
  }) => {
    test.setTimeout(120_000);
    const options = { userDataDir, bus: keyring.bus };
    const app = await launch(options);
    const sip = watchSip(app.page);
    await inCall(app, gateway);
    const child = app.electron.process();
    const exited = once(child, 'exit');
    await act(app);
    expect(await exited).toEqual([0, null]);
    expect(sip.all().filter((frame) => frame.startsWith('> BYE '))).toHaveLength(1);
    expect(sip.all().some(isUnregister)).toBe(true);
    expect([await gateway.calls(), await gateway.counts()]).toEqual([0, { flows: 0, bindings: 0 }]);
    await app.close();
    await expectRead(launch, options, says);
  });

test('a killed app: the next start says that the call was cut off', async ({
  launch,
  gateway,
  keyring,
  userDataDir,
}) => {
  test.setTimeout(120_000);
  const options = { userDataDir, bus: keyring.bus };
  const app = await launch(options);
  await inCall(app, gateway);
  const exited = once(app.electron.process(), 'exit');
  process.kill(app.pid, 'SIGKILL');
  await exited;
  await app.close();
  await expectRead(launch, options, 'Last time Ringfence stopped during a call, and it ended without a goodbye.');
});

/** After a crash the driver has lost the page: what is asked goes through main. */
function pageBehind(app: RunningApp) {
  const evaluate = <T>(code: string): Promise<T> =>
    app.electron.evaluate(
      ({ webContents }, [url, script]) =>
        webContents
          .getAllWebContents()
          .find((each) => each.getURL() === url)
          ?.executeJavaScript(script) as Promise<T>,
      [PHONE_URL, code] as const,
    );
  return {
    phase: () => evaluate<string>(`document.querySelector('[data-testid="registration"]')?.dataset.phase ?? ''`),
    cards: () => evaluate<number>(`document.querySelectorAll('[data-testid="call-card"]').length`),
    notice: () => evaluate<string>(`document.querySelector('[data-testid="lost-calls"]')?.textContent ?? ''`),
    /** Clicks the notice's button with the mouse. */
    click: async () => {
      const at = await evaluate<{ x: number; y: number }>(
        `(({ left, top, width, height }) => ({ x: Math.round(left + width / 2), y: Math.round(top + height / 2) }))(document.querySelector('[data-testid="lost-calls"] button').getBoundingClientRect())`,
      );
      await app.electron.evaluate(
        ({ webContents }, [url, place]) => {
          const contents = webContents.getAllWebContents().find((each) => each.getURL() === url);
          for (const type of ['mouseDown', 'mouseUp'] as const)
            contents?.sendInputEvent({ type, button: 'left', clickCount: 1, ...place });
        },
        [PHONE_URL, at] as const,
      );
    },
    crash: () =>
      app.electron.evaluate(async ({ webContents }, url) => {
        const contents = webContents.getAllWebContents().find((each) => each.getURL() === url);
        const loaded = new Promise<void>((resolve) => contents?.once('did-finish-load', () => resolve()));
        contents?.forcefullyCrashRenderer();
        await loaded;
      }, PHONE_URL),
  };
}

test('a window that crashes: the line comes back, and the new page says what became of the call', async ({
  launch,
  gateway,
  keyring,
}) => {
  test.setTimeout(120_000);
  const app = await launch({ bus: keyring.bus });
  await inCall(app, gateway);
  const page = pageBehind(app);
  await page.crash();
  await expect.poll(page.phase, { timeout: 20_000 }).toBe('registered');
  expect(await page.notice()).toContain('The window crashed during a call, and it ended without a goodbye.');
  expect(await page.cards()).toBe(0);
  await expect.poll(() => gateway.counts()).toEqual({ flows: 1, bindings: 1 });
  await page.click();
  await expect.poll(page.notice).toBe('');
  // Without a call there is nothing to be told.
  await page.crash();
  await expect.poll(page.phase, { timeout: 20_000 }).toBe('registered');
  expect(await page.notice()).toBe('');
});
